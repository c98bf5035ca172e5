"""What people are told about, and that what they turned off is not sent."""

import re
from typing import Any

import httpx
import pytest
from tests.factories import PROBLEMS, Marketplace, Person, form_token, profile, sign_in
from tests.inbox import Inbox, text_of

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import CATALOGUE, Channel, Notification, mail_if_wanted
from ctorendang.infra.auth.actor import WORKER, Actor

BOTH_SIDES = ("BOOKINGS", "ENGAGEMENTS", "SEARCHES")
SETTINGS = "... on NotificationSettings { settings { kind channel wanted fixed } }" + PROBLEMS


async def wish(person: Person, kind: str, wanted: bool, channel: str = "EMAIL") -> dict[str, Any]:
    settings = [{"kind": kind, "channel": channel, "wanted": wanted}]
    return await person.mutate("updateNotifications", SETTINGS, {"settings": settings})


async def wanted(person: Person) -> dict[str, bool]:
    found = await person.query("{ notificationSettings { kind wanted } }")
    return {each["kind"]: each["wanted"] for each in found["notificationSettings"]}


def test_every_kind_is_in_the_catalogue_once_and_can_be_sent():
    assert [each.kind for each in CATALOGUE] == list(Notification)
    assert all(each.channels for each in CATALOGUE)


@pytest.mark.parametrize(("roles", "kinds"), [
    (("client",), {"SECURITY", "ACCOUNT", "MATCHES", *BOTH_SIDES}),
    (("cto",), {"SECURITY", "ACCOUNT", "PROFILE", "REVIEWS", "PROJECTS", "OPENINGS", *BOTH_SIDES}),
    (("admin",), {"SECURITY", "ACCOUNT", "APPLICATIONS", "SEARCHES"}),
])  # fmt: skip
async def test_one_decides_about_what_concerns_one(market, roles, kinds):
    assert set(await wanted(await market.join(*roles))) == kinds


