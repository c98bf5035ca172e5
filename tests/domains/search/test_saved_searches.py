"""Saved searches: one's own, found again, and told of."""

import re
from typing import Any
from uuid import uuid4

import pytest
from tests.domains.search.directory import listed
from tests.factories import PROBLEMS, ListedCto, Marketplace, Person, form_token, sign_in, submit
from tests.inbox import Inbox, text_of

SAVED = "... on SavedSearch { id name alerts skills search removedAt }" + PROBLEMS
KUBERNETES = {"skills": ["Kubernetes"]}
OTHERS = {"skills": [{"name": "Rust", "level": 3}]}


async def save(person: Person, **values: Any) -> dict[str, Any]:
    return await person.mutate("saveSearch", SAVED, {"name": "Mine", "filter": KUBERNETES, **values})


async def saved_by(person: Person) -> list[dict[str, Any]]:
    return (await person.query("{ savedSearches { id name alerts removedAt skills search } }"))["savedSearches"]


async def look_now(market: Marketplace) -> None:
    """Let the minutes pass in which news are gathered."""
    await market.work_off()
    await market.fetch_as("worker", "update outbox set run_at = now() where handler = 'search.alert'")
    await market.work_off()


async def alerts_to(inbox: Inbox, person: Person) -> list[str]:
    return [text_of(mail) for mail in inbox.of(person.email) if "saved search" in text_of(mail)]


async def test_one_saves_renames_removes_and_gets_back_ones_own(market):
    person = await market.join("client")
    saved = await save(person, filter={"search": "payments", **KUBERNETES}, orderBy="RATE_ASC")
    assert (saved["name"], saved["alerts"], saved["skills"], saved["search"]) == (
        "Mine", True, ["Kubernetes"], "payments",
    )  # fmt: skip
    one = {"savedSearchId": saved["id"]}
    renamed = await person.mutate("updateSavedSearch", SAVED, {**one, "name": "Ours", "alerts": False})
    assert (renamed["name"], renamed["alerts"]) == ("Ours", False)
    assert (await person.mutate("removeSavedSearch", SAVED, one))["removedAt"]
    assert (await person.mutate("removeSavedSearch", SAVED, one))["code"] == "not_found"
    assert [each["removedAt"] is not None for each in await saved_by(person)] == [True]
    assert (await person.mutate("restoreSavedSearch", SAVED, one))["removedAt"] is None
    assert [each["name"] for each in await saved_by(person)] == ["Ours"]
    trail = await market.fetch("select action from audit_events where action like 'search.%' order by id")
    assert [row["action"].rsplit(".")[-1] for row in trail] == ["saved", "changed", "removed", "restored"]


async def test_what_was_removed_an_hour_ago_is_gone(market):
    person = await market.join("client")
    saved = await save(person)
    one = {"savedSearchId": saved["id"]}
    await person.mutate("removeSavedSearch", SAVED, one)
    await market.fetch_as("worker", "update saved_searches set removed_at = now() - interval '61 minutes'")
    assert await saved_by(person) == []
    assert (await person.mutate("restoreSavedSearch", SAVED, one))["code"] == "not_found"


async def test_stages_and_languages_are_kept_and_found_again(market):
    person = await market.join("client")
    wanted = {"stages": ["growth"], "languages": ["de", "en"]}
    saved = await save(person, name="", filter=wanted)
    assert saved["name"] == "Series A or B, German, English"
    (kept,) = (await person.query("{ savedSearches { stages languages } }"))["savedSearches"]
    assert kept == {"stages": ["growth"], "languages": ["German", "English"]}
    async with market.browser() as browser:
        await sign_in(browser, person)
        leads = await browser.get(f"/account/searches/{saved['id']}")
        assert leads.headers["location"] == "/ctos?stages=growth&languages=German&languages=English"


async def test_a_name_is_made_from_what_is_looked_for(market):
    person = await market.join("client")
    wanted = {"search": "payments", "skills": ["Kubernetes"], "minYears": 10}
    assert (await save(person, name="", filter=wanted))["name"] == "payments, Kubernetes, 10+ years"
    assert (await save(person, name=None, filter=None, alerts=False))["name"] == "Everyone"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x" * 81}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"filter": {"timeZone": "Mars/Olympus"}}, "timeZone"),
        ({"filter": {"maxHoursApart": 3}}, "timeZone"),
        ({"filter": {"minAvailability": -1}}, "minAvailability"),
        ({"orderBy": "TIME_ZONE"}, "timeZone"),
    ],
)
async def test_nonsense_is_refused_and_nothing_is_kept(market, values, field):
    person = await market.join("client")
    answer = await save(person, **values)
    assert [each["field"] for each in answer["fields"]] == [field]
    assert await saved_by(person) == []


async def test_enough_is_enough(market):
    person = await market.join("client")
    statement = (
        "insert into saved_searches (tenant_id, user_id, name, query) select $1, $2, 'One of many', '{}'"
        " from generate_series(1, 50)"
    )
    await market.fetch_as("worker", statement, market.id, person.id)
    assert (await save(person))["code"] == "too_many_saved_searches"


