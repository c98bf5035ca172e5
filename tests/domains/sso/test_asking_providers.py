"""Asking providers about themselves holds nothing up, is not done without end, and overwrites nobody's change."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any
from uuid import UUID

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.setting_up import CONNECTION, configure, create, hosting, metadata_of
from tests.factories import PROBLEMS, Marketplace, Person

from ctorendang.domains.sso.connections import service, setup
from ctorendang.domains.sso.connections.setup import ConfigurationService
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.saml import flow
from ctorendang.domains.sso.saml.flow import refresh_metadata
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound, TooManyAttempts

Meanwhile = Callable[[], Awaitable[Any]]


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


@asynccontextmanager
async def slowly(market: Marketplace, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile) -> AsyncIterator[None]:
    """While a provider is asked, this happens."""
    outgoing = market.marketplaces.site.product.gateways.outgoing
    get = outgoing.get

    async def late(*arguments: Any, **named: Any) -> Any:
        fetched = await get(*arguments, **named)
        await meanwhile()
        return fetched

    with monkeypatch.context() as patched:
        patched.setattr(outgoing, "get", late)
        yield


async def in_a_job(market: Marketplace, connection_id: str) -> None:
    async with market.marketplaces.site.product.units.begin(Actor.service(market.id, WORKER)) as work:
        await refresh_metadata(work, await work.session.get(Connection, (market.id, UUID(connection_id))))


async def by_an_administrator(market: Marketplace, connection_id: str, admin: Person) -> None:
    await ConfigurationService(market.marketplaces.site.product, admin.actor).refresh(UUID(connection_id))


async def read_again(job: bool, market: Marketplace, connection_id: str, admin: Person) -> None:
    await (in_a_job(market, connection_id) if job else by_an_administrator(market, connection_id, admin))


@pytest.mark.parametrize("job", [True, False])
async def test_a_change_meanwhile_is_not_overwritten(market, admin, provider: Signer, monkeypatch, job):
    other = Signer()
    with hosting() as host:
        host.content = metadata_of(provider)
        connection_id = await create(admin)
        await configure(admin, connection_id, metadataUrl=host.url)
        host.content = metadata_of(provider, Signer())

        async def change() -> None:
            # Were the row locked, this would wait for what waits for it.
            async with asyncio.timeout(5):
                await configure(admin, connection_id, metadata=metadata_of(other))

        # An administrator is told that the address is gone.
        with nullcontext() if job else pytest.raises(NotFound):
            async with slowly(market, monkeypatch, change):
                await read_again(job, market, connection_id, admin)
    (row,) = await market.fetch("select settings::text as settings from sso_connections")
    assert row["settings"].count("BEGIN CERTIFICATE") == 1
    assert other.certificate.splitlines()[3] in row["settings"]
    assert not await market.fetch("select 1 from audit_events where action = 'sso.metadata.refreshed'")


async def test_an_administrator_holds_no_connection_of_the_database_meanwhile(market, admin, provider, monkeypatch):
    with hosting() as host:
        host.content = metadata_of(provider)
        connection_id = await create(admin)
        await configure(admin, connection_id, metadataUrl=host.url)
        open_ones: list[int] = []

        async def look() -> None:
            # The tests beside this one have databases of their own on the same server.
            idle = (
                "select count(*) as n from pg_stat_activity"
                " where state = 'idle in transaction' and datname = current_database()"
            )
            open_ones.append((await market.fetch(idle))[0]["n"])

        async with slowly(market, monkeypatch, look):
            await by_an_administrator(market, connection_id, admin)
    assert open_ones == [0]


async def test_a_job_waits_for_seconds_only(market, admin, provider: Signer, monkeypatch):
    monkeypatch.setattr(flow, "_MOST_SECONDS", 0.2)
    with hosting() as host:
        host.content = metadata_of(provider)
        connection_id = await create(admin)
        await configure(admin, connection_id, metadataUrl=host.url)
        async with slowly(market, monkeypatch, lambda: asyncio.sleep(30)), asyncio.timeout(10):
            await in_a_job(market, connection_id)
    (row,) = await market.fetch("select metadata_problem from sso_connections")
    assert "too long" in row["metadata_problem"]


async def test_providers_are_asked_so_often_and_no_more(market, admin, provider: Signer, monkeypatch):
    monkeypatch.setattr(setup, "PROVIDERS_ASKED", Limit("test-providers-asked", attempts=2, seconds=86_400))
    with hosting() as host:
        host.content = metadata_of(provider)
        connection_id = await create(admin)
        await configure(admin, connection_id, metadataUrl=host.url)
        await by_an_administrator(market, connection_id, admin)
        with pytest.raises(TooManyAttempts):
            await by_an_administrator(market, connection_id, admin)
        assert (await configure(admin, connection_id, metadataUrl=host.url))["code"] == "too_many_attempts"
        assert host.asked == 2
    oidc = await create(admin, "Other", "OIDC", "KEYCLOAK")
    value = {"connectionId": oidc, "issuer": "https://id.example", "clientId": "a", "clientSecret": "b"}
    answer = await admin.mutate("configureOidc", "... on SsoConnection { id }" + PROBLEMS, value)
    assert answer["code"] == "too_many_attempts"


async def test_there_are_so_many_connections_and_no_more(market, admin, monkeypatch):
    monkeypatch.setattr(service, "MOST_CONNECTIONS", 2)
    for name in ("One", "Two"):
        await create(admin, name)
    value = {"name": "Three", "protocol": "SAML", "provider": "OKTA"}
    assert (await admin.mutate("createSsoConnection", CONNECTION, value))["code"] == "too_many_connections"
