"""From an e-mail address to its provider, without telling who has an account."""

from html import unescape
from uuid import uuid4

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, connect, visitor
from tests.factories import Marketplace, form_token

from ctorendang.domains.sso.discovery import LOOK_UPS

SSO = "https://idp.example/sso"


@pytest.fixture
async def domain(market: Marketplace, provider: Signer) -> str:
    """A domain that an active connection has proven."""
    connection_id = await connect(market, provider)
    return f"{connection_id.hex[-8:]}.corp.example"


async def ask(browser, email: str, query: str = ""):
    page = await browser.get(f"/sso{query}")
    return await browser.post(f"/sso{query}", data={"_csrf": form_token(page.text), "email": email})


async def test_a_proven_domain_leads_to_its_provider(market, domain):
    async with visitor(market) as browser:
        answer = await ask(browser, f" Ada@{domain.upper()} ")
        assert answer.status_code == 200
        assert f'href="{SSO}?' in unescape(answer.text)


async def test_it_is_the_same_whether_or_not_there_is_such_a_person(market, domain):
    known = await market.join("client", email=f"known@{domain}")
    async with visitor(market) as browser:
        answers = [await ask(browser, email) for email in (known.email, f"{uuid4().hex}@{domain}")]
    assert {answer.status_code for answer in answers} == {200}
    strip = [answer.text.split("SAMLRequest=")[0] for answer in answers]
    assert strip[0] == strip[1]


@pytest.mark.parametrize(
    "email", ["ada@nowhere.example", "ada", "", "@", "ada@", "a@b@", "ada@\x00corp.example", "x" * 5000]
)
async def test_an_unknown_domain_is_told_plainly(market, domain, email):
    async with visitor(market) as browser:
        answer = await ask(browser, email)
    assert answer.status_code == 404
    assert "No single sign-on belongs to this address." in answer.text


async def test_an_account_of_an_unknown_domain_changes_nothing(market, domain):
    person = await market.join("client")
    async with visitor(market) as browser:
        assert (await ask(browser, person.email)).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "update email_domains set verified_at = null",
        "update sso_connections set status = 'disabled'",
        "update sso_connections set status = 'draft'",
    ],
)
async def test_only_proven_domains_of_active_connections_lead_anywhere(market, domain, change):
    await market.fetch(change)
    async with visitor(market) as browser:
        assert (await ask(browser, f"ada@{domain}")).status_code == 404


async def test_bound_people_are_led_there_though_the_proof_got_lost(market, domain):
    await market.fetch("update email_domains set verified_at = null")
    await market.fetch(
        "insert into access_policies (tenant_id, sso_scope, sso_domains, sso_connection_id)"
        " select $1, 'domains', array[$2::text], id from sso_connections",
        market.id,
        domain,
    )
    async with visitor(market) as browser:
        assert (await ask(browser, f"ada@{domain}")).status_code == 200


async def test_where_everybody_must_come_that_way_every_address_leads_there(market, domain):
    await market.fetch(
        "insert into access_policies (tenant_id, sso_scope, sso_connection_id) select $1, 'everyone', id"
        " from sso_connections",
        market.id,
    )
    async with visitor(market) as browser:
        assert (await ask(browser, "guest@elsewhere.example")).status_code == 200


async def test_the_domain_of_another_marketplace_leads_nowhere(other_market, domain):
    async with visitor(other_market) as browser:
        assert (await ask(browser, f"ada@{domain}")).status_code == 404


async def test_looking_up_is_limited(market, domain):
    async with visitor(market) as browser:
        page = await browser.get("/sso")
        fields = {"_csrf": form_token(page.text), "email": "ada@nowhere.example"}
        codes = [(await browser.post("/sso", data=fields)).status_code for _ in range(LOOK_UPS.attempts + 1)]
    assert codes == [404] * LOOK_UPS.attempts + [429]


async def test_only_our_own_page_asks(market, domain):
    async with visitor(market) as browser:
        assert (await browser.post("/sso", data={"email": f"ada@{domain}"})).status_code == 403


async def test_the_sign_in_page_offers_what_is_on(market, domain):
    async with visitor(market) as browser:
        page = (await browser.get("/login?next=/projects")).text
    assert "Sign in with Corp" in page
    assert "/login?next=%2Fprojects" in page
    assert "/sso?next=%2Fprojects" in page
    assert IDP not in page
