"""Commands that run the product."""

import os
from pathlib import Path

import click

from ctorendang.cli.environment import ROOT, adopt_stack, data_option


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@data_option
def up(port: int, data: Path) -> None:
    """Start everything on this machine and serve until Ctrl-C."""
    from ctorendang.infra.stack import CannotStart
    from ctorendang.infra.stack.supervisor import Supervisor

    def say(text: str) -> None:
        click.echo(text, nl=False)

    try:
        Supervisor(root=ROOT, data=data, port=port, say=say).run()
    except CannotStart as error:
        raise click.ClickException(str(error)) from None


@click.command()
@data_option
def env(data: Path) -> None:
    """Print the running stack's variables as KEY=value lines."""
    from ctorendang.infra.stack.data import DataFolder

    variables = DataFolder(data, os.environ).recall()
    if not variables:
        raise click.ClickException(f"Nothing runs on {data}: start it with `make up`.")
    for name, value in variables.items():
        click.echo(f"{name}={value}")


@click.command()
@click.option("--host", envvar="CTORENDANG_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), envvar="CTORENDANG_WEB_WORKERS", default=1, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Run the web process."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    # Asked here, in one line; the processes that granian starts would each answer with a traceback.
    adopt_stack().require_addresses()
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


@click.command()
def worker() -> None:
    """Run the worker, which does what was deferred."""
    import uvloop

    from ctorendang.worker import run

    uvloop.run(run(adopt_stack()))
