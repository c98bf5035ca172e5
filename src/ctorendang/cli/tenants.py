"""Commands about tenants as code."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctorendang.cli.environment import ROOT, adopt_stack
from ctorendang.settings import require

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from ctorendang.domains.tenants.applying import Change, Plan
    from ctorendang.domains.tenants.declarations import Declaration
    from ctorendang.infra.db.session import Database
    from ctorendang.settings import Settings

path_argument = click.argument("path", type=click.Path(path_type=Path), default=ROOT / "tenants")


@click.group()
def tenants() -> None:
    """Tenants as code."""


@tenants.command("plan")
@path_argument
def tenants_plan(path: Path) -> None:
    """Show what `apply` would change."""
    from ctorendang.domains.tenants.applying import plan

    _declare(path, plan, keep=False)


@tenants.command("apply")
@path_argument
def tenants_apply(path: Path) -> None:
    """Bring the tenants in step with the files of a folder, all of them or none."""
    from ctorendang.domains.tenants.applying import apply

    _declare(path, apply, keep=True)


def _declare(
    path: Path, act: "Callable[[Database, Sequence[Declaration]], Coroutine[object, object, Plan]]", *, keep: bool
) -> None:
    from ctorendang.domains.tenants.declarations import InvalidDeclarations, read_declarations
    from ctorendang.infra.db.session import Database
    from ctorendang.infra.theming.renderer import ThemeRenderer

    settings = adopt_stack()
    platform_url = require(settings.database.platform_url, "PLATFORM_DATABASE_URL")

    async def run() -> "Plan":
        database = Database(platform_url, pool_size=1)
        try:
            return await act(database, declarations)
        finally:
            await database.close()

    try:
        declarations = read_declarations(path, ThemeRenderer(settings.paths.root / "themes", development=False))
        _tell(asyncio.run(run()))
        for slug, changes in asyncio.run(_single_sign_on(settings, declarations, keep=keep)).items():
            _tell_changes(slug, changes)
    except InvalidDeclarations as error:
        raise click.ClickException(str(error)) from None


async def _single_sign_on(
    settings: "Settings", declarations: "Sequence[Declaration]", *, keep: bool
) -> "dict[str, list[Change]]":
    """Plan or apply the connections of the tenants that are there; without the app role's address there are none."""
    if not settings.database.url and not any(each.sso.connections for each in declarations):
        return {}
    from ctorendang.domains.sso.connections.declared import DeclaredConnections
    from ctorendang.domains.tenants.platform import ids_by_slug
    from ctorendang.wiring import open_product

    async with open_product(settings) as product:
        connections = DeclaredConnections(product)
        act = connections.apply if keep else connections.plan
        ids = await ids_by_slug(product)
        found = {each.slug: await act(ids[each.slug], each) for each in declarations if each.slug in ids}
    return {slug: changes for slug, changes in found.items() if changes}


def _tell_changes(slug: str, changes: "Sequence[Change]") -> None:
    click.echo(f"{slug}: single sign-on")
    for change in changes:
        click.echo(f"  {change.field}: {change.live!r} -> {change.wanted!r}")


def _tell(plan: "Plan") -> None:
    for tenant in plan.tenants:
        click.echo(f"{tenant.slug}: {'as declared' if not tenant.changes else 'changed' if tenant.exists else 'new'}")
        for change in tenant.changes if tenant.exists else ():
            drifted = " (changed by hand since it was last applied)" if change.drifted else ""
            click.echo(f"  {change.field}: {change.live!r} -> {change.wanted!r}{drifted}")
    for slug in plan.orphans:
        click.echo(f"{slug}: no file declares it any more; it stays as it is")
