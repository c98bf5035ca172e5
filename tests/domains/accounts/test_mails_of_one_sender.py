"""Nobody fills a mailbox by doing and undoing: mails of one kind, of one sender and to one reader, end."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.domains.engagements.journeys import begin, new_project
from tests.factories import PROBLEMS, ListedCto, Marketplace, Person
from tests.inbox import Inbox

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people import notifications
from ctorendang.domains.accounts.people.notifications import MAILS_OF_ONE_SENDER, Notification, mail_if_wanted
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.product import Product

MOST = MAILS_OF_ONE_SENDER.attempts
DoAndUndo = Callable[[], Awaitable[None]]


@pytest.fixture(autouse=True)
def no_hour_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a test counts."""
    monkeypatch.setattr(notifications, "MAILS_OF_ONE_SENDER", replace(MAILS_OF_ONE_SENDER, seconds=10_000_000))


async def introducing(market: Marketplace, client: Person, cto: ListedCto) -> DoAndUndo:
    """Asks for an introduction, and withdraws that once the mail is out."""
    journey = await begin(market, client, cto)

    async def again() -> None:
        await journey.done(client, "introduceCto", message="We would like to talk to you.")
        await market.work_off()
        await journey.done(client, "withdrawIntroduction")

    return again


async def inviting(market: Marketplace, client: Person, cto: ListedCto) -> DoAndUndo:
    """Invites to a project, and withdraws that once the mail is out."""
    value = {"projectId": await new_project(client, visibility="INVITED"), "ctoId": str(cto.id)}
    await client.mutate("publishProject", "__typename", {"projectId": value["projectId"]})

    async def again() -> None:
        for mutation in ("inviteToProject", "withdrawProjectInvitation"):
            answer = await client.mutate(mutation, "... on Project { id }" + PROBLEMS, value)
            assert answer["__typename"] == "Project", answer
            await market.work_off()

    return again


LOOPS = {"asked for an introduction": introducing, "invites you": inviting}


@pytest.mark.parametrize("words", LOOPS)
async def test_doing_and_undoing_fills_no_mailbox(market: Marketplace, inbox: Inbox, words: str):
    cto, client, other = await market.listed_cto(), await market.join("client"), await market.join("client")

    def told() -> int:
        return sum(words in mail["Subject"] for mail in inbox.of(cto.person.email))

    again = await LOOPS[words](market, client, cto)
    for _ in range(MOST - 1):
        await again()
    assert told() == MOST - 1
    for _ in range(4):
        await again()
    assert told() == MOST
    await (await LOOPS[words](market, other, cto))()
    assert told() == MOST + 1, "others are heard"


async def test_what_was_not_mailed_stands_in_the_product(market: Marketplace, inbox: Inbox):
    cto, client = await market.listed_cto(), await market.join("client")
    again = await introducing(market, client, cto)
    for _ in range(MOST + 1):
        await again()
    journey = await (await begin(market, client, cto)).advance("introduction")
    await market.work_off()
    assert not any(journey.id in mail.as_string() for mail in inbox.of(cto.person.email))
    seen = await journey.shown_to(cto.person)
    assert seen is not None
    assert seen["nextStep"]["awaited"] is True


async def test_noise_hides_nothing_else_that_its_maker_does(market: Marketplace, inbox: Inbox):
    cto, client = await market.listed_cto(), await market.join("client")
    journey = await begin(market, client, cto)
    for _ in range(MOST + 1):
        await journey.done(client, "introduceCto", message="We would like to talk to you.")
        await market.work_off()
        await journey.done(client, "withdrawIntroduction")
    await journey.done(client, "introduceCto", message="We would like to talk to you.")
    await journey.done(client, "cancelEngagement", reason="Our plans have changed.")
    await market.work_off()
    subjects = [mail["Subject"] for mail in inbox.of(cto.person.email)]
    assert sum("asked for an introduction" in each for each in subjects) == MOST
    assert sum("cancelled" in each for each in subjects) == 1, subjects


async def test_a_mail_that_cannot_be_sent_is_not_counted(
    market: Marketplace, inbox: Inbox, product: Product, monkeypatch: pytest.MonkeyPatch
):
    sender, reader = await market.join("client"), await market.join("cto")

    async def mail() -> None:
        async with product.units.begin(Actor.service(market.id, WORKER)) as work:
            user = await work.session.get_one(User, (market.id, reader.id))
            about = {"paths": {"url": "/projects"}, "owner": "Ada", "title": "A project"}
            await mail_if_wanted(work, Notification.PROJECTS, user, "project-invitation", sender.id, **about)

    async def later(*_: object) -> str:
        return "451 Try again later"

    with monkeypatch.context() as full:
        full.setattr(inbox, "handle_DATA", later)
        for _ in range(MOST + 1):
            with pytest.raises(OSError, match="code 451"):
                await mail()
    before = len(inbox.of(reader.email))
    for _ in range(MOST + 2):
        await mail()
    assert len(inbox.of(reader.email)) == before + MOST


async def test_every_sender_reader_kind_and_doing_has_a_limit_to_itself(
    market: Marketplace, inbox: Inbox, product: Product
):
    sender, other, reader, another = [await market.join("client") for _ in range(4)]

    async def mails(to: Person, by: Person, kind: Notification = Notification.PROJECTS, doing: str = "") -> int:
        before = len(inbox.of(to.email))
        for _ in range(MOST + 1):
            async with product.units.begin(Actor.service(market.id, WORKER)) as work:
                user = await work.session.get_one(User, (market.id, to.id))
                about = {"paths": {"url": "/projects"}, "owner": "Ada", "title": "A project"}
                await mail_if_wanted(work, kind, user, "project-invitation", by.id, doing, **about)
        return len(inbox.of(to.email)) - before

    assert await mails(reader, sender) == MOST
    assert await mails(reader, sender) == 0
    assert await mails(another, sender) == MOST
    assert await mails(reader, other) == MOST
    assert await mails(reader, sender, Notification.ENGAGEMENTS) == MOST
    assert await mails(reader, sender, doing="cancel") == MOST
