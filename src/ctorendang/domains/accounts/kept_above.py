"""What the domains above this one keep of a person, as far as it must end in the very transaction that ends the rest.

Accounts do not import what is built on them, and an event would be handled too late.
"""

from uuid import UUID

from sqlalchemy import Boolean, TableClause, Uuid, column, delete, table, update

from ctorendang.infra.work import UnitOfWork


def _of_people(name: str) -> TableClause:
    return table(name, column("tenant_id", Uuid()), column("user_id", Uuid()), column("shut_out", Boolean()))


_IDENTITIES = _of_people("sso_identities")
_PROVISIONED = _of_people("scim_users")


async def forget_identities(work: UnitOfWork, user_id: UUID) -> None:
    """Unlink every identity of a provider from somebody."""
    await work.session.execute(
        delete(_IDENTITIES).where(_IDENTITIES.c.tenant_id == work.tenant_id, _IDENTITIES.c.user_id == user_id)
    )


async def take_over_suspension(work: UnitOfWork, user_id: UUID) -> None:
    """Let it be an administrator who decides whether somebody is suspended: no directory lets them in by itself."""
    await work.session.execute(
        update(_PROVISIONED)
        .where(_PROVISIONED.c.tenant_id == work.tenant_id, _PROVISIONED.c.user_id == user_id)
        .values(shut_out=False)
    )
