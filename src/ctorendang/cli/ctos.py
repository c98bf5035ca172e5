"""Commands about CTOs."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctorendang.cli.environment import adopt_stack

if TYPE_CHECKING:
    from ctorendang.domains.ctos.importing.service import ImportOutcome, ImportStatus
    from ctorendang.settings import Settings


@click.group()
def ctos() -> None:
    """CTOs and their profiles."""


@ctos.command("import")
@click.option("--tenant", "slug", required=True, metavar="SLUG", help="Whose marketplace.")
@click.option(
    "--status",
    type=click.Choice(["listed", "in_review"]),
    default="listed",
    show_default=True,
    help="Where the profiles stand then; a listed one stays listed, a paused one paused.",
)
@click.option("--dry-run", is_flag=True, help="Check every row and say what would happen; change nothing.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_ctos(slug: str, status: str, file: Path, *, dry_run: bool) -> None:
    """Import profiles from JSON Lines or CSV, all rows or none; whoever is here already is updated, by address."""
    from ctorendang.domains.ctos.importing.errors import RowsNotAccepted
    from ctorendang.domains.ctos.importing.files import MOST_BYTES
    from ctorendang.domains.ctos.importing.service import ImportStatus
    from ctorendang.infra.errors import AppError

    settings = adopt_stack()
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    try:
        outcome = asyncio.run(_import(settings, slug, content, ImportStatus(status), keep=not dry_run))
    except RowsNotAccepted as error:
        for problem in error.problems:
            click.echo(f"{file.name}:{problem.line}: {problem.column}: {problem.message}", err=True)
        if error.total > len(error.problems):
            click.echo(f"... and {error.total - len(error.problems):,} more", err=True)
        raise click.ClickException(error.detail) from None
    except AppError as error:
        raise click.ClickException(error.detail) from None
    verb = "would be" if dry_run else "were"
    click.echo(f"{outcome.added:,} profiles {verb} added and {outcome.updated:,} {verb} updated.")


async def _import(
    settings: "Settings", slug: str, content: bytes, status: "ImportStatus", *, keep: bool
) -> "ImportOutcome":
    from ctorendang.domains.ctos.importing.rows import check_file
    from ctorendang.domains.ctos.importing.service import ImportService
    from ctorendang.domains.tenants.platform import ids_by_slug
    from ctorendang.domains.tenants.service import TenantService
    from ctorendang.infra.auth.actor import OPERATOR, Actor
    from ctorendang.wiring import open_product

    async with open_product(settings) as product:
        tenant_id = (await ids_by_slug(product)).get(slug)
        if tenant_id is None:
            raise click.ClickException(f"There is no tenant {slug}.")
        async with product.units.begin(Actor.service(tenant_id, OPERATOR)) as work:
            currency = (await TenantService(work).current()).currency
            file = check_file(content, currency)
            return await ImportService(work).run(file, currency, status, keep=keep)
