"""E-mail domains: claimed by word, counted by DNS."""

from uuid import uuid4

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.names import Names, answered_by
from tests.domains.sso.setting_up import ready_to_test
from tests.factories import PROBLEMS, Marketplace, Person

DOMAIN = "... on EmailDomain { id domain verifiedAt recordName recordValue }" + PROBLEMS


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


@pytest.fixture
async def connection_id(admin: Person, provider: Signer) -> str:
    return await ready_to_test(admin, provider)


async def claim(admin: Person, connection_id: str, domain: str) -> dict:
    return await admin.mutate("claimEmailDomain", DOMAIN, {"connectionId": connection_id, "domain": domain})


async def verify(admin: Person, domain: dict) -> dict:
    return await admin.mutate("verifyEmailDomain", DOMAIN, {"id": domain["id"]})


async def test_a_record_proves_a_domain(market, admin, connection_id):
    claimed = await claim(admin, connection_id, " Corp.Example. ")
    assert (claimed["domain"], claimed["verifiedAt"]) == ("corp.example", None)
    assert claimed["recordName"] == "_sso-challenge.corp.example"
    assert claimed["recordValue"].startswith("sso-verification=")
    names = answered_by(market, Names({"_sso-challenge.corp.example": ["other", f'"{claimed["recordValue"]}"']}))
    assert (await verify(admin, claimed))["verifiedAt"]
    assert names.asked == ["_sso-challenge.corp.example"]


@pytest.mark.parametrize("said", [[], ["sso-verification="], ["sso-verification=another"], ["verification"]])
async def test_anything_else_proves_nothing(market, admin, connection_id, said):
    claimed = await claim(admin, connection_id, "corp.example")
    answered_by(market, Names(everything=said))
    refused = await verify(admin, claimed)
    assert refused["code"] == "domain_not_proven"
    assert "_sso-challenge.corp.example" in refused["message"]
    assert (await market.fetch("select verified_at from email_domains"))[0]["verified_at"] is None


async def test_silent_name_servers_prove_nothing_and_take_nothing(market, admin, connection_id):
    claimed = await claim(admin, connection_id, "corp.example")
    names = answered_by(market, Names(everything=[claimed["recordValue"]]))
    await verify(admin, claimed)
    names.away = True
    assert (await verify(admin, claimed))["code"] == "dns_unavailable"
    assert (await market.fetch("select verified_at from email_domains"))[0]["verified_at"]


async def test_the_record_of_another_marketplace_proves_nothing(market, other_market, admin, connection_id, provider):
    stranger = await other_market.join("admin")
    theirs = await claim(stranger, await ready_to_test(stranger, provider), "corp.example")
    ours = await claim(admin, connection_id, "corp.example")
    assert ours["recordValue"] != theirs["recordValue"]
    answered_by(market, Names(everything=[theirs["recordValue"]]))
    assert (await verify(admin, ours))["code"] == "domain_not_proven"
    assert (await verify(admin, theirs))["code"] == "not_found"


@pytest.mark.parametrize(
    "domain", ["gmail.com", "mail.gmail.com", "GMX.de", "contoso.onmicrosoft.com", "outlook.com", "yahoo.co.uk"]
)
async def test_where_anybody_can_have_an_address_is_nobodys(admin, connection_id, domain):
    refused = await claim(admin, connection_id, domain)
    assert refused["fields"][0]["message"].startswith("Anybody can have an address there.")


@pytest.mark.parametrize("domain", ["", "corp", "10.0.0.1", "-corp.example", "a b.example", "corp..example", "x" * 300])
async def test_what_is_no_domain_is_refused(admin, connection_id, domain):
    refused = await claim(admin, connection_id, domain)
    assert [each["field"] for each in refused["fields"]] == ["domain"]


async def test_a_name_beyond_ascii_is_kept_as_dns_knows_it(admin, connection_id):
    assert (await claim(admin, connection_id, "bücher.example"))["domain"] == "xn--bcher-kva.example"


async def test_a_domain_leads_to_one_connection(admin, connection_id, provider):
    await claim(admin, connection_id, "corp.example")
    other = await ready_to_test(admin, provider, "Another")
    assert (await claim(admin, other, "corp.example"))["code"] == "domain_already_claimed"


async def test_a_domain_that_is_given_up_is_gone(market, admin, connection_id):
    claimed = await claim(admin, connection_id, "corp.example")
    done = "... on Done { message } ... on Refusal { code }"
    assert (await admin.mutate("removeEmailDomain", done, {"id": claimed["id"]}))["__typename"] == "Done"
    assert await market.fetch("select 1 from email_domains") == []
    assert (await admin.mutate("removeEmailDomain", done, {"id": str(uuid4())}))["code"] == "not_found"


async def test_checking_is_limited(market, admin, connection_id):
    claimed = await claim(admin, connection_id, "corp.example")
    answered_by(market, Names())
    codes = [(await verify(admin, claimed))["code"] for _ in range(61)]
    assert codes[-1] == "too_many_attempts"
    assert set(codes[:-1]) == {"domain_not_proven"}
