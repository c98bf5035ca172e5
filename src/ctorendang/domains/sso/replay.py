"""A provider's message is accepted once."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.sso.models import SeenMessage
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.ids import uuid7

# Remembered for longer than any clock of a provider may be wrong.
_SKEW = timedelta(minutes=10)


async def see_first(work: UnitOfWork, connection_id: UUID, message_id: str, valid_until: datetime) -> bool:
    """Remember a provider's message; whether it is the first time that it is seen."""
    statement = (
        insert(SeenMessage)
        .values(
            tenant_id=work.tenant_id,
            id=uuid7(),
            connection_id=connection_id,
            message_id=message_id,
            expires_at=valid_until + _SKEW,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "connection_id", "message_id"])
    )
    return await work.session.scalar(statement.returning(SeenMessage.id)) is not None