async def test_the_form_turns_off_what_is_not_ticked(market, client):
    cto = await market.join("cto")
    await sign_in(client, cto)
    page = (await client.get("/account/notifications")).text
    assert re.search(r'value="SECURITY:EMAIL"[^>]* checked disabled', page)
    token = form_token(page)
    answer = await client.post("/account/notifications", data={"_csrf": token, "wanted": ["ACCOUNT:EMAIL"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/notifications")
    off = dict.fromkeys(["REVIEWS", "PROJECTS", "OPENINGS", *BOTH_SIDES], False)
    assert await wanted(cto) == {"SECURITY": True, "ACCOUNT": True, "PROFILE": False, **off}
    ticked = ["ACCOUNT:EMAIL", "PROFILE:EMAIL", "NONSENSE:EMAIL", "PROFILE:PIGEON"]
    await client.post("/account/notifications", data={"_csrf": token, "wanted": ticked})
    assert await wanted(cto) == {"SECURITY": True, "ACCOUNT": True, "PROFILE": True, **off}


async def test_security_notices_cannot_be_turned_off(market):
    person = await market.join("client")
    answer = await wish(person, "SECURITY", wanted=False)
    assert answer["__typename"] == "InvalidInput"
    assert (await wanted(person))["SECURITY"] is True


async def test_not_even_by_whoever_writes_the_row(market, inbox, product):
    person = await market.join("client")
    await market.fetch_as(
        "worker",
        "insert into notification_settings (tenant_id, user_id, kind, channel, wanted)"
        " values ($1, $2, 'security', 'email', false)",
        market.id,
        person.id,
    )
    assert (await wanted(person))["SECURITY"] is True
    async with product.units.begin(Actor.service(market.id, WORKER)) as work:
        user = await work.session.get_one(User, (market.id, person.id))
        paths = {"url": "/password/reset"}
        await mail_if_wanted(work, Notification.SECURITY, user, "password-reset", paths=paths, minutes=30)
    assert "/password/reset" in text_of(inbox.of(person.email)[-1])
    assert "/account/notifications" not in text_of(inbox.of(person.email)[-1])


async def test_what_nothing_is_sent_by_is_not_offered(market):
    person = await market.join("client")
    offered = '{ __type(name: "NotificationChannel") { enumValues { name } } }'
    assert (await person.query(offered))["__type"]["enumValues"] == [{"name": "EMAIL"}]


async def test_settings_of_others_are_out_of_reach(market):
    person, other = await market.join("client"), await market.join("client")
    await wish(person, "ACCOUNT", wanted=False)
    assert (await wanted(other))["ACCOUNT"] is True
    assert await market.fetch_as("client", "select * from notification_settings") == []
    (row,) = await market.fetch_as("worker", "select user_id, kind, channel, wanted from notification_settings")
    assert tuple(row) == (person.id, "account", "email", False)


async def decide(market: Marketplace, cto: Person, admin: Person, decision: str) -> None:
    saved = await cto.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile())
    await cto.mutate("submitCtoProfile", "... on Cto { id }" + PROBLEMS)
    value = {"ctoId": saved["id"]} | ({"reason": "Say more."} if decision == "declineCto" else {})
    answer = await admin.mutate(decision, "... on Cto { id }" + PROBLEMS, value)
    assert answer["__typename"] == "Cto", answer
    await market.work_off()


@pytest.mark.parametrize(("decision", "subject"), [("approveCto", "You are listed"), ("declineCto", "profile")])
async def test_decisions_about_a_profile_are_mailed_unless_turned_off(market, inbox: Inbox, decision, subject):
    admin = await market.join("admin")
    told, spared = await market.join("cto"), await market.join("cto")
    await wish(spared, "PROFILE", wanted=False)
    for cto in (told, spared):
        await decide(market, cto, admin, decision)
    assert len(inbox.of(told.email)) == len(inbox.of(spared.email)) + 1
    mail = inbox.of(told.email)[-1]
    assert subject in mail["Subject"]
    for kind in ("plain", "html"):
        assert "/account/notifications" in mail.get_body([kind]).get_content()


async def test_links_that_let_one_in_say_nothing_of_turning_them_off(market, inbox: Inbox):
    person = await market.join("client")
    await market.mutate("requestPasswordReset", "... on Done { message }", {"email": person.email})
    await market.work_off()
    assert "/account/notifications" not in text_of(inbox.of(person.email)[-1])


async def mails_about(inbox: Inbox, person: Person, words: str) -> int:
    await person.market.work_off()
    return sum(words in mail["Subject"] for mail in inbox.of(person.email))


async def test_changed_roles_are_mailed_unless_turned_off(market, inbox):
    admin, told, spared = await market.join("admin"), await market.join("client"), await market.join("client")
    await wish(spared, "ACCOUNT", wanted=False)
    for person in (told, spared):
        value = {"memberId": str(person.id), "roles": ["CLIENT", "ADMIN"]}
        await admin.mutate("setMemberRoles", "... on Member { id }" + PROBLEMS, value)
    assert await mails_about(inbox, told, "roles") == 1
    assert await mails_about(inbox, spared, "roles") == 0
    assert "a client and an administrator" in text_of(inbox.of(told.email)[-1])


async def test_reviews_are_mailed_unless_turned_off(market, inbox):
    client = await market.join("client")
    told, spared = await market.listed_cto(), await market.listed_cto()
    await wish(spared.person, "REVIEWS", wanted=False)
    for cto in (told, spared):
        value = {"ctoId": str(cto.id), "rating": 4, "body": "Calm and clear."}
        await client.mutate("writeReview", "... on Review { id }" + PROBLEMS, value)
    assert await mails_about(inbox, told.person, "reviewed you") == 1
    assert await mails_about(inbox, spared.person, "reviewed you") == 0
    assert "4 of 5 stars" in text_of(inbox.of(told.person.email)[-1])


async def test_administrators_hear_of_profiles_that_wait_unless_turned_off(market, inbox):
    told, spared, gone = await market.join("admin"), await market.join("admin"), await market.join("admin")
    await wish(spared, "APPLICATIONS", wanted=False)
    await market.fetch("update users set status = 'suspended' where id = $1", gone.id)
    cto = await market.join("cto")
    await cto.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile())
    await cto.mutate("submitCtoProfile", "... on Cto { id }" + PROBLEMS)
    assert await mails_about(inbox, told, "waits for your decision") == 1
    assert await mails_about(inbox, spared, "waits for your decision") == 0
    assert await mails_about(inbox, gone, "waits for your decision") == 0


async def test_every_change_is_audited(market):
    person = await market.join("client")
    await wish(person, "ACCOUNT", wanted=False)
    await wish(person, "ACCOUNT", wanted=False)
    rows = await market.fetch("select * from audit_events where action = 'accounts.notifications.changed'")
    assert len(rows) == 1


def test_no_channel_is_offered_that_nothing_is_sent_by():
    assert {channel for each in CATALOGUE for channel in each.channels} == {Channel.EMAIL}


async def test_another_site_changes_nothing(market, client: httpx.AsyncClient):
    person = await market.join("client")
    await sign_in(client, person)
    answer = await client.post("/account/notifications", data={"_csrf": "guessed"})
    assert answer.status_code == 403
    assert all((await wanted(person)).values())
