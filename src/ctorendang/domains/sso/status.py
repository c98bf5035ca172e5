"""Which connections serve which purpose: looked at on every way in and out, whoever began."""

from enum import StrEnum
from uuid import UUID

from ctorendang.domains.sso.models import Connection
from ctorendang.infra.errors import NotFound
from ctorendang.infra.work import UnitOfWork


class ConnectionStatus(StrEnum):
    """A draft becomes tested by an administrator's sign-in, active by their decision, and disabled by it too."""

    DRAFT = "draft"
    TESTED = "tested"
    ACTIVE = "active"
    DISABLED = "disabled"


_SERVING = {
    "sign_in": {ConnectionStatus.ACTIVE},
    "step_up": {ConnectionStatus.ACTIVE},
    "link": {ConnectionStatus.TESTED, ConnectionStatus.ACTIVE},
    "test": {ConnectionStatus.DRAFT, ConnectionStatus.TESTED, ConnectionStatus.ACTIVE},
}


async def usable_connection(work: UnitOfWork, connection_id: UUID, purpose: str) -> Connection:
    """A connection that may serve a purpose now.

    Raises:
        NotFound: there is none, or its status does not allow it; from outside the two look the same.
    """
    connection = await work.session.get(Connection, (work.tenant_id, connection_id))
    if connection is None or connection.status not in _SERVING[purpose]:
        raise NotFound("There is no single sign-on at this address.")
    return connection
