"""A project's owner is told who newly is among its first ten, and no more than once a day."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.domains.matching.test_matches import create
from tests.factories import Marketplace, Person
from tests.inbox import Inbox, text_of

PLANNED = "select run_at from outbox where handler = 'matching.send_news' and done_at is null"


async def published(owner: Person, market: Marketplace) -> str:
    """A project whose list has been made already."""
    await market.listed_cto()
    project_id = await create(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    return project_id


async def planned(market: Marketplace) -> list[datetime]:
    return [row["run_at"] for row in await market.fetch_as("worker", PLANNED)]


async def let_a_day_pass(market: Marketplace) -> None:
    await market.fetch_as("worker", "update outbox set run_at = now() where handler = 'matching.send_news'")
    await market.work_off()


def told(inbox: Inbox, owner: Person) -> list[str]:
    return [text_of(mail) for mail in inbox.of(owner.email) if "who fit your project" in text_of(mail)]


async def name_of(market: Marketplace, cto_id) -> str:
    return (await market.fetch("select name from ctos where id = $1", cto_id))[0]["name"]


async def test_whoever_enters_within_a_day_is_in_one_mail(market: Marketplace, inbox: Inbox):
    owner = await market.join("client")
    project_id = await published(owner, market)
    assert await planned(market) == [], "the first list is no news"
    late = []
    for _ in range(2):
        late.append(await market.listed_cto())
        await market.work_off()
    (due,) = await planned(market)
    assert abs(due - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5)
    assert told(inbox, owner) == []

    await let_a_day_pass(market)
    (mail,) = told(inbox, owner)
    assert f"/projects/{project_id}" in mail
    assert "/account/notifications" in mail
    names = [await name_of(market, cto.id) for cto in late]
    assert all(f"- {name}, " in mail for name in names)
    assert mail.count("\n- ") == 2, "who was there before is no news"

    third = await market.listed_cto()
    await market.work_off()
    (due,) = await planned(market)
    assert due - datetime.now(UTC) > timedelta(hours=23), "the next mail is a day away"
    await let_a_day_pass(market)
    (_, mail) = told(inbox, owner)
    assert f"- {await name_of(market, third.id)}, " in mail
    assert mail.count("\n- ") == 1


@pytest.mark.parametrize("how", ["unwanted", "closed", "paused_cto", "removed"])
async def test_nobody_is_told_what_they_do_not_want_or_what_no_longer_holds(
    market: Marketplace, inbox: Inbox, how: str
):
    owner = await market.join("client")
    project_id = await published(owner, market)
    late = await market.listed_cto()
    await market.work_off()
    assert len(await planned(market)) == 1
    if how == "unwanted":
        wish = {"settings": [{"kind": "MATCHES", "channel": "EMAIL", "wanted": False}]}
        assert (await owner.mutate("updateNotifications", "__typename", wish))["__typename"] == "NotificationSettings"
    elif how == "closed":
        await owner.mutate("closeProject", "__typename", {"projectId": project_id})
    elif how == "paused_cto":
        await market.fetch("update ctos set status = 'paused' where id = $1 returning id", late.id)
    else:
        await market.fetch("update users set status = 'suspended' where id = $1 returning id", owner.id)
    await let_a_day_pass(market)
    assert await planned(market) == []
    assert told(inbox, owner) == []


async def test_each_project_has_its_own_day(market: Marketplace, inbox: Inbox):
    owner = await market.join("client")
    projects = [await published(owner, market) for _ in range(2)]
    # The second project's first list held the CTO who then was new to the first one.
    await let_a_day_pass(market)
    before = len(told(inbox, owner))
    await market.listed_cto()
    await market.work_off()
    assert len(await planned(market)) == 2
    await let_a_day_pass(market)
    mails = told(inbox, owner)[before:]
    assert sorted(next(each for each in projects if each in mail) for mail in mails) == sorted(projects)
