"""One stack for a whole test run, shared by its workers, each of which has a database of its own.

With pytest-xdist the controller starts the stack and workers find it through the environment; without, the first
test that needs it starts it. It ends with the run, even when the run is killed.
"""

import asyncio
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from ctorendang.infra.db.migrations import upgrade
from ctorendang.infra.stack import EmbeddedStack
from ctorendang.infra.stack.data import DataFolder
from ctorendang.infra.stack.postgres import DATABASE_VARIABLES
from ctorendang.settings import Settings

_VARIABLE = "CTORENDANG_TEST_STACK"
_PREFIX = "ctorendang-test-"


@dataclass(frozen=True)
class SharedStack:
    """The addresses of the run's stack; its database ``ctorendang`` is migrated, empty, and only a template."""

    superuser_url: str
    variables: dict[str, str]

    async def create_database(self, name: str) -> dict[str, str]:
        """Make a migrated, empty database, replacing one of that name; returns the variables of a product on it."""
        connection = await asyncpg.connect(self.superuser_url)
        try:
            await connection.execute(f'drop database if exists "{name}" with (force)')
            await connection.execute(
                f'create database "{name}" owner ctorendang_owner template ctorendang strategy file_copy'
            )
            await connection.execute(f'revoke all on database "{name}" from public')
            await connection.execute(
                f'grant connect on database "{name}" to ctorendang_app, ctorendang_platform, ctorendang_relay'
            )
        finally:
            await connection.close()
        urls = {key: self.variables[key].removesuffix("/ctorendang") + f"/{name}" for key in DATABASE_VARIABLES}
        return self.variables | urls


def pytest_configure(config: pytest.Config) -> None:
    """Start the stack where workers will need it."""
    controls_workers = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if controls_workers and not config.getoption("collectonly"):
        _start(config)


@pytest.fixture(scope="session")
def shared_stack(pytestconfig: pytest.Config) -> SharedStack:
    """The run's stack."""
    if _VARIABLE not in os.environ:
        _start(pytestconfig)
    return SharedStack(**json.loads(os.environ[_VARIABLE]))


@pytest.fixture(scope="session")
def worker_number() -> int:
    """Which worker of the run this is, from 0."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def variables(shared_stack: SharedStack, worker_number: int) -> dict[str, str]:
    """The ``CTORENDANG_`` variables of a product on this worker's own database and its own part of Valkey."""
    variables = asyncio.run(shared_stack.create_database(f"test_{worker_number}"))
    redis = variables["CTORENDANG_REDIS_URL"].removesuffix("/0") + f"/{worker_number + 1}"
    return variables | {"CTORENDANG_REDIS_URL": redis}


@pytest.fixture(scope="session")
def settings(variables: dict[str, str]) -> Settings:
    """The same, as the product reads it."""
    return Settings.from_env(variables)


def _start(config: pytest.Config) -> None:
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o755)  # as root, the database is another user
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    stack = EmbeddedStack(folder, components={"postgres", "valkey"}, durable=False, environ={})
    stack.__enter__()
    config.add_cleanup(lambda: stack.__exit__(None, None, None))
    upgrade(Settings.from_env(stack.variables()))
    os.environ[_VARIABLE] = json.dumps({"superuser_url": stack.superuser_url, "variables": stack.variables()})
    config.add_cleanup(lambda: os.environ.pop(_VARIABLE))


def _remove_leftovers() -> None:
    """A killed run ends its processes but cannot remove its folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if (folder / "lock").exists() and not DataFolder(folder, {}).held:
            shutil.rmtree(folder, ignore_errors=True)
