"""Every way in, before single sign-on is enforced and after."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from tests.domains.accounts.factor_steps import sign_in_program
from tests.domains.accounts.soft_authenticator import SIGN_IN, SoftAuthenticator, add_passkey, ask, send
from tests.domains.sso.office import Office, prove
from tests.domains.sso.saml_scene import visitor
from tests.domains.sso.setting_up import scene_of
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Person, form_token, sign_in, submit
from tests.inbox import Inbox, text_of

Way = Callable[[Office, Person], Awaitable[bool]]


async def by_password(office: Office, person: Person) -> bool:
    async with visitor(office.market) as browser:
        page = await browser.get("/login")
        await browser.post("/login", data={"_csrf": form_token(page.text), "email": person.email, "password": PASSWORD})
        return (await browser.get("/account")).status_code == 200


async def by_program(office: Office, person: Person) -> bool:
    return (await sign_in_program(office.market, person.email))["__typename"] == "Tokens"


async def by_access_token(office: Office, person: Person) -> bool:
    return (await person.graphql("{ me { id } }"))["data"]["me"] is not None


async def by_refresh_token(office: Office, person: Person) -> bool:
    given = {"refreshToken": person.refresh_token}
    return (await office.market.mutate("refreshToken", TOKENS + REFUSALS, given))["__typename"] == "Tokens"


async def by_new_account(office: Office, person: Person) -> bool:
    account = {"name": "Eve", "email": f"{uuid4().hex}@people.example", "password": PASSWORD, "role": "CLIENT"}
    return (await office.market.mutate("signUp", TOKENS + PROBLEMS, account))["__typename"] == "Tokens"


WAYS: dict[str, Way] = {
    "password": by_password,
    "password of a program": by_program,
    "access token": by_access_token,
    "refresh token": by_refresh_token,
    "new account": by_new_account,
}


@pytest.mark.parametrize("scope", ["EVERYONE", "DOMAINS"])
@pytest.mark.parametrize("way", WAYS)
async def test_a_way_in_is_open_before_and_shut_after(office: Office, way: str, scope: str):
    await office.own("people.example")
    # What was opened before is tried once only: using a refresh token up would shut it by itself.
    if way not in ("refresh token",):
        assert await WAYS[way](office, await office.market.join("client"))
    person = await office.market.join("client")
    assert (await office.enforce(scope))["stage"] == scope
    assert not await WAYS[way](office, person)


@pytest.mark.parametrize("way", ["password", "password of a program", "access token", "refresh token"])
async def test_people_of_other_domains_are_not_bound(office: Office, way: str):
    await office.own("people.example")
    guest = await office.market.join("client", email=f"{uuid4().hex}@guests.example")
    await office.enforce("DOMAINS")
    assert await WAYS[way](office, guest)


async def test_an_open_browser_session_ends(office: Office):
    person = await office.market.join("client")
    async with visitor(office.market) as browser:
        await sign_in(browser, person)
        assert (await browser.get("/account")).status_code == 200
        await office.enforce()
        assert (await browser.get("/account")).status_code != 200
    ended = "select count(*) as n from sessions where user_id = $1 and ended_at is null"
    assert (await office.market.fetch(ended, person.id))[0]["n"] == 0


async def test_the_sign_in_page_says_what_to_use_instead(office: Office):
    person = await office.market.join("client")
    await office.enforce()
    async with visitor(office.market) as browser:
        refused = await submit(browser, "/login", "/login", {"email": person.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert "Use the button with its name." in refused.text
    assert f"/sso/{office.connection_id}/login" in refused.text


async def test_a_reset_link_lets_nobody_in(office: Office, inbox: Inbox):
    person = await office.market.join("client")
    async with visitor(office.market) as browser:
        await submit(browser, "/password/forgot", "/password/forgot", {"email": person.email})
        await office.market.work_off()
        token = inbox.secret(person.email, "/password/reset")
        await office.enforce()
        new = "another correct horse battery"
        await submit(browser, "/login", "/password/reset", {"token": token, "password": new})
        assert (await browser.get("/account")).status_code != 200
        assert (await sign_in_program(office.market, person.email, password=new))["__typename"] == "Refusal"


async def ask_for_a_password(office: Office, *people: Person) -> list[str]:
    """What the page says to each, without their address."""
    said = []
    async with visitor(office.market) as browser:
        for person in people:
            page = await submit(browser, "/password/forgot", "/password/forgot", {"email": person.email})
            said.append(page.text.replace(person.email, ""))
    await office.market.work_off()
    return said


@pytest.mark.parametrize("scope", ["EVERYONE", "DOMAINS"])
async def test_who_is_bound_is_mailed_where_to_sign_in_instead_of_a_reset_link(office: Office, inbox: Inbox, scope):
    await office.own("people.example")
    bound = await office.market.join("client")
    guest = await office.market.join("client", email=f"{uuid4().hex}@guests.example")
    await office.enforce(scope)
    said = await ask_for_a_password(office, bound, office.rescuer, guest)
    assert len(set(said)) == 1
    mails = [text_of(each) for each in inbox.of(bound.email)]
    assert any(f"{office.market.origin}:8000/sso" in mail.split() for mail in mails)
    assert not any("/password/reset" in mail for mail in mails)
    assert inbox.secret(office.rescuer.email, "/password/reset")
    guided = [each for each in inbox.of(guest.email) if "/password/reset" in text_of(each)]
    assert bool(guided) is (scope == "DOMAINS")
    made = "select user_id from email_tokens where purpose = 'reset_password'"
    assert bound.id not in {row["user_id"] for row in await office.market.fetch(made)}


async def test_an_invitation_leads_to_the_provider(office: Office, inbox: Inbox):
    email = f"{uuid4().hex}@people.example"
    made = "... on MadeInvitations { invitations { id } }" + PROBLEMS
    await office.rescuer.mutate("invite", made, {"emails": [email], "roles": ["CLIENT"]})
    await office.market.work_off()
    token = inbox.secret(email, "/invitation")
    await office.enforce()
    async with visitor(office.market) as browser:
        fields = {"token": token, "name": "Grace", "password": PASSWORD}
        await submit(browser, "/login", "/invitation", fields)
        assert (await browser.get("/account")).status_code != 200
    assert (
        await office.market.fetch(
            "select 1 from password_credentials c join users u on u.id = c.user_id where u.email = $1", email
        )
    ) == []


async def test_a_key_opens_nothing(office: Office):
    person = await office.market.join("client")
    made = await person.mutate(
        "createApiKey",
        "... on CreatedApiKey { secret }" + PROBLEMS,
        {"name": "Report", "scopes": ["READ_PROJECTS"], "expiresInDays": 30},
    )
    asked = "{ projects { edges { node { id } } } }"
    assert "errors" not in await office.market.graphql(asked, made["secret"])
    await office.enforce()
    assert "errors" in await office.market.graphql(asked, made["secret"])


async def test_a_passkey_opens_nothing(office: Office):
    person = await office.market.join("client")
    async with visitor(office.market) as browser:
        await sign_in(browser, person)
        device = SoftAuthenticator(office.market.origin)
        assert (await add_passkey(browser, device)).status_code == 200
    assert await _enters_by_passkey(office, device)
    await office.enforce()
    assert not await _enters_by_passkey(office, device)


async def _enters_by_passkey(office: Office, device: SoftAuthenticator) -> bool:
    async with visitor(office.market) as browser:
        options = await ask(browser, SIGN_IN)
        await send(browser, SIGN_IN, device.get(options))
        return (await browser.get("/account")).status_code == 200


async def test_single_sign_on_itself_stays_open(office: Office):
    await prove(office.market, office.admin, office.signer, office.connection_id)
    await office.enforce()
    async with visitor(office.market) as browser:
        scene = await scene_of(office.market, browser, office.signer, office.connection_id)
        assert (await scene.sign_on(subject=f"subject-{office.admin.id}")).status_code == 303
        assert await scene.signed_in()
