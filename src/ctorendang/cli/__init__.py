"""The command line. Each command imports what it needs when it runs, so that ``--help`` and ``up`` start at once."""

import click

from ctorendang.cli.ctos import ctos
from ctorendang.cli.db import db
from ctorendang.cli.development import demo, schema
from ctorendang.cli.engagements import engagements
from ctorendang.cli.keys import keys
from ctorendang.cli.matching import matching
from ctorendang.cli.processes import env, serve, up, worker
from ctorendang.cli.search import search
from ctorendang.cli.tenants import tenants
from ctorendang.cli.themes import assets, themes
from ctorendang.kit.wheels import NotInstalled
from ctorendang.settings import InvalidSetting


class OneLineErrors(click.Group):
    """Says what a person can mend in one line; anything else is a defect and keeps its traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(context)
        except (InvalidSetting, NotInstalled) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{error.filename or context.command_path}: {error.strerror or error}") from None


@click.group(cls=OneLineErrors)
def main() -> None:
    """Run and look after the marketplace."""


for command in (
    up,
    env,
    serve,
    worker,
    assets,
    db,
    keys,
    tenants,
    demo,
    ctos,
    engagements,
    matching,
    themes,
    search,
    schema,
):
    main.add_command(command)
