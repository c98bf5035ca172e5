"""The command line. Each command imports what it needs when it runs, so that ``--help`` and ``up`` start at once."""

import os
import sys
from pathlib import Path

import click

from ctorendang.settings import InvalidSetting, Settings

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
    """Bring the schema to the newest migration."""
    from ctorendang.infra.db.migrations import upgrade

    upgrade(_settings())


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


if __name__ == "__main__":
    sys.exit(main())
