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

    _Act = Callable[[Database, Sequence[Declaration]], Coroutine[object, object, Plan]]

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


def _declare(path: Path, act: "_Act", *, keep: bool) -> None:
    from ctorendang.domains.tenants.declarations import InvalidDeclarations, read_declarations
    from ctorendang.infra.theming.renderer import ThemeRenderer

    settings = adopt_stack()
    try:
        declarations = read_declarations(path, ThemeRenderer(settings.paths.root / "themes", development=False))
        asyncio.run(_bring(settings, declarations, act, keep=keep))
    except InvalidDeclarations as error:
        raise click.ClickException(str(error)) from None


async def _bring(settings: "Settings", declarations: "Sequence[Declaration]", act: "_Act", *, keep: bool) -> None:
    """Plan or apply the tenants and then the connections of those that are there.

    Providers are asked before anything is changed: what is wrong with them leaves everything as it was.
    """
    from ctorendang.domains.sso.connections.declared import DeclaredConnections
    from ctorendang.domains.tenants.platform import ids_by_slug
    from ctorendang.infra.db.session import Database
    from ctorendang.wiring import open_product

    database = Database(require(settings.database.platform_url, "PLATFORM_DATABASE_URL"), pool_size=1)
    try:
        async with open_product(settings) as product:
            connections, ids = DeclaredConnections(product), await ids_by_slug(product)
            told = {each.slug: await connections.ask(ids.get(each.slug), each) for each in declarations if keep}
            _tell(await act(database, declarations))
            ids = await ids_by_slug(product)
            for each in declarations:
                if (known := ids.get(each.slug)) is not None:
                    changes = connections.apply(known, each, told[each.slug]) if keep else connections.plan(known, each)
                    _tell_changes(each.slug, await changes)
    finally:
        await database.close()


def _tell_changes(slug: str, changes: "Sequence[Change]") -> None:
    if changes:
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
