"""A demo tenant as a reader would judge it."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import available_timezones

import pytest

from ctorendang.demo.market import Market, make_market
from ctorendang.demo.phrases import texts
from ctorendang.demo.profiles import _COMMON_GROUND
from ctorendang.domains.ctos.draft import MOST_RATE, NamedSkill, ProfileDraft
from ctorendang.infra.validation import Fields

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ZONES = available_timezones()


@pytest.fixture(scope="module", params=["acme", "northwind", "globex", "demo-001"])
def market(request) -> Market:
    return make_market(request.param, seed=1, now=NOW, ctos=500 if request.param == "demo-001" else None)


def everything_written(market: Market) -> list[str]:
    written = [text for one in market.candidates for text in (one.profile.headline, one.profile.bio)]
    written += [review.body for one in market.candidates for review in one.reviews]
    written += [place.changed or place.role for one in market.candidates for place in one.career.experience]
    return written + [text for one in market.postings for text in (one.brief.title, one.brief.description)]


def test_the_same_seed_makes_the_same_tenant():
    assert make_market("globex", seed=7, now=NOW) == make_market("globex", seed=7, now=NOW)


def test_another_seed_or_tenant_makes_other_people():
    def bios(slug: str, seed: int) -> set[str]:
        return {one.profile.bio for one in make_market(slug, seed=seed, now=NOW).candidates}

    assert not bios("globex", 7) & bios("globex", 8)
    assert not bios("globex", 7) & bios("northwind", 7)


@pytest.mark.parametrize(("slug", "ctos"), [("acme", 240), ("northwind", 60), ("globex", 24)])
def test_demo_tenants_have_their_number_of_ctos(slug, ctos):
    assert len(make_market(slug, seed=1, now=NOW).candidates) == ctos


def test_no_two_bios_or_headlines_or_reviews_are_alike(market):
    for texts_ in (
        [one.profile.bio for one in market.candidates],
        [one.profile.headline for one in market.candidates],
        [review.body for one in market.candidates for review in one.reviews],
    ):
        assert [text for text, times in Counter(texts_).items() if times > 1] == []


def test_no_two_bios_feel_copied(market):
    """Of the shorter bio, at most two fifths of the runs of eight words stand in the other one too."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}

    bios = [runs(one.profile.bio) for one in market.candidates]
    shared = max(
        len(bio & other) / min(len(bio), len(other)) for number, bio in enumerate(bios) for other in bios[:number]
    )
    assert shared < 0.4


def test_nothing_of_the_notation_is_left_in_a_text(market):
    for text in everything_written(market):
        assert not re.search(r"[{}|\[\]]|\.\.|  ", text), text
        assert not re.search(r"\b[Aa] (eight|eleven|8|11|18)\b", text), text


def test_texts_begin_large_and_end_with_a_stop(market):
    for one in market.candidates:
        for text in [*one.profile.bio.split("\n\n"), *(review.body for review in one.reviews)]:
            assert re.match(r"[A-ZÀ-ÞĀ-Ž0-9]|iOS|dbt", text), text
            assert text.endswith((".", ".'", "?")), text


def test_the_product_itself_would_accept_every_profile(market):
    for one in market.candidates:
        profile = one.profile
        fields = Fields()
        ProfileDraft(
            headline=profile.headline,
            bio=profile.bio,
            hourly_rate=profile.hourly_rate * 100,
            availability=profile.availability,
            years_experience=profile.years,
            time_zone=profile.person.time_zone,
            industries=profile.industries,
            skills=[
                NamedSkill(name, level, years)
                for (name, level), years in zip(profile.skills, one.career.skill_years, strict=True)
            ],
            stages=one.career.stages,
            experience=one.career.experience,
            languages=one.career.languages,
        ).check(fields)
        fields.done()
        assert 2 <= len(profile.bio.split("\n\n")) <= 4
        assert 5_000 <= profile.hourly_rate * 100 <= MOST_RATE
        assert profile.person.time_zone in ZONES


def test_skills_are_those_of_ones_kind(market):
    for one in market.candidates:
        own = set(texts("archetypes")[one.profile.kind]["skills"])
        names = [name for name, _ in one.profile.skills]
        levels = [level for _, level in one.profile.skills]
        assert len(set(names)) == 5
        assert len(set(names) - own) <= 1
        assert set(names) <= own | set(_COMMON_GROUND)
        assert levels == sorted(levels, reverse=True)
        assert all(1 <= level <= 5 for level in levels)


def test_reviews_come_from_different_clients_after_the_profile_was_listed(market):
    for one in market.candidates:
        assert len(one.reviews) == (4 if one.status in {"listed", "paused"} else 0)
        assert len({review.author for review in one.reviews}) == len(one.reviews)
        assert all(one.published_at < review.written_at <= NOW for review in one.reviews)
        assert all(1 <= review.rating <= 5 for review in one.reviews)


def test_most_are_listed_and_some_leave_the_administrator_work(market):
    statuses = Counter(one.status for one in market.candidates)
    assert 0.75 < statuses["listed"] / len(market.candidates) < 0.97
    if len(market.candidates) >= 60:
        assert statuses["in_review"]


def test_two_profiles_wait_for_the_administrator(market):
    assert [market.candidates[number].status for number in (2, 5)] == ["in_review", "in_review"]


def test_careers_are_told_backwards_without_a_gap(market):
    for one in market.candidates:
        places = one.career.experience
        assert (len(places) >= 3) == (one.status != "draft")
        for later, earlier in pairwise(places):
            assert earlier.ended == later.started
        assert all(year is None or year < one.profile.years for year in one.career.skill_years)


def test_addresses_are_unique(market):
    members = [market.admin, *market.clients, *(one.member for one in market.candidates)]
    emails = [member.person.email for member in members]
    assert len(set(emails)) == len(emails)


def test_the_people_to_sign_in_as_have_something_to_show(market):
    host = market.admin.person.email.partition("@")[2]
    assert market.admin.person.email == f"admin@{host}"
    assert market.clients[0].person.email == f"client@{host}"
    cto = market.candidates[0]
    assert (cto.member.person.email, cto.status, len(cto.reviews)) == (f"cto@{host}", "listed", 4)
    assert cto.profile.availability >= 8
    own = [posting.status for posting in market.postings if posting.owner == 0]
    assert sorted(own) == ["closed", "closed", "draft", "paused", "published", "published", "published"]
