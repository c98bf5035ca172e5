"""What the domain above this one, which sso does not import, says of a person in the very moment of signing on."""

from sqlalchemy import Text, Uuid, column, exists, select, table, text
from sqlalchemy.dialects.postgresql import JSONB

from ctorendang.domains.accounts.models import User
from ctorendang.infra.work import UnitOfWork

_DIRECTORIES = table(
    "scim_directories", column("tenant_id", Uuid()), column("status", Text()), column("roles_by_group", JSONB())
)


async def has_roles_of_a_directory(work: UnitOfWork, user: User) -> bool:
    """Whether roles by groups are a directory's to give: it keeps the person, and one is turned on that maps groups.

    Which directory keeps whom is not for a sign-in to read; with several, one that maps groups speaks for all.
    """
    maps_groups = exists().where(
        _DIRECTORIES.c.tenant_id == work.tenant_id,
        _DIRECTORIES.c.status == "active",
        _DIRECTORIES.c.roles_by_group != text("'{}'::jsonb"),
    )
    return user.managed and bool(await work.session.scalar(select(maps_groups)))
