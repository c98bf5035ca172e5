"""The command line. Each command imports what it needs when it runs, so that ``--help`` and ``up`` start at once."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctorendang.settings import InvalidSetting, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from ctorendang.domains.tenants.applying import Plan
    from ctorendang.domains.tenants.declarations import Declaration
    from ctorendang.infra.db.session import Database

_ROOT = Path(os.environ.get("CTORENDANG_ROOT") or Path(__file__).resolve().parents[2])

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar=["CTORENDANG_DATA", "DATA"],
    default=_ROOT / ".data",
    show_default=".data",
    help="The folder that keeps the embedded components' data.",
)


class OneLineErrors(click.Group):
    """Says what a person can mend in one line; anything else is a defect and keeps its traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except InvalidSetting as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{error.filename or context.command_path}: {error.strerror or error}") from None


@click.group(cls=OneLineErrors)
def main() -> None:
    """Run and look after the marketplace."""


def _settings() -> Settings:
    """The environment's settings; without any, those of the stack that `make up` runs."""
    if not os.environ.get("CTORENDANG_DATABASE_URL"):
        from ctorendang.infra.stack.data import DataFolder

        data = Path(os.environ.get("CTORENDANG_DATA") or os.environ.get("DATA") or _ROOT / ".data")
        os.environ.update(DataFolder(data, os.environ).recall())
    return Settings.from_env()


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@data_option
def up(port: int, data: Path) -> None:
    """Start everything on this machine and serve until Ctrl-C."""
    from ctorendang.infra.stack import CannotStart
    from ctorendang.infra.stack.supervisor import Supervisor

    def say(text: str) -> None:
        click.echo(text, nl=False)

    try:
        Supervisor(root=_ROOT, data=data, port=port, say=say).run()
    except CannotStart as error:
        raise click.ClickException(str(error)) from None


@main.command()
@data_option
def env(data: Path) -> None:
    """Print the running stack's variables as KEY=value lines."""
    from ctorendang.infra.stack.data import DataFolder

    variables = DataFolder(data, os.environ).recall()
    if not variables:
        raise click.ClickException(f"Nothing runs on {data}: start it with `make up`.")
    for name, value in variables.items():
        click.echo(f"{name}={value}")


