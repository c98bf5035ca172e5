"""Migrations from code: upgrade, and compare the schema with the models."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from ctorendang.settings import Settings


def _config(root: Path, owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(root / "migrations"))
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    return config


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest migration."""
    command.upgrade(_config(settings.paths.root, settings.database.owner_url), "head")


def check(settings: Settings) -> None:
    """Compare models and migrated schema.

    Raises:
        alembic.util.CommandError: they differ.
    """
    command.check(_config(settings.paths.root, settings.database.owner_url))


def revision(settings: Settings, message: str) -> None:
    """Write a migration from the difference between models and schema, for a person to finish."""
    command.revision(_config(settings.paths.root, settings.database.owner_url), message=message, autogenerate=True)
