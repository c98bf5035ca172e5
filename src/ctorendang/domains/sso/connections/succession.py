"""One provider taking another's place behind a connection."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.models import Connection, Identity
from ctorendang.infra.work import UnitOfWork


async def forget_identities_of(work: UnitOfWork, connection: Connection, before: Mapping[str, Any]) -> None:
    """Where a connection now leads to another provider, let nobody be who its old one said they are.

    A subject means something at one provider alone: the new one may give the same to somebody else.

    Args:
        work: of an administrator or the product itself.
        connection: as it is now.
        before: its settings until now.
    """
    if _provider(before) in ("", _provider(connection.settings)):
        return
    statement = delete(Identity).where(Identity.tenant_id == work.tenant_id, Identity.connection_id == connection.id)
    forgotten = len(list(await work.session.scalars(statement.returning(Identity.id))))
    details = {"reason": "another provider", "count": forgotten}
    record(work, "sso.identities.forgotten", Subject("sso_connection", connection.id), details)


def _provider(settings: Mapping[str, Any]) -> str:
    """What a provider calls itself: its entity ID, or its issuer."""
    return str(settings.get("entity_id") or settings.get("issuer") or "")
