"""Mistyped words lead to the nearest words that a directory knows, and to nothing where they are words themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.search.directory import found, listed
from tests.factories import Marketplace

from ctorendang.domains.search import spelling
from ctorendang.domains.search.highlighting import distance, near
from ctorendang.domains.search.spelling import Vocabulary

LETTERS = "abc+#"
words = st.lists(st.text(LETTERS, min_size=1, max_size=12), max_size=30)


@given(words, st.text(LETTERS, min_size=1, max_size=12))
def test_the_nearest_are_those_that_comparing_with_all_finds(known, typed):
    alike = {word: distance(word, typed) for word in known if near(word, typed)}
    fewest = min(alike.values(), default=0)
    expected = {word for word, typos in alike.items() if typos == fewest} if fewest else set()
    found = Vocabulary(known).nearest(typed)
    assert set(found) <= expected
    assert len(found) == min(len(expected), 10)


@given(st.text("abcdefgh", min_size=4, max_size=12), st.integers(1, 11), st.sampled_from("xyz"))
def test_one_letter_too_many_too_few_wrong_or_swapped_is_forgiven(word, place, letter):
    place = min(place, len(word) - 1)
    swapped = word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :] if place > 1 else word
    for typed in (word[:place] + letter + word[place:], word[:place] + letter + word[place + 1 :], swapped):
        assert Vocabulary([word]).nearest(typed) == ([word] if typed != word else [])


@pytest.mark.parametrize(("typed", "meant"), [
    ("kuberntes", ["kubernetes"]),
    ("kubernetes", []),
    ("rsut", ["rust"]),
    ("rut", []),
    ("xubernetes", []),
    ("", []),
])  # fmt: skip
def test_short_words_and_first_letters_are_taken_as_typed(typed, meant):
    assert Vocabulary(["kubernetes", "rust"]).nearest(typed) == meant


async def test_what_was_meant_is_found_with_its_synonyms_and_other_words_still_count(market: Marketplace):
    ada = await listed(
        market, "Ada Lovelace", headline="Untangles monoliths", skills=[{"name": "Kubernetes", "level": 5}]
    )
    grace = await listed(market, "Grace Hopper", headline="Compilers", skills=[{"name": "Rust", "level": 5}])
    assert await found(market, "lovelcae") == [str(ada.id)]
    assert await found(market, "kuberntes monolihts") == [str(ada.id)]
    assert await found(market, "kuberntes compilers") == []
    assert await found(market, "comiplers") == [str(grace.id)]


async def test_the_words_are_a_tenants_own_and_only_of_who_is_listed(
    market: Marketplace, other_market: Marketplace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(spelling, "_KEEP_SECONDS", 0.0)
    ada = await listed(market, "Ada Lovelace")
    await listed(other_market, "Grace Quintessence")

    async def nearest(tenant: Marketplace, typed: str) -> list[str]:
        async with tenant.marketplaces.site.product.units.begin(ada.person.actor) as work:
            return (await spelling.vocabulary_of(work.session, tenant.id)).nearest(typed)

    assert await nearest(market, "lovelcae") == ["lovelace"]
    # Row-level security answers for the actor's tenant, whichever is asked for.
    assert await nearest(market, "quintessense") == await nearest(other_market, "quintessense") == []
    await ada.person.mutate("pauseCtoProfile", "__typename")
    assert await nearest(market, "lovelcae") == []
