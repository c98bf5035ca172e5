"""Runs migrations as the owner role, one transaction each; gives up quickly rather than queue behind a long lock."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

# Importing them is what fills the metadata.
from ctorendang import registry  # noqa: F401
from ctorendang.infra.db.base import Base
from ctorendang.infra.keys import models  # noqa: F401


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_migrate() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        poolclass=NullPool,
        connect_args={"server_settings": {"lock_timeout": "2000"}},
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


if (shared := context.config.attributes.get("connection")) is not None:
    _migrate(shared)
else:
    asyncio.run(_connect_and_migrate())
