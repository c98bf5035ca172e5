"""Metadata are read again every day, so that a provider's new certificate locks nobody out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, connect
from tests.domains.sso.test_saml_metadata import SSO, key, provider
from tests.factories import Marketplace
from tests.infra.gateways.outgoing_servers import answering, serving

from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.saml.flow import fetch_metadata, is_due, refresh_metadata
from ctorendang.domains.sso.saml.metadata import MetadataNotUsable
from ctorendang.domains.sso.saml.settings import read_settings
from ctorendang.infra.auth.actor import AUTHENTICATOR, WORKER, Actor
from ctorendang.infra.errors import Forbidden
from ctorendang.infra.gateways.outgoing import AddressNotAllowed
from ctorendang.kit.clock import now

OLD, NEW = Signer(), Signer()


def metadata(*signers: Signer, entity_id: str = IDP) -> bytes:
    keys = "".join(key("".join(each.certificate.splitlines()[1:-1])) for each in signers)
    return provider(keys + SSO, entity_id).encode()


@asynccontextmanager
async def at_work(
    market: Marketplace, connection_id: UUID, role: str = WORKER
) -> AsyncIterator[tuple[Any, Connection]]:
    async with market.marketplaces.site.product.units.begin(Actor.service(market.id, role)) as work:
        connection = await work.session.get(Connection, (market.id, connection_id))
        yield work, connection


async def refreshed(market: Marketplace, content: bytes, **settings: Any) -> tuple[bool, Connection]:
    """A connection that knew the old certificate, once its metadata were read again."""
    async with serving(content) as host:
        url = f"http://127.0.0.1:{host.port}/metadata"
        connection_id = await connect(market, OLD, metadata_url=url, **settings)
        async with at_work(market, connection_id) as (work, connection):
            changed = await refresh_metadata(work, connection)
            return changed, connection


async def test_follows_new_certificates(market: Marketplace) -> None:
    changed, connection = await refreshed(market, answering(metadata(OLD, NEW)))
    assert changed
    assert read_settings(connection.settings).certificates == (OLD.certificate, NEW.certificate)
    assert connection.metadata_problem is None
    assert not is_due(connection, now())
    assert is_due(connection, now() + timedelta(hours=25))
    trail = await market.fetch("select details from audit_events where action = 'sso.metadata.refreshed'")
    assert len(trail) == 1


async def test_what_was_proven_by_a_test_stays_proven(market: Marketplace) -> None:
    _, connection = await refreshed(market, answering(metadata(NEW)), force_authn=True)
    assert connection.version == 1
    assert read_settings(connection.settings).force_authn


async def test_nothing_changes_where_nothing_has(market: Marketplace) -> None:
    known = {"sso_url": "https://idp.example/sso", "slo_url": ""}
    changed, connection = await refreshed(market, answering(metadata(OLD)), **known)
    assert not changed
    assert not await market.fetch("select 1 from audit_events where action like 'sso.metadata.%'")
    assert connection.metadata_fetched_at is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (answering(b"", "500 Oops"), "500"),
        (answering(b"<html/>"), "no SAML metadata"),
        (answering(metadata(NEW, entity_id="https://evil.example")), IDP),
        (answering(metadata()), "no certificate"),
        (answering(b"", "302 Found", location="http://127.0.0.1:1/"), ""),
        (b"", ""),
    ],
    ids=["error", "page", "another_provider", "no_certificate", "redirect", "nothing"],
)
async def test_keeps_what_it_had_and_notes_the_problem(market: Marketplace, content: bytes, said: str) -> None:
    changed, connection = await refreshed(market, content)
    assert not changed
    assert read_settings(connection.settings).certificates == (OLD.certificate,)
    assert connection.metadata_problem
    assert said in connection.metadata_problem


async def test_only_jobs_refresh(market: Marketplace) -> None:
    connection_id = await connect(market, OLD)
    async with at_work(market, connection_id, AUTHENTICATOR) as (work, connection):
        with pytest.raises(Forbidden):
            await refresh_metadata(work, connection)
    async with at_work(market, connection_id) as (work, connection):
        assert not await refresh_metadata(work, connection)


async def test_what_is_not_public_is_not_asked(market: Marketplace) -> None:
    async with at_work(market, await connect(market, OLD)) as (work, _):
        with pytest.raises(AddressNotAllowed):
            await fetch_metadata(work.gateways.outgoing, "https://10.0.0.1/metadata")
        with pytest.raises(MetadataNotUsable):
            await fetch_metadata(work.gateways.outgoing, "file:///etc/passwd")
