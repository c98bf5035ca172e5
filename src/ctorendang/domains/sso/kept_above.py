"""What the domain above this one, which sso does not import, says of a person in the very moment of signing on."""

from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, column, exists, select, table, text
from sqlalchemy.dialects.postgresql import JSONB

from ctorendang.infra.work import UnitOfWork

_DIRECTORIES = table(
    "scim_directories",
    column("tenant_id", Uuid()),
    column("id", Uuid()),
    column("status", Text()),
    column("roles_by_group", JSONB()),
)
_PROVISIONED = table(
    "scim_users",
    column("tenant_id", Uuid()),
    column("user_id", Uuid()),
    column("directory_id", Uuid()),
    column("removed_at", DateTime()),
)


async def has_roles_of_a_directory(work: UnitOfWork, user_id: UUID) -> bool:
    """Whether a directory that is turned on, and maps groups, keeps somebody: then it alone gives roles by groups."""
    condition = exists().where(
        _PROVISIONED.c.tenant_id == work.tenant_id,
        _PROVISIONED.c.user_id == user_id,
        _PROVISIONED.c.removed_at.is_(None),
        _DIRECTORIES.c.tenant_id == _PROVISIONED.c.tenant_id,
        _DIRECTORIES.c.id == _PROVISIONED.c.directory_id,
        _DIRECTORIES.c.status == "active",
        _DIRECTORIES.c.roles_by_group != text("'{}'::jsonb"),
    )
    return bool(await work.session.scalar(select(condition)))