@main.command()
@click.option("--host", envvar="CTORENDANG_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), envvar="CTORENDANG_WEB_WORKERS", default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Run the web process."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    _settings()
    Granian(
        "ctorendang.asgi:app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=workers,
        respawn_failed_workers=workers > 1,
    ).serve()


@main.command()
def worker() -> None:
    """Run the worker, which does what was deferred."""
    _settings()
    from ctorendang.worker import main as work

    work()


@main.command()
def assets() -> None:
    """Take fonts and scripts out of installed packages, for pages to load."""
    from ctorendang.infra.theming.vendor import MissingWheel, vendor_assets

    try:
        vendor_assets(_ROOT)
    except MissingWheel as error:
        raise click.ClickException(str(error)) from None


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema to the newest migration, and the skill taxonomy to the installed one."""
    import asyncpg

    from ctorendang.domains.ctos.taxonomy import TaxonomyUnavailable, import_skills
    from ctorendang.infra.db.migrations import upgrade

    settings = _settings()
    upgrade(settings)

    async def import_taxonomy() -> None:
        connection = await asyncpg.connect(settings.database.owner_url)
        try:
            await import_skills(connection)
        finally:
            await connection.close()

    try:
        asyncio.run(import_taxonomy())
    except TaxonomyUnavailable as error:
        raise click.ClickException(str(error)) from None


@db.command("check")
def db_check() -> None:
    """Compare models and migrations, on a database made for it."""
    from tempfile import TemporaryDirectory

    from alembic.util import CommandError

    from ctorendang.infra.db.migrations import check, upgrade
    from ctorendang.infra.stack import EmbeddedStack

    with (
        TemporaryDirectory() as folder,
        EmbeddedStack(Path(folder), components={"postgres"}, durable=False, environ={}) as stack,
    ):
        settings = Settings.from_env(stack.variables())
        upgrade(settings)
        try:
            check(settings)
        except CommandError as difference:
            raise click.ClickException(f"Models and migrations differ: {difference}") from None


@main.group()
def tenants() -> None:
    """Tenants as code."""


path_argument = click.argument("path", type=click.Path(path_type=Path), default=_ROOT / "tenants")


@tenants.command("plan")
@path_argument
def tenants_plan(path: Path) -> None:
    """Show what `apply` would change."""
    from ctorendang.domains.tenants.applying import plan

    _declare(path, plan)


@tenants.command("apply")
@path_argument
def tenants_apply(path: Path) -> None:
    """Bring the tenants in step with the files of a folder, all of them or none."""
    from ctorendang.domains.tenants.applying import apply

    _declare(path, apply)


def _declare(path: Path, act: "Callable[[Database, Sequence[Declaration]], Coroutine[object, object, Plan]]") -> None:
    from ctorendang.domains.tenants.declarations import InvalidDeclarations, read_declarations
    from ctorendang.infra.db.session import Database
    from ctorendang.infra.theming.renderer import ThemeRenderer

    settings = _settings()

    async def run() -> "Plan":
        database = Database(settings.database.platform_url, pool_size=1)
        try:
            return await act(database, declarations)
        finally:
            await database.close()

    try:
        declarations = read_declarations(path, ThemeRenderer(settings.paths.root / "themes", development=False))
        plan = asyncio.run(run())
    except InvalidDeclarations as error:
        raise click.ClickException(str(error)) from None
    for tenant in plan.tenants:
        click.echo(f"{tenant.slug}: {'as declared' if not tenant.changes else 'changed' if tenant.exists else 'new'}")
        for change in tenant.changes if tenant.exists else ():
            drifted = " (changed by hand since it was last applied)" if change.drifted else ""
            click.echo(f"  {change.field}: {change.live!r} -> {change.wanted!r}{drifted}")
    for slug in plan.orphans:
        click.echo(f"{slug}: no file declares it any more; it stays as it is")


@main.group()
def demo() -> None:
    """Data to try the product with."""


@demo.command("load")
@click.option("--tenants", type=click.IntRange(1), help="Make this many tenants and fill those.")
@click.option("--ctos", type=click.IntRange(1), help="CTOs a tenant.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes other people.")
def demo_load(tenants: int | None, ctos: int | None, seed: int) -> None:
    """Fill tenants that have no CTOs yet with people, reviews and projects that do not exist."""
    from ctorendang.demo import load

    loaded = asyncio.run(load(_settings(), tenants=tenants, ctos=ctos, seed=seed))
    click.echo(f"{loaded.ctos} CTOs in {loaded.tenants} tenants")


@main.group()
def themes() -> None:
    """Theme packages."""


@themes.command("check")
@click.argument("name", required=False)
def themes_check(name: str | None) -> None:
    """Say what is wrong with a theme, or with any of them."""
    from ctorendang.infra.theming.check import check_theme
    from ctorendang.infra.theming.errors import UnknownTheme

    folder = _ROOT / "themes"
    names = [name] if name else sorted(path.parent.name for path in folder.glob("*/theme.toml"))
    try:
        problems = [f"{each}: {problem}" for each in names for problem in check_theme(folder, each)]
    except UnknownTheme as error:
        raise click.ClickException(str(error)) from None
    if problems:
        raise click.ClickException("\n".join(problems))
    click.echo(f"{', '.join(names)}: fit to be published")


@main.command()
def schema() -> None:
    """Print the GraphQL schema; `schema.graphql` is what this last printed."""
    from ctorendang.wiring import create_schema

    click.echo(create_schema().as_str())


if __name__ == "__main__":
    sys.exit(main())
