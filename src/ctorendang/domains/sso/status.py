"""What connections speak and which serve which purpose: looked at on every way in and out, whoever began."""

from enum import StrEnum
from uuid import UUID

from ctorendang.domains.sso.models import Connection, SignOnRequest
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork


class Protocol(StrEnum):
    """How a provider vouches for people."""

    SAML = "saml"
    OIDC = "oidc"
    OAUTH = "oauth"


class SignOnPurpose(StrEnum):
    """What somebody goes to a provider for; all but signing in is for people who are signed in."""

    SIGN_IN = "sign_in"
    TEST = "test"
    LINK = "link"
    STEP_UP = "step_up"


class ConnectionStatus(StrEnum):
    """A draft becomes tested by an administrator's sign-in, active by their decision, and disabled by it too."""

    DRAFT = "draft"
    TESTED = "tested"
    ACTIVE = "active"
    DISABLED = "disabled"


_SERVING = {
    SignOnPurpose.SIGN_IN: {ConnectionStatus.ACTIVE},
    SignOnPurpose.STEP_UP: {ConnectionStatus.ACTIVE},
    SignOnPurpose.LINK: {ConnectionStatus.TESTED, ConnectionStatus.ACTIVE},
    SignOnPurpose.TEST: {ConnectionStatus.DRAFT, ConnectionStatus.TESTED, ConnectionStatus.ACTIVE},
}


def purpose_of(request: SignOnRequest | None) -> SignOnPurpose:
    """What an answer is for; one that nobody asked for signs in."""
    return SignOnPurpose.SIGN_IN if request is None else SignOnPurpose(request.purpose)


async def usable_connection(work: UnitOfWork, connection_id: UUID, purpose: SignOnPurpose) -> Connection:
    """A connection that may serve a purpose now.

    Raises:
        NotFound: there is none, or its status does not allow it; from outside the two look the same.
    """
    connection = await work.session.get(Connection, (work.tenant_id, connection_id))
    if connection is None or connection.status not in _SERVING[purpose]:
        raise NotFound("There is no single sign-on at this address.")
    return connection
