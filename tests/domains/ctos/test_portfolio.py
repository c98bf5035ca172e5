"""Work that CTOs show: telling it, sorting it, taking it away and bringing it back, and who sees it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.ctos.showing import (
    SHOWN,
    a_piece,
    add_piece,
    own_portfolio,
    work_off_everything,
)
from tests.factories import PROBLEMS, Marketplace, Person, profile, sign_in, submit

from ctorendang.domains.ctos.portfolio.draft import ItemDraft
from ctorendang.domains.ctos.portfolio.service import PortfolioService
from ctorendang.infra.validation import Fields

ITEM = "... on PortfolioItem { id title }" + PROBLEMS
PAGE = "/account/profile"


async def titles(person: Person) -> list[str]:
    return [each["title"] for each in await own_portfolio(person) if not each["removedAt"]]


async def test_a_cto_tells_work_on_the_pages_and_clients_read_it(market: Marketplace, client):
    cto = await market.listed_cto()
    await sign_in(client, cto.person)
    fields = {**a_piece(title="Out of <b>one</b>"), "year": "2024"}
    made = await submit(client, f"{PAGE}/portfolio/new", f"{PAGE}/portfolio", fields)
    assert made.status_code == 303
    assert "Out of &lt;b&gt;one" in (await client.get(PAGE)).text
    form = (await client.get(made.headers["location"])).text
    assert 'value="https://nordfrakt.example/story"' in form
    saved = await submit(client, made.headers["location"], made.headers["location"], {**fields, "year": "2020"})
    assert saved.status_code == 303
    async with market.browser() as visitor:
        shown = (await visitor.get(f"/ctos/{cto.id}")).text
    for said in (
        'itemprop="subjectOf" itemscope itemtype="https://schema.org/CreativeWork"',
        'itemprop="name">Out of &lt;b&gt;one',
        'itemprop="dateCreated">2020<',
        'href="https://nordfrakt.example/story" rel="nofollow noopener noreferrer ugc"',
        "<p>Now it does not.</p>",
    ):
        assert said in shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"role": "\x1b[31m"}, "role"),
        ({"year": 1959}, "year"),
        ({"year": 2199}, "year"),
        ({"about": ""}, "about"),
        ({"about": "x" * 2_001}, "about"),
        ({"link": "http://nordfrakt.example"}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://"}, "link"),
        ({"link": "https://localhost/x"}, "link"),
        ({"link": "https://10.0.0.1/x"}, "link"),
        ({"link": "https://ada:secret@nordfrakt.example/"}, "link"),
        ({"link": "https://nordfrakt.example/ x"}, "link"),
        ({"link": 'https://nordfrakt.example/"onclick=alert(1)'}, "link"),
        ({"link": "https://nordfrakt.example/" + "x" * 500}, "link"),
    ],
)
async def test_what_work_cannot_say_is_named_and_nothing_is_written(market: Marketplace, change, field):
    cto = await market.listed_cto()
    refused = await cto.person.mutate("addPortfolioItem", ITEM, a_piece(**change))
    assert [each["field"] for each in refused["fields"]] == [field]
    item_id = await add_piece(cto.person)
    refused = await cto.person.mutate("updatePortfolioItem", ITEM, {"itemId": item_id, **a_piece(**change)})
    assert [each["field"] for each in refused["fields"]] == [field]
    (kept,) = await own_portfolio(cto.person)
    assert kept["title"] == a_piece()["title"]


@given(typed=st.text(max_size=80) | st.from_regex(r"https://[a-z.@:/?#\"'<> ]{0,40}", fullmatch=True))
def test_a_link_is_https_and_holds_nothing_that_ends_an_attribute(typed: str):
    fields = Fields()
    link = ItemDraft("t", "r", 2020, "a", typed).check(fields).link
    assert link == "" or (
        link.startswith("https://") and not set(link) & set('"<>\\ \n\t') and "@" not in link[8:].split("/")[0]
    )


async def test_pieces_are_sorted(market: Marketplace, client):
    cto = await market.listed_cto()
    a, _, c = [await add_piece(cto.person, title=title) for title in ("A", "B", "C")]
    for item_id, place, order in ((c, 1, "CAB"), (a, 3, "CBA"), (c, 12, "BAC"), (c, 2, "BCA")):
        await cto.person.mutate("movePortfolioItem", ITEM, {"itemId": item_id, "place": place})
        assert "".join(await titles(cto.person)) == order
    refused = await cto.person.mutate("movePortfolioItem", ITEM, {"itemId": a, "place": 0})
    assert refused["fields"][0]["field"] == "place"
    await sign_in(client, cto.person)
    await submit(client, PAGE, f"{PAGE}/portfolio/{c}/move", {"place": "1"})
    await submit(client, PAGE, f"{PAGE}/portfolio/{c}/move", {"place": "first"})
    assert "Use a whole number." in (await client.get(PAGE)).text
    assert await titles(cto.person) == ["C", "B", "A"]
    shown = (await market.graphql(SHOWN, id=str(cto.id)))["data"]["cto"]["portfolio"]
    assert [each["title"] for each in shown] == ["C", "B", "A"]


async def test_a_removed_piece_comes_back_within_the_hour_to_its_place(market: Marketplace, client):
    cto = await market.listed_cto()
    first, _ = [await add_piece(cto.person, title=title) for title in ("A", "B")]
    await sign_in(client, cto.person)
    await submit(client, PAGE, f"{PAGE}/portfolio/{first}/remove", {})
    shown = (await client.get(PAGE)).text
    assert "“A” is removed. You can bring it back for an hour." in shown
    assert f'action="/account/profile/portfolio/{first}/restore"' in shown
    assert (await market.graphql(SHOWN, id=str(cto.id)))["data"]["cto"]["portfolio"][0]["title"] == "B"
    assert (await cto.person.mutate("removePortfolioItem", ITEM, {"itemId": first}))["code"] == "not_found"
    changed = {"itemId": first, **a_piece()}
    assert (await cto.person.mutate("updatePortfolioItem", ITEM, changed))["code"] == "not_found"
    await submit(client, PAGE, f"{PAGE}/portfolio/{first}/restore", {})
    assert await titles(cto.person) == ["A", "B"]
    await work_off_everything(market)
    assert await titles(cto.person) == ["A", "B"]


async def test_what_was_removed_an_hour_ago_is_gone(market: Marketplace):
    cto = await market.listed_cto()
    item_id = await add_piece(cto.person)
    await cto.person.mutate("removePortfolioItem", ITEM, {"itemId": item_id})
    await market.fetch("update cto_portfolio_items set removed_at = removed_at - interval '61 minutes'")
    assert await own_portfolio(cto.person) == []
    assert (await cto.person.mutate("restorePortfolioItem", ITEM, {"itemId": item_id}))["code"] == "not_found"
    await market.fetch("update cto_portfolio_items set removed_at = removed_at + interval '61 minutes'")
    await work_off_everything(market)
    assert await market.fetch("select from cto_portfolio_items") == []


async def test_a_piece_removed_twice_waits_the_whole_hour_again(market: Marketplace):
    cto = await market.listed_cto()
    item_id = await add_piece(cto.person)
    for mutation in ("removePortfolioItem", "restorePortfolioItem", "removePortfolioItem"):
        await cto.person.mutate(mutation, ITEM, {"itemId": item_id})
    (last,) = await market.fetch(
        "select id from outbox where event = 'portfolio.removal_due' order by run_at desc limit 1"
    )
    await market.fetch(
        "update outbox set run_at = now() where event = 'portfolio.removal_due' and id <> $1", last["id"]
    )
    await market.work_off()
    assert len(await own_portfolio(cto.person)) == 1


async def test_a_portfolio_is_bounded_even_for_two_at_once_and_for_what_comes_back(market: Marketplace):
    cto = await market.listed_cto()
    ids = [await add_piece(cto.person) for _ in range(11)]
    answers = await asyncio.gather(*(cto.person.mutate("addPortfolioItem", ITEM, a_piece()) for _ in range(3)))
    assert sorted(each["__typename"] for each in answers) == ["PortfolioItem", "Refusal", "Refusal"]
    await cto.person.mutate("removePortfolioItem", ITEM, {"itemId": ids[0]})
    await add_piece(cto.person)
    assert (await cto.person.mutate("restorePortfolioItem", ITEM, {"itemId": ids[0]}))["code"] == "portfolio_full"
    assert len(await titles(cto.person)) == 12


async def test_work_is_seen_while_its_profile_is(market: Marketplace):
    cto, admin, reader = await market.listed_cto(), await market.join("admin"), await market.join("client")
    await add_piece(cto.person)
    for status, seen in (("listed", True), ("paused", False), ("draft", False), ("in_review", False)):
        await market.fetch("update ctos set status = $1", status)
        for person, sees in ((reader, seen), (admin, True), (cto.person, True)):
            found = (await person.query(SHOWN, id=str(cto.id)))["cto"]
            assert bool(found and found["portfolio"]) is sees, (status, person.roles)
            # Whoever got at the profile by another way than its own address sees no more of its work.
            async with market.marketplaces.site.product.units.begin(person.actor) as work:
                shown = await PortfolioService(work).of_ctos([cto.id])
            assert bool(shown[cto.id]) is sees, (status, person.roles)


async def test_nobody_else_touches_it(market: Marketplace):
    cto, other = await market.listed_cto(), await market.listed_cto()
    item_id = await add_piece(cto.person)
    for mutation, value in (
        ("updatePortfolioItem", a_piece(title="Mine now")),
        ("movePortfolioItem", {"place": 1}),
        ("removePortfolioItem", {}),
        ("restorePortfolioItem", {}),
    ):
        answer = await other.person.mutate(mutation, ITEM, {"itemId": item_id, **value})
        assert answer["code"] == "not_found"
    assert await own_portfolio(other.person) == []
    (kept,) = await own_portfolio(cto.person)
    assert (kept["title"], kept["removedAt"]) == (a_piece()["title"], None)


async def test_a_cto_without_a_profile_is_told_to_write_one_first(market: Marketplace):
    cto = await market.join("cto")
    refused = await cto.mutate("addPortfolioItem", ITEM, a_piece())
    assert refused["message"] == "Write your profile first."
    assert await own_portfolio(cto) == []


async def test_work_counts_for_completeness_and_leaves_a_trail(market: Marketplace):
    cto = await market.listed_cto(skills=[{"name": name, "level": 3} for name in ("Rust", "Go", "React")])
    asked = "{ me { cto { completeness { percent } updatedAt } } }"
    before = (await cto.person.query(asked))["me"]["cto"]
    item_id = await add_piece(cto.person)
    after = (await cto.person.query(asked))["me"]["cto"]
    assert after["completeness"]["percent"] == before["completeness"]["percent"] + 6
    assert after["updatedAt"] > before["updatedAt"]
    await cto.person.mutate("removePortfolioItem", ITEM, {"itemId": item_id})
    assert (await cto.person.query(asked))["me"]["cto"]["completeness"] == before["completeness"]
    rows = await market.fetch("select * from audit_events where action like 'ctos.portfolio_item.%' order by id")
    assert [(row["action"], row["actor_id"], row["subject_id"]) for row in rows] == [
        ("ctos.portfolio_item.added", cto.person.id, cto.id),
        ("ctos.portfolio_item.removed", cto.person.id, cto.id),
    ]


async def test_the_page_of_a_piece_is_its_owners_alone(market: Marketplace):
    cto = await market.listed_cto()
    other = await market.join("cto")
    await other.mutate("updateCtoProfile", "__typename", profile())
    item_id = await add_piece(cto.person)
    for person, status in ((cto.person, 200), (other, 404), (await market.join("client"), 403)):
        async with market.browser() as browser:
            await sign_in(browser, person)
            assert (await browser.get(f"{PAGE}/portfolio/{item_id}")).status_code == status
            assert (await browser.get(f"{PAGE}/portfolio/nonsense")).status_code in {403, 404}
    async with market.browser() as visitor:
        assert (await visitor.get(f"{PAGE}/portfolio/{item_id}")).status_code in {303, 401}
