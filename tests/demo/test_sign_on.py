"""Connecting demo tenants with the demo identity provider: once, and after it where it goes."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.factories import Marketplace

from ctorendang.demo.sign_on import connect
from ctorendang.infra.stack import EmbeddedStack
from ctorendang.settings import DemoSettings, Settings


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with EmbeddedStack(tmp_path_factory.mktemp("idp"), components={"idp"}, environ={}) as stack:
        yield stack


@pytest.fixture
def demo(settings: Settings, idp: EmbeddedStack) -> Settings:
    secret = idp.variables()["CTORENDANG_IDP_CLIENT_SECRET"]
    return replace(settings, demo=DemoSettings(idp.identity_provider_url, secret))


async def connections(market: Marketplace) -> list[dict]:
    rows = await market.fetch(
        "select name, protocol, status, ownership, settings::text as settings from sso_connections"
    )
    return [dict(row) | {"settings": json.loads(row["settings"])} for row in rows]


@pytest.mark.parametrize(
    ("realm", "protocol", "address"), [("acme", "saml", "sso_url"), ("northwind", "oidc", "issuer")]
)
async def test_a_tenant_is_connected_once(market: Marketplace, demo: Settings, realm, protocol, address):
    for _ in range(2):
        await connect(demo, {realm: market.id, "globex": market.id})
    (connection,) = await connections(market)
    assert (connection["protocol"], connection["status"], connection["ownership"]) == (protocol, "active", "seed")
    assert connection["settings"][address].startswith(f"{demo.demo.idp_url}/{realm}")
    (domain,) = await market.fetch("select domain, verified_at, declared from email_domains")
    assert (domain["domain"], domain["declared"], bool(domain["verified_at"])) == (f"{realm}.example", True, True)
    (trail,) = await market.fetch("select details::text from audit_events where action = 'sso.connection.seeded'")
    assert demo.demo.idp_client_secret not in trail["details"]


async def test_it_follows_a_provider_that_has_moved(market: Marketplace, demo: Settings):
    await connect(demo, {"acme": market.id})
    await market.fetch(
        'update sso_connections set settings = settings || \'{"entity_id": "http://127.0.0.1:1/acme/metadata"}\''
    )
    await connect(demo, {"acme": market.id})
    (connection,) = await connections(market)
    assert connection["settings"]["entity_id"] == f"{demo.demo.idp_url}/acme/metadata"


async def test_what_a_newcomer_made_of_it_stays(market: Marketplace, demo: Settings):
    await connect(demo, {"acme": market.id})
    await market.fetch(
        "update sso_connections set name = 'Mine', settings = settings || '{\"entity_id\": \"https://idp.example\"}'"
    )
    await connect(demo, {"acme": market.id})
    (connection,) = await connections(market)
    assert (connection["name"], connection["settings"]["entity_id"]) == ("Mine", "https://idp.example")


async def test_a_tenant_with_connections_of_its_own_is_left_alone(market: Marketplace, demo: Settings):
    await market.fetch(
        "insert into sso_connections (tenant_id, name, protocol) values ($1, 'Acme Identity', 'saml')", market.id
    )
    await connect(demo, {"acme": market.id})
    assert len(await connections(market)) == 1


async def test_without_a_provider_nothing_happens(market: Marketplace, settings: Settings):
    await connect(settings, {"acme": market.id})
    assert await connections(market) == []
