"""Migrations from code: upgrade, and compare the schema with the models."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from ctorendang.settings import Settings, require


def _config(settings: Settings) -> Config:
    owner_url = require(settings.database.owner_url, "OWNER_DATABASE_URL")
    config = Config()
    config.set_main_option("script_location", str(settings.paths.root / "migrations"))
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    return config


def upgrade(settings: Settings) -> None:
    """Bring the database to the newest migration.

    Raises:
        InvalidSetting: the owner's address is missing.
    """
    command.upgrade(_config(settings), "head")


def check(settings: Settings) -> None:
    """Compare models and migrated schema.

    Raises:
        alembic.util.CommandError: they differ.
    """
    command.check(_config(settings))


def revision(settings: Settings, message: str) -> None:
    """Write the next migration from the difference between models and schema, for a person to finish."""
    config = _config(settings)
    newest = ScriptDirectory.from_config(config).get_current_head() or "0"
    command.revision(config, message=message, autogenerate=True, rev_id=f"{int(newest) + 1:04}")
