"""Signing out at the provider as well, once the session here has ended.

The way: ``POST /logout`` (accounts) ends the session and leaves a cookie that names it, ``GET /sso/logout`` leads the
browser to the provider, whatever its protocol. When the provider is away, nothing is left undone here.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import select

from ctorendang.domains.accounts.models import Session
from ctorendang.domains.sso.departure import Departure
from ctorendang.domains.sso.models import Connection, SignOnSession
from ctorendang.domains.sso.oidc import flow as oidc_flow
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.saml import flow as saml_flow
from ctorendang.domains.sso.status import ConnectionStatus, Protocol
from ctorendang.infra.errors import AppError
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.crypto import keyed_digest, same
from ctorendang.kit.ids import uuid7

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Farewell:
    """A browser on its way to sign out at its provider.

    Attributes:
        provider: what people know it by.
        state: comes back with the browser (``state`` of OpenID Connect, InResponseTo of SAML).
    """

    departure: Departure
    provider: str
    state: str


def new_state(secret_key: str, connection_id: UUID) -> str:
    """A name for one sign-out at a provider that ``is_own_state`` knows again; an XML ID as well."""
    name = f"_{uuid7().hex}"
    return f"{name}.{keyed_digest(secret_key, f'sign out at {connection_id}', name)}"


def is_own_state(secret_key: str, connection_id: UUID, state: str) -> bool:
    """Whether ``new_state`` made this for the connection."""
    name, _, digest = state.partition(".")
    return same(digest, keyed_digest(secret_key, f"sign out at {connection_id}", name))


async def provider_logout(work: UnitOfWork, session_id: UUID, secret_key: str) -> Farewell | None:
    """Where a browser whose session has ended here goes to end the provider's too; None for nowhere.

    Args:
        work: of the product itself.
        session_id: a session that has ended.
        secret_key: of the settings, for the state.
    """
    work.require(SsoPermission.SIGN_ON)
    found = (
        await work.session.execute(
            select(Connection, SignOnSession)
            .join(
                SignOnSession,
                (SignOnSession.tenant_id == Connection.tenant_id) & (SignOnSession.connection_id == Connection.id),
            )
            .join(Session, (Session.tenant_id == SignOnSession.tenant_id) & (Session.id == SignOnSession.session_id))
            .where(
                Connection.tenant_id == work.tenant_id,
                Connection.status == ConnectionStatus.ACTIVE,
                SignOnSession.session_id == session_id,
                Session.ended_at.is_not(None),
            )
        )
    ).one_or_none()
    if found is None:
        return None
    connection, session = found
    state = new_state(secret_key, connection.id)
    flow = saml_flow if connection.protocol == Protocol.SAML else oidc_flow
    try:
        departure = await flow.sign_out_departure(work, connection, session, state)
    except AppError as error:
        # The person is signed out here, which is what was asked for; the provider's part cannot be made now.
        _log.warning("the provider is not told of a sign-out", connection=str(connection.id), error=error.code)
        return None
    return None if departure is None else Farewell(departure, connection.name, state)
