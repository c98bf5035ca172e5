"""A CTO is told which projects they have come to fit: once of each, and no more than once a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.domains.matching.test_matches import create
from tests.factories import ListedCto, Marketplace, Person
from tests.inbox import Inbox, text_of

PLANNED = (
    "select run_at from outbox where handler = 'matching.send_cto_news' and done_at is null"
    " and payload ->> 'cto_id' = $1"
)
FOUND = "select payload from outbox where event = 'match.project_found' and payload ->> 'cto_id' = $1"


async def published(owner: Person, **changes: Any) -> str:
    project_id = await create(owner, **changes)
    answer = await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    assert answer["__typename"] == "Project"
    await owner.market.work_off()
    return project_id


async def planned(cto: ListedCto) -> list[datetime]:
    return [row["run_at"] for row in await cto.person.market.fetch_as("worker", PLANNED, str(cto.id))]


async def found(cto: ListedCto) -> list[str]:
    """The projects that were found for a CTO, as subscribers hear of them."""
    rows = await cto.person.market.fetch_as("worker", FOUND, str(cto.id))
    return [row["payload"] for row in rows]


async def let_it_be_due(market: Marketplace) -> None:
    await market.fetch_as(
        "worker", "update outbox set run_at = now() where handler = 'matching.send_cto_news' and done_at is null"
    )
    await market.work_off()


async def let_a_day_pass(market: Marketplace) -> None:
    await market.fetch_as("worker", "update match_notices set told_at = told_at - interval '24 hours'")
    await let_it_be_due(market)


def told(inbox: Inbox, cto: ListedCto) -> list[str]:
    return [text_of(mail) for mail in inbox.of(cto.person.email) if "among the ten CTOs" in text_of(mail)]


async def test_projects_of_the_same_minutes_are_in_one_mail_and_the_next_is_a_day_away(
    market: Marketplace, inbox: Inbox
):
    cto, owner = await market.listed_cto(), await market.join("client")
    first = await published(owner, title="First of all", hoursPerWeek=8, maxHourlyRate=20_000)
    (due,) = await planned(cto)
    assert timedelta(minutes=5) < due - datetime.now(UTC) <= timedelta(minutes=10)
    second = await published(owner, title="Second of all")
    assert len(await planned(cto)) == 1
    assert len(await found(cto)) == 2
    assert told(inbox, cto) == []

    await let_it_be_due(market)
    (mail,) = told(inbox, cto)
    assert mail.count("\n- ") == 2
    assert "8 hours a week" in mail
    assert f"/projects/{first}" not in mail, "several are shown together"
    assert "/projects/matched" in mail
    assert "/account/notifications" in mail

    third = await published(owner, title="Third of all")
    (due,) = await planned(cto)
    assert due - datetime.now(UTC) > timedelta(hours=23)
    await let_it_be_due(market)
    assert len(told(inbox, cto)) == 1, "not within a day, even if a job comes early"
    assert len(await planned(cto)) == 1
    await let_a_day_pass(market)
    (_, mail) = told(inbox, cto)
    assert mail.count("\n- ") == 1
    assert f"/projects/{third}" in mail
    assert second not in mail


async def test_nobody_is_told_of_a_project_twice(market: Marketplace, inbox: Inbox):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await published(owner)
    await let_it_be_due(market)
    assert len(told(inbox, cto)) == 1
    for mutation in ("pauseProject", "resumeProject"):
        await owner.mutate(mutation, "__typename", {"projectId": project_id})
        await market.work_off()
    await owner.mutate("updateProject", "__typename", {"projectId": project_id, "title": "Called otherwise"})
    await cto.person.mutate("pauseCtoProfile", "__typename")
    await market.work_off()
    await let_a_day_pass(market)
    assert len(await found(cto)) == 1
    assert len(told(inbox, cto)) == 1


async def test_a_draft_is_no_news_until_it_is_published(market: Marketplace, inbox: Inbox):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    await market.work_off()
    places = await market.fetch("select from match_places where cto_id = $1", cto.id)
    assert (len(places), await found(cto)) == (1, [])
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    await let_it_be_due(market)
    assert len(told(inbox, cto)) == 1


async def test_a_changed_profile_that_comes_to_fit_is_told_too(market: Marketplace, inbox: Inbox):
    owner = await market.join("client")
    project_id = await published(owner)
    late = await market.listed_cto()
    await market.work_off()
    await let_it_be_due(market)
    (mail,) = told(inbox, late)
    assert f"/projects/{project_id}" in mail


async def test_a_project_for_invited_ones_is_told_to_nobody_by_this(market: Marketplace, inbox: Inbox):
    cto, invited, owner = await market.listed_cto(), await market.listed_cto(), await market.join("client")
    project_id = await create(owner, visibility="INVITED")
    await owner.mutate("inviteToProject", "__typename", {"projectId": project_id, "ctoId": str(invited.id)})
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    assert await market.fetch("select from match_places where cto_id = $1", cto.id), "it would be on the list"
    assert await found(cto) == await found(invited) == []
    # Opened to all, it is news to those who were not invited.
    await owner.mutate("updateProject", "__typename", {"projectId": project_id, "visibility": "TENANT"})
    await market.work_off()
    await let_it_be_due(market)
    assert (len(told(inbox, cto)), len(told(inbox, invited))) == (1, 0)


async def test_ones_own_project_is_no_news(market: Marketplace):
    both = await market.listed_cto()
    await market.fetch("update users set roles = array['cto', 'client'] where id = $1", both.person.id)
    await published(both.person)
    assert await found(both) == []


@pytest.mark.parametrize(
    "how", ["unwanted", "closed", "project_paused", "invited_only", "cto_paused", "suspended", "no_cto", "left"]
)
async def test_what_no_longer_holds_when_the_mail_is_due_is_not_in_it(market: Marketplace, inbox: Inbox, how: str):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await published(owner)
    assert len(await planned(cto)) == 1
    if how == "unwanted":
        wish = {"settings": [{"kind": "OPENINGS", "channel": "EMAIL", "wanted": False}]}
        saved = await cto.person.mutate("updateNotifications", "__typename", wish)
        assert saved["__typename"] == "NotificationSettings"
    elif how in ("closed", "project_paused"):
        await market.fetch("update projects set status = $2 where id = $1", project_id, how.removeprefix("project_"))
    elif how == "invited_only":
        await market.fetch("update projects set visibility = 'invited' where id = $1", project_id)
    elif how == "cto_paused":
        await market.fetch("update ctos set status = 'paused' where id = $1", cto.id)
    elif how == "suspended":
        await market.fetch("update users set status = 'suspended' where id = $1", cto.person.id)
    elif how == "no_cto":
        await market.fetch("update users set roles = array['client'] where id = $1", cto.person.id)
    else:
        await market.fetch("delete from match_places where cto_id = $1", cto.id)
    await let_it_be_due(market)
    assert await planned(cto) == []
    assert told(inbox, cto) == []
    kept = await market.fetch_as("worker", "select told_at from match_notices where cto_id = $1", cto.id)
    assert bool(kept) == (how == "unwanted"), "what was not told may be told when it holds again"


async def test_a_project_that_is_resumed_is_told_after_all(market: Marketplace, inbox: Inbox):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await published(owner)
    await owner.mutate("pauseProject", "__typename", {"projectId": project_id})
    await market.work_off()
    await let_it_be_due(market)
    assert told(inbox, cto) == []
    await owner.mutate("resumeProject", "__typename", {"projectId": project_id})
    await market.work_off()
    await let_it_be_due(market)
    assert len(told(inbox, cto)) == 1


async def test_the_notices_are_the_workers_alone(market: Marketplace):
    await market.listed_cto()
    await published(await market.join("client"))
    assert await market.fetch_as("worker", "select from match_notices")
    for role in ("cto", "client", "admin"):
        assert await market.fetch_as(role, "select from match_notices") == []
