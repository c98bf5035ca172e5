"""Commands about the database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ctorendang.cli.environment import adopt_stack
from ctorendang.settings import Settings


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema to the newest migration, and the skill taxonomy to the installed one."""
    from ctorendang.infra.db.migrations import upgrade

    settings = adopt_stack()
    upgrade(settings)
    import_taxonomy(settings)


def import_taxonomy(settings: Settings) -> None:
    """Bring the skill taxonomy to the installed one.

    Raises:
        ClickException: another edition is installed.
    """
    import asyncpg

    from ctorendang.domains.ctos.taxonomy import TaxonomyUnavailable, import_skills

    async def connect_and_import() -> None:
        connection = await asyncpg.connect(settings.database.owner_url)
        try:
            await import_skills(connection)
        finally:
            await connection.close()

    try:
        asyncio.run(connect_and_import())
    except TaxonomyUnavailable as error:
        raise click.ClickException(str(error)) from None


async def look_at_rows(settings: Settings) -> None:
    """Do at once what Postgres does by itself within minutes: without statistics it plans for empty tables."""
    import asyncpg

    connection = await asyncpg.connect(settings.database.owner_url)
    try:
        await connection.execute("vacuum (analyze)")
    finally:
        await connection.close()


@db.command("check")
def db_check() -> None:
    """Compare models and migrations, on a database made for it."""
    from alembic.util import CommandError

    from ctorendang.infra.db.migrations import check

    with _migrated_database() as settings:
        try:
            check(settings)
        except CommandError as difference:
            raise click.ClickException(f"Models and migrations differ: {difference}") from None


@db.command("revision")
@click.argument("message")
def db_revision(message: str) -> None:
    """Write a migration for what models have and migrations have not, to be finished by hand."""
    from ctorendang.infra.db.migrations import revision

    with _migrated_database() as settings:
        revision(settings, message)


@contextmanager
def _migrated_database() -> Iterator[Settings]:
    """The settings of a database that has just been migrated, and is gone afterwards."""
    from tempfile import TemporaryDirectory

    from ctorendang.infra.db.migrations import upgrade
    from ctorendang.infra.stack import EmbeddedStack

    with (
        TemporaryDirectory() as folder,
        EmbeddedStack(Path(folder), components={"postgres"}, durable=False, environ={}) as stack,
    ):
        settings = Settings.from_env(stack.variables())
        upgrade(settings)
        yield settings
