"""Finding CTOs by name to invite them: spelled right or not, who fits first, without a script."""

import re

import pytest
from tests.factories import ListedCto, Marketplace, Person, project, sign_in, submit
from tests.fuzz.nonsense import KNOWN
from tests.fuzz.test_addresses import escaped
from tests.fuzz.test_forms import assert_harmless

NAMES = ["Ingrid Halvorsen", "Ingmar Lindqvist", "Tomás Rivera", "Amara Okafor", "Wei Zhang", "Li Na"]
FOUND = "query($search: String!, $first: Int! = 8) { candidates(search: $search, first: $first) { id name } }"


@pytest.fixture(scope="module")
async def market(marketplaces) -> Marketplace:
    return await marketplaces.open()


@pytest.fixture(scope="module")
async def people(market: Marketplace) -> dict[str, ListedCto]:
    """Listed CTOs by name."""
    found = {}
    for name in NAMES:
        found[name] = await market.listed_cto()
        await market.fetch("update ctos set name = $1 where id = $2", name, found[name].id)
    return found


@pytest.fixture(scope="module")
async def owner(market: Marketplace, people: dict[str, ListedCto]) -> Person:
    return await market.join("client")


async def names(person: Person, search: str, **variables: int) -> list[str]:
    return [each["name"] for each in (await person.query(FOUND, search=search, **variables))["candidates"]]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Ingrid Halvorsen", "Ingrid Halvorsen"),
        ("halvorsen", "Ingrid Halvorsen"),
        ("Halvorsen, Ingrid", "Ingrid Halvorsen"),
        ("Halvorson", "Ingrid Halvorsen"),
        ("lindquist", "Ingmar Lindqvist"),
        ("ing lin", "Ingmar Lindqvist"),
        ("tomas rivera", "Tomás Rivera"),
        ("okafr", "Amara Okafor"),
        ("  WEI  ", "Wei Zhang"),
        ("li na", "Li Na"),
    ],
)
async def test_a_name_is_found_spelled_right_or_not(owner: Person, typed: str, first: str):
    assert (await names(owner, typed))[:1] == [first]


async def test_letters_that_changed_places_still_find(owner: Person):
    assert set(await names(owner, "ingird")) == {"Ingrid Halvorsen", "Ingmar Lindqvist"}  # three letters each
    assert await names(owner, "ingird halvosren") == ["Ingrid Halvorsen"]


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "\\", "Kubernetes", "xyzzy", "\x00", "Ingrid Rivera", "'; --"])
async def test_what_is_nobodys_name_finds_nobody(owner: Person, typed: str):
    assert await names(owner, typed) == []


async def test_nonsense_on_the_page_is_looked_for_and_shown_as_text(owner: Person):
    posted = await owner.mutate("createProject", "... on Project { id }", project())
    page = f"/projects/{posted['id']}/edit?step=access&find="
    async with owner.market.browser() as browser:
        await sign_in(browser, owner)
        for typed in KNOWN:
            shown = await browser.get(page + escaped(typed))
            assert shown.status_code == 200, typed
            assert_harmless(shown.text)


async def test_a_link_finds_whose_profile_it_is(owner: Person, people: dict[str, ListedCto]):
    wanted = people["Wei Zhang"].id
    for typed in (str(wanted), f"https://{owner.market.host}/ctos/{wanted}?x=1"):
        assert await names(owner, typed) == ["Wei Zhang"]
    assert await names(owner, "01a20000-0000-7000-8000-00000000ffff") == []


async def test_only_listed_ctos_of_the_marketplace_are_found_and_never_oneself(marketplaces, owner: Person):
    market = owner.market
    hidden, abroad = await market.listed_cto(), await (await marketplaces.open()).listed_cto()
    await market.fetch("update ctos set name = 'Quentin Blake' where id = $1", hidden.id)
    await abroad.person.market.fetch("update ctos set name = 'Quentin Blake'")
    assert await names(owner, "quentin") == ["Quentin Blake"]
    await market.fetch("update users set roles = '{client,cto}' where id = $1", hidden.person.id)
    assert await names(hidden.person, "quentin") == []
    await market.fetch("update ctos set status = 'paused' where id = $1", hidden.id)
    assert await names(owner, "quentin") == []
    assert await names(owner, str(hidden.id)) == await names(owner, str(abroad.id)) == []


async def test_so_many_are_shown_and_no_more(owner: Person):
    assert len(await names(owner, "in", first=1)) == 1
    for first in (0, 21, -1):
        refused = await owner.graphql(FOUND, search="in", first=first)
        assert refused["errors"][0]["extensions"]["code"] == "invalid_input"


async def test_who_is_no_client_finds_nobody(people: dict[str, ListedCto]):
    cto = people["Wei Zhang"].person
    for person in (cto, await cto.market.join("admin")):
        refused = await person.graphql(FOUND, search="ingrid", first=8)
        assert refused["errors"][0]["extensions"]["code"] == "forbidden"


async def test_the_page_finds_and_invites_without_a_script(owner: Person, people: dict[str, ListedCto]):
    market = owner.market
    await market.fetch("update ctos set name = 'Ingrid Lindqvist' where id = $1", people["Li Na"].id)
    # Too dear, and so no match at all.
    await market.fetch("update ctos set hourly_rate = 90000 where id = $1", people["Ingmar Lindqvist"].id)
    posted = await owner.mutate("createProject", "... on Project { id }", project(maxHourlyRate=20000))
    page = f"/projects/{posted['id']}/edit?step=access"
    await market.work_off()
    async with market.browser() as browser:
        await sign_in(browser, owner)
        suggested = (await browser.get(page)).text.split('id="found"')[1]
        assert "Who fits best" in suggested
        assert "Amara Okafor" in suggested
        found = (await browser.get(f"{page}&find=lindquist")).text.split('id="found"')[1]
        assert re.findall(r'href="/ctos/[^"]+">([^<]+)', found) == ["Ingrid Lindqvist", "Ingmar Lindqvist"]
        assert found.count("Fits</span>") == 1
        assert "<svg" in found, "a portrait stands beside each"
        invite = f"/projects/{posted['id']}/invitations"
        answer = await submit(browser, page, invite, {"cto": str(people["Ingmar Lindqvist"].id)})
        assert answer.headers["location"] == page
        again = (await browser.get(f"{page}&find=lindquist")).text
        assert again.count(f'action="{invite}"') == 1, "who is invited has no button"
        assert "Nobody here is called so" in (await browser.get(f"{page}&find=xyzzy")).text
        assert (await browser.get(f"/projects/{posted['id']}/edit?step=terms&find=ingrid")).status_code == 200
