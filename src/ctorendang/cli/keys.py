"""Commands about the master keys."""

import asyncio
import base64
import secrets

import click

from ctorendang.cli.environment import adopt_stack
from ctorendang.settings import require


@click.group()
def keys() -> None:
    """The master keys, which wrap the keys that tenants' secrets are sealed with."""


@keys.command("new")
def keys_new() -> None:
    """Print a fresh master key, to be put first into CTORENDANG_MASTER_KEYS."""
    from ctorendang.kit.clock import now
    from ctorendang.kit.crypto import random_key

    key = base64.urlsafe_b64encode(random_key()).decode().rstrip("=")
    click.echo(f"{now():%Y-%m-%d}-{secrets.token_hex(2)}:{key}")


@keys.command("rotate")
def keys_rotate() -> None:
    """Wrap every tenant's key with the first master key, while the product runs."""
    from ctorendang.domains.tenants.key_rotation import MasterKeysMissing, Rotated, rotate
    from ctorendang.infra.db.session import Database
    from ctorendang.infra.keys.keyring import Keyring

    settings = adopt_stack()
    platform_url = require(settings.database.platform_url, "PLATFORM_DATABASE_URL")

    async def run() -> Rotated:
        database = Database(platform_url, pool_size=1)
        try:
            return await rotate(database, Keyring(settings.master_keys))
        finally:
            await database.close()

    try:
        rotated = asyncio.run(run())
    except MasterKeysMissing as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{rotated.tenants} tenants' keys are now wrapped with {rotated.master_key_id}, as are all others.")
