"""The keys of a provider: kept with the connection, fetched again when they are old or one is missing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, DateTime, cast, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.oidc.flow import oidc_settings_of
from ctorendang.domains.sso.oidc.relying_party import OidcSettings
from ctorendang.domains.sso.oidc.tokens import Claims, Header, find_key, read_header, usable_keys, verify
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.trace import Trace
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import AppError
from ctorendang.infra.product import Product
from ctorendang.kit.clock import now

OLD = timedelta(hours=1)
"""From then on keys are fetched again, so that one that was withdrawn is soon forgotten."""
TOO_OLD = timedelta(hours=24)
"""From then on keys count no more, even if there are no others to be had."""
AT_MOST_EVERY = timedelta(minutes=1)
"""Anybody can send a token that names an unknown key; the provider is not asked more often for it."""

_PAUSE, _PAUSES = 0.2, 10


@dataclass(frozen=True, slots=True)
class Believed:
    """A token whose signature is the provider's.

    Attributes:
        claims: which nobody has checked yet.
    """

    header: Header
    claims: Claims


class ProviderKeys:
    """Verifies tokens of one connection's provider."""

    def __init__(self, product: Product, service: Actor, connection_id: UUID, settings: OidcSettings) -> None:
        self._product = product
        self._service = service
        self._connection_id = connection_id
        self._settings = settings

    async def verified(self, token: object, trace: Trace) -> Believed:
        """A token that one of the provider's keys has signed.

        Raises:
            SignOnRefused: none has.
        """
        self._product.grants.require(self._service, SsoPermission.SIGN_ON)
        header = read_header(token, self._settings, trace)
        text = str(token)
        if self._older_than(OLD):
            await self._renew()
        claims = verify(text, header, find_key(self._settings.jwks, header))
        # An unknown key may be a new one, and so may one that has come under an old name.
        if claims is None and await self._renew():
            claims = verify(text, header, find_key(self._settings.jwks, header))
        published = not self._older_than(TOO_OLD) and find_key(self._settings.jwks, header) is not None
        hint = (
            "The provider publishes no such key for signing, or its keys could not be fetched."
            f" They are fetched again at most every {AT_MOST_EVERY.total_seconds():.0f} seconds."
        )
        expected = f"one of {self._settings.jwks_uri}"
        trace.require(
            "Signing key", published, expected=expected, got=f"kid {(header.kid or 'none')[:100]!a}", hint=hint
        )
        hint = "The token was changed on its way, or somebody else has signed it."
        trace.require("Signature", claims is not None, expected=header.algorithm, got="not valid", hint=hint)
        return Believed(header, claims or {})

    def _older_than(self, age: timedelta) -> bool:
        fetched = self._settings.jwks_fetched_at
        return fetched is None or now() - fetched > age

    async def _renew(self) -> bool:
        """Fetch the keys again, unless that was just done; whether there are others now."""
        before = self._settings.jwks_fetched_at
        if await self._claim():
            await self._fetch()
        else:
            await self._await_others(before)
        return self._settings.jwks_fetched_at != before

    async def _claim(self) -> bool:
        """Whether it is this process's turn to ask the provider."""
        tried = cast(Connection.settings["jwks_tried_at"].astext, DateTime(timezone=True))
        statement = (
            update(Connection)
            .where(
                Connection.tenant_id == self._service.tenant_id,
                Connection.id == self._connection_id,
                or_(tried.is_(None), tried < now() - AT_MOST_EVERY),
            )
            .values(settings=_with(jwks_tried_at=now()), updated_at=Connection.updated_at)
            .execution_options(synchronize_session=False)
        )
        async with self._product.units.begin(self._service) as work:
            return await work.session.scalar(statement.returning(Connection.id)) is not None

    async def _fetch(self) -> None:
        try:
            fetched = await self._product.gateways.outgoing.get(self._settings.jwks_uri)
        except AppError:
            return
        keys = usable_keys(fetched.body) if fetched.status == 200 else None
        if keys is None:
            return
        moment = now()
        statement = (
            update(Connection)
            .where(Connection.tenant_id == self._service.tenant_id, Connection.id == self._connection_id)
            .values(settings=_with(jwks=keys, jwks_fetched_at=moment), updated_at=Connection.updated_at)
            .execution_options(synchronize_session=False)
        )
        async with self._product.units.begin(self._service) as work:
            await work.session.execute(statement)
        self._settings = msgspec.structs.replace(self._settings, jwks=keys, jwks_fetched_at=moment)

    async def _await_others(self, before: datetime | None) -> None:
        """Somebody else is asking, or has just asked: take what they got, within two seconds."""
        for attempt in range(_PAUSES):
            async with self._product.units.begin(self._service) as work:
                found = select(Connection).where(
                    Connection.tenant_id == self._service.tenant_id, Connection.id == self._connection_id
                )
                connection = (await work.session.scalars(found)).one_or_none()
            if connection is None:
                return
            self._settings = oidc_settings_of(connection)
            tried = self._settings.jwks_tried_at
            if (
                self._settings.jwks_fetched_at != before
                or tried is None
                or now() - tried > _PAUSES * timedelta(seconds=_PAUSE)
            ):
                return
            if attempt < _PAUSES - 1:
                await asyncio.sleep(_PAUSE)


def _with(**values: object) -> ColumnElement[Any]:
    """The connection's settings with some of them replaced, whatever else somebody changes meanwhile."""
    return Connection.settings.op("||")(literal(msgspec.to_builtins(values), JSONB))
