"""Row-level security for migrations: one call a table, so no table is made without it."""

from alembic import op

_TENANT = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"
_USER = "user_id = nullif(current_setting('app.user_id', true), '')::uuid"


def acts_as(*roles: str) -> str:
    """The condition that the actor is in one of the roles."""
    names = ", ".join(f"'{role}'" for role in roles)
    return f"string_to_array(current_setting('app.roles', true), ',') && array[{names}]"


def enable(table: str) -> None:
    """Deny everyone every row, the owner too; policies then allow."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")


def tenant_table(table: str, *, rights: str = "select, insert, update, delete") -> None:
    """Let the app role work with the rows of the transaction's tenant. Without a tenant there are no rows."""
    enable(table)
    op.execute(f"create policy tenant on {table} to ctorendang_app using ({_TENANT}) with check ({_TENANT})")
    op.execute(f"grant {rights} on {table} to ctorendang_app")


def private_table(table: str, *, besides: tuple[str, ...]) -> None:
    """As ``tenant_table``, and of those rows only the person's own; roles in ``besides`` see the tenant's."""
    tenant_table(table)
    own = f"{_USER} or {acts_as(*besides)}"
    op.execute(f"create policy own on {table} as restrictive to ctorendang_app using ({own}) with check ({own})")


def widen_private_table(table: str, *, besides: tuple[str, ...]) -> None:
    """Let these roles, and no others, see the tenant's rows of a table that ``private_table`` has protected."""
    own = f"{_USER} or {acts_as(*besides)}"
    op.execute(f"alter policy own on {table} using ({own}) with check ({own})")


def shared_table(table: str, *, mine: tuple[str, ...], besides: tuple[str, ...]) -> None:
    """As ``tenant_table``, and of those rows only the ones that a person has a part in.

    Args:
        table: it.
        mine: when a row is the person's, as conditions of which one must hold; ``{me}`` is the person's id.
        besides: roles that see the tenant's rows.
    """
    tenant_table(table)
    me = "nullif(current_setting('app.user_id', true), '')::uuid"
    own = " or ".join([*(f"({each.format(me=me)})" for each in mine), acts_as(*besides)])
    op.execute(f"create policy own on {table} as restrictive to ctorendang_app using ({own}) with check ({own})")


def service_table(table: str, *, roles: tuple[str, ...]) -> None:
    """As ``tenant_table``, and only for actors in one of the roles: nobody's own, such as keys and pending sign-ins."""
    tenant_table(table)
    allowed = acts_as(*roles)
    op.execute(
        f"create policy roles on {table} as restrictive to ctorendang_app using ({allowed}) with check ({allowed})"
    )


def widen_service_table(table: str, *, roles: tuple[str, ...]) -> None:
    """Let actors in these roles, and no others, see the rows of a table that ``service_table`` has protected."""
    allowed = acts_as(*roles)
    op.execute(f"alter policy roles on {table} using ({allowed}) with check ({allowed})")


def platform_counts(table: str) -> None:
    """Let the platform role count a tenant table's rows by tenant, and read nothing else of them."""
    op.execute(f"create policy platform on {table} for select to ctorendang_platform using (true)")
    op.execute(f"grant select (tenant_id, id) on {table} to ctorendang_platform")