async def test_nobody_sees_or_touches_anothers(market):
    mine, other = await market.join("client"), await market.join("admin")
    saved = await save(mine)
    assert await saved_by(other) == []
    for name in ("updateSavedSearch", "removeSavedSearch", "restoreSavedSearch"):
        assert (await other.mutate(name, SAVED, {"savedSearchId": saved["id"]}))["code"] == "not_found"
    # The wall itself: another person of the tenant has no rows, whatever a statement asks for.
    async with market.marketplaces.site.product.units.begin(other.actor) as work:
        connection = await work.session.connection()
        rows = await connection.exec_driver_sql("select count(*) from saved_searches")
        assert rows.scalar() == 0


async def test_an_alert_names_whoever_is_new_and_nobody_twice(market, inbox):
    person = await market.join("client")
    before = await listed(market, "Here Already")
    saved = await save(person, name="Platform people")
    await look_now(market)
    assert await alerts_to(inbox, person) == [], "who was there is no news"
    await listed(market, "Newly There", headline="Runs platforms")
    await listed(market, "Not Meant", **OTHERS)
    await look_now(market)
    (mail,) = await alerts_to(inbox, person)
    assert "Newly There, Runs platforms" in mail
    assert "Here Already" not in mail
    assert "Not Meant" not in mail
    assert f"/account/searches/{saved['id']}" in mail
    await before.person.mutate("pauseCtoProfile", "... on Cto { id }" + PROBLEMS)
    await before.person.mutate("submitCtoProfile", "... on Cto { id }" + PROBLEMS)
    await look_now(market)
    assert len(await alerts_to(inbox, person)) == 1, "coming back is no news"


async def test_somebody_who_comes_to_fit_is_news_too(market, inbox):
    person = await market.join("client")
    cto = await listed(market, "Later Fit", **OTHERS)
    await save(person)
    await become_fit(cto)
    await look_now(market)
    (mail,) = await alerts_to(inbox, person)
    assert "Later Fit" in mail


async def become_fit(cto: ListedCto) -> None:
    from tests.factories import profile

    saved = await cto.person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile())
    assert saved["__typename"] == "Cto"


@pytest.mark.parametrize("how", ["alerts", "notifications", "removed", "suspended"])
async def test_whoever_does_not_want_alerts_gets_none(market, inbox, how):
    person = await market.join("client")
    saved = await save(person)
    one = {"savedSearchId": saved["id"]}
    if how == "alerts":
        await person.mutate("updateSavedSearch", SAVED, {**one, "alerts": False})
    elif how == "removed":
        await person.mutate("removeSavedSearch", SAVED, one)
    elif how == "suspended":
        await market.fetch("update users set status = 'suspended' where id = $1", person.id)
    else:
        wish = {"settings": [{"kind": "SEARCHES", "channel": "EMAIL", "wanted": False}]}
        answer = await person.mutate("updateNotifications", "... on NotificationSettings { settings { kind } }", wish)
        assert answer["__typename"] == "NotificationSettings"
    await listed(market, "Newly There")
    await look_now(market)
    assert await alerts_to(inbox, person) == []


async def test_alerts_that_were_off_bring_no_old_news(market, inbox):
    person = await market.join("client")
    saved = await save(person, alerts=False)
    await listed(market, "Meanwhile Here")
    await person.mutate("updateSavedSearch", SAVED, {"savedSearchId": saved["id"], "alerts": True})
    await look_now(market)
    assert await alerts_to(inbox, person) == []


async def test_the_directory_keeps_what_it_shows(market):
    person = await market.join("client")
    await listed(market, "Ada Lovelace")
    async with market.browser() as visitor:
        shown = await visitor.get("/ctos?skills=Kubernetes&maxHourlyRate=200")
        assert re.search(r"/login\?next=%2Fctos%3F(maxHourlyRate%3D200|%26|skills%3DKubernetes){3}\"", shown.text)
    async with market.browser() as browser:
        await sign_in(browser, person)
        here = "/ctos?search=payment&skills=Kubernetes&maxHourlyRate=200&timeZone=Europe%2FParis&maxHoursApart=1"
        shown = await browser.get(here)
        assert "Ada Lovelace" in shown.text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.text))
        fields = {**hidden, "_csrf": form_token(shown.text), "name": "Near Paris", "alerts": "yes"}
        answer = await browser.post("/account/searches", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, here)
        assert "Saved as “Near Paris”" in (await browser.get(here)).text
        page = (await browser.get("/account/searches")).text
        assert "within 1 h of Europe/Paris" in page
        (saved,) = await saved_by(person)
        followed = await browser.get(f"/account/searches/{saved['id']}")
        assert followed.headers["location"] == here
        path = f"/account/searches/{saved['id']}"
        await submit(browser, "/account/searches", path, {"alerts": "no"})
        assert "Alerts off" in (await browser.get("/account/searches")).text
        await submit(browser, "/account/searches", f"{path}/remove", {})
        page = (await browser.get("/account/searches")).text
        assert "You can undo this for an hour" in page
        await submit(browser, "/account/searches", f"{path}/restore", {})
        assert [each["removedAt"] for each in await saved_by(person)] == [None]
        assert (await browser.get(f"/account/searches/{uuid4()}")).status_code == 404
        assert (await browser.get("/account/searches/nonsense")).status_code == 404


async def test_a_search_that_finds_nearly_everybody_is_kept_without_alerts(market):
    from tests.crowd import gather

    person = await market.join("client")
    await gather(market, 501, skills=1)
    assert (await save(person, filter={}))["code"] == "search_too_broad_for_alerts"
    assert (await save(person, filter={}, alerts=False))["__typename"] == "SavedSearch"
