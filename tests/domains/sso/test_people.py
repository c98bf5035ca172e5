"""Whom a verified identity is: every rule of linking, against the real tables."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from tests.domains.accounts.planting import left, plant
from tests.domains.sso.vouching import DOMAIN, connect
from tests.factories import Marketplace
from tests.inbox import text_of

from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.models import SignOnSession
from ctorendang.domains.sso.provider_sessions import end_provider_sessions


async def roles(market: Marketplace, user_id: UUID) -> list[str]:
    (row,) = await market.fetch("select roles from users where id = $1", user_id)
    return row["roles"]


async def test_somebody_new_gets_an_account_with_a_confirmed_address(market):
    provider = await connect(market, default_role="cto")
    user_id = await provider.signs_on(email=f"Ada@{DOMAIN}", name="Ada Lovelace")
    (row,) = await market.fetch("select * from users where id = $1", user_id)
    assert (row["email"], row["name"], row["roles"]) == (f"ada@{DOMAIN}", "Ada Lovelace", ["cto"])
    assert row["email_verified_at"]
    assert await provider.signs_on(email=f"ada@{DOMAIN}") == user_id


async def test_the_subject_is_the_key_and_not_the_address(market):
    provider = await connect(market)
    ada = await provider.signs_on("ada", email=f"ada@{DOMAIN}")
    assert await provider.signs_on("ada", email=f"grace@{DOMAIN}") == ada
    assert await provider.signs_on("ada", email=None) == ada


async def test_the_same_subject_at_another_provider_is_somebody_else(market):
    here, there = await connect(market), await connect(market, domain="other.example")
    assert await here.signs_on("1", email=f"ada@{DOMAIN}") != await there.signs_on("1", email="eve@other.example")


async def test_an_address_of_a_verified_domain_leads_to_the_account_that_is_there(market):
    person = await market.join("client", email=f"ada@{DOMAIN}")
    assert await (await connect(market)).signs_on(email=person.email) == person.id


async def test_nothing_stays_that_was_planted_under_an_address_that_nobody_had_confirmed(market, inbox):
    person = await market.join("client", email=f"ada@{DOMAIN}")
    await plant(market, person)
    assert len(await left(market, person)) == 8
    provider = await connect(market)
    assert await provider.signs_on(email=person.email) == person.id
    assert await left(market, person) == {"sso_identities"}
    assert [row["subject"] for row in await market.fetch("select subject from sso_identities")] == ["subject"]
    (user,) = await market.fetch("select email_verified_at from users where id = $1", person.id)
    assert user["email_verified_at"]
    await market.work_off()
    assert "no longer works" in text_of(inbox.of(person.email)[-1])


async def test_what_the_owner_of_a_confirmed_address_has_stays_and_they_are_told(market, inbox):
    """Confirming takes the mail and a sign-in of the account, so that nobody else has set it up: see test_sign_up."""
    person = await market.join("client", email=f"told@{DOMAIN}")
    await plant(market, person)
    await market.fetch("update users set email_verified_at = now() where id = $1", person.id)
    provider = await connect(market)
    await provider.signs_on(email=person.email)
    assert len(await left(market, person)) == 8
    await provider.signs_on(email=person.email)
    await market.work_off()
    told = [mail for mail in inbox.of(person.email) if mail["Subject"].startswith("Single sign-on linked")]
    assert len(told) == 1, "once, and not at each sign-in"
    assert "Your other ways to sign in stay" in text_of(told[0])


async def test_who_is_made_an_administrator_meanwhile_is_not_linked_by_address(market):
    """The account is judged as it is once nobody else can change it."""
    person = await market.join("client", email=f"ada@{DOMAIN}")
    provider = await connect(market)
    app = await asyncpg.connect(market.marketplaces.settings.database.url)
    change = app.transaction()
    await change.start()
    await app.execute(
        "select set_config('app.tenant_id', $1, true), set_config('app.roles', 'admin', true)", str(market.id)
    )
    await app.execute("update users set roles = '{admin}' where id = $1", person.id)
    refusal = asyncio.create_task(provider.refuses("Account is as it was", email=person.email))
    done, _ = await asyncio.wait([refusal], timeout=1)
    assert not done, "it waits for the change"
    await change.commit()
    await app.close()
    await refusal


async def test_an_address_of_any_other_domain_does_not(market):
    person = await market.join("client", email="ada@elsewhere.example")
    provider = await connect(market)
    await provider.refuses("Connection speaks for the address", email=person.email, email_verified=True)


async def test_a_domain_that_another_connection_has_verified_does_not_count(market):
    person = await market.join("client", email=f"ada@{DOMAIN}")
    await connect(market)
    other = await connect(market, domain=None)
    await other.refuses("Connection speaks for the address", email=person.email, email_verified=True)


async def test_a_domain_that_is_claimed_and_not_verified_does_not_count(market):
    person = await market.join("client", email=f"ada@{DOMAIN}")
    provider = await connect(market)
    await market.fetch("update email_domains set verified_at = null")
    await provider.refuses("Connection speaks for the address", email=person.email, email_verified=True)


async def test_an_openid_provider_must_also_have_verified_the_address(market):
    person = await market.join("client", email=f"ada@{DOMAIN}")
    provider = await connect(market, protocol="oidc")
    await provider.refuses("Connection speaks for the address", email=person.email, email_verified=False)
    assert await provider.signs_on(email=person.email, email_verified=True) == person.id


async def test_an_administrator_is_never_linked_by_address(market):
    person = await market.join("admin", email=f"ada@{DOMAIN}")
    provider = await connect(market)
    await provider.refuses("Account may be linked by address", email=person.email, email_verified=True)
    assert not await market.fetch("select * from sso_identities")


async def test_an_administrator_who_has_no_other_way_in_is(market):
    person = await market.join("admin", email=f"ada@{DOMAIN}")
    await market.fetch("delete from password_credentials where user_id = $1", person.id)
    assert await (await connect(market)).signs_on(email=person.email) == person.id


async def test_somebody_suspended_does_not_come_in(market):
    provider = await connect(market)
    user_id = await provider.signs_on(email=f"ada@{DOMAIN}")
    await market.fetch("update users set status = 'suspended' where id = $1", user_id)
    await provider.refuses("Account is active", email=f"ada@{DOMAIN}")


async def test_new_accounts_are_opened_only_where_the_connection_says_so(market):
    provider = await connect(market, jit=False)
    await provider.refuses("New accounts are opened", email=f"ada@{DOMAIN}")


@pytest.mark.parametrize(
    ("spoilt", "opens"),
    [
        ("select 1", True),
        ("update invitations set revoked_at = now()", False),
        ("update invitations set expires_at = now()", False),
        ("update invitations set email = 'else@people.example'", False),
        ("update users set roles = '{client}'", False),
    ],
    ids=["good", "revoked", "too old", "somebody else's", "inviter no administrator any more"],
)
async def test_the_invited_get_an_account_where_nobody_else_does(market, spoilt, opens):
    admin = await market.join("admin")
    await market.fetch(
        "insert into invitations (tenant_id, email, roles, invited_by, expires_at)"
        " values ($1, $2, '{client}', $3, now() + interval '1 day')",
        market.id,
        f"ada@{DOMAIN}",
        admin.id,
    )
    await market.fetch(spoilt)
    provider = await connect(market, jit=False)
    if opens:
        assert await roles(market, await provider.signs_on(email=f"ada@{DOMAIN}")) == ["client"]
    else:
        await provider.refuses("New accounts are opened", email=f"ada@{DOMAIN}")


async def test_a_new_account_needs_an_address_that_somebody_has_proven(market):
    await (await connect(market)).refuses("Address is proven", email="ada@elsewhere.example", email_verified=True)
    social = await connect(market, domain=None, protocol="oidc")
    await social.refuses("Address is proven", email="ada@elsewhere.example")
    assert await social.signs_on(email="ada@elsewhere.example", email_verified=True)


@pytest.mark.parametrize(
    "email", [None, "", "ada", "ada@", "a@b@c", "ada@people", "<b>@people.example", "a\0@people.example"]
)
async def test_a_provider_that_sends_no_usable_address_is_told_so(market, email):
    await (await connect(market)).refuses("E-mail address is there", email=email)


async def test_groups_give_and_take_roles(market):
    provider = await connect(market, roles_by_group={"admins": "admin", "ctos": ["cto"]})
    boss = await provider.signs_on("boss", email=f"boss@{DOMAIN}", groups=("admins",))
    ada = await provider.signs_on("ada", email=f"ada@{DOMAIN}", groups=("admins", "ctos"))
    assert await roles(market, ada) == ["admin", "cto"]
    await provider.signs_on("ada", groups=("ctos",))
    assert await roles(market, ada) == ["cto"]
    await provider.signs_on("boss", groups=())
    assert await roles(market, boss) == ["admin"], "the last administrator stays one"


async def test_who_becomes_an_administrator_by_a_group_shows_what_administrators_must(market):
    await market.fetch("insert into access_policies (tenant_id, mfa) values ($1, 'required_for_admins')", market.id)
    person = await market.join("client", email=f"ada@{DOMAIN}")
    await market.fetch("update users set email_verified_at = now() where id = $1", person.id)
    provider = await connect(market, roles_by_group={"admins": "admin"})
    await provider.signs_on(email=person.email)
    assert (await person.query("{ me { id } }"))["me"]
    await provider.signs_on(groups=("admins",))
    assert (await person.query("{ me { id } }"))["me"] is None


async def test_a_role_that_changed_is_in_the_trail(market):
    provider = await connect(market, roles_by_group={"ctos": "cto"})
    ada = await provider.signs_on("ada", email=f"ada@{DOMAIN}")
    await provider.signs_on("ada", groups=("ctos",))
    rows = await market.fetch("select details from audit_events where action = 'accounts.member.roles_set'")
    assert len(rows) == 1
    actions = await market.fetch("select action from audit_events where subject_id = $1 order by id", ada)
    assert [row["action"] for row in actions] == [
        "accounts.account.opened",
        "sso.identity.linked",
        "accounts.member.roles_set",
    ]


async def test_an_identity_of_somebody_else_cannot_be_linked(market):
    provider = await connect(market)
    await provider.signs_on("ada", email=f"ada@{DOMAIN}")
    eve = await market.join("client", email=f"eve@{DOMAIN}")
    with pytest.raises(SignOnRefused):
        await provider.links(eve.id, "ada")
    assert provider.trace.failure.name == "Identity is nobody else's"


async def test_signing_out_at_the_provider_ends_what_began_there_and_nothing_else(market):
    provider = await connect(market)
    person = await market.join("client", email=f"ada@{DOMAIN}")
    sessions = [row["id"] for row in await market.fetch("select id from sessions where user_id = $1", person.id)]
    async with provider.units() as work:
        work.session.add(
            SignOnSession(
                tenant_id=market.id,
                session_id=sessions[0],
                connection_id=provider.id,
                user_id=person.id,
                subject="ada",
                session_index="s1",
            )
        )
    for subject, index, ended in (("eve", None, 0), ("ada", "s2", 0), (None, "s1", 1), ("ada", None, 0)):
        async with provider.units() as work:
            assert await end_provider_sessions(work, provider.id, subject, index) == ended
    assert (await person.query("{ me { id } }"))["me"] is None
    with pytest.raises(ValueError, match="Name a subject"):
        async with provider.units() as work:
            await end_provider_sessions(work, provider.id, None)
