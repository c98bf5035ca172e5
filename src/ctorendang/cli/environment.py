"""Where commands find their settings."""

import os
from pathlib import Path

import click

from ctorendang.settings import Settings

ROOT = Path(os.environ.get("CTORENDANG_ROOT") or Path(__file__).resolve().parents[3])

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar=["CTORENDANG_DATA", "DATA"],
    default=ROOT / ".data",
    show_default=".data",
    help="The folder that keeps the embedded components' data.",
)


def adopt_stack() -> Settings:
    """The environment's settings; where it names no database, the variables of the stack that `make up` runs join it.

    Raises:
        InvalidSetting: a variable is missing or malformed.
    """
    if not os.environ.get("CTORENDANG_DATABASE_URL"):
        from ctorendang.infra.stack.data import DataFolder

        data = Path(os.environ.get("CTORENDANG_DATA") or os.environ.get("DATA") or ROOT / ".data")
        os.environ.update(DataFolder(data, os.environ).recall())
    return Settings.from_env()
