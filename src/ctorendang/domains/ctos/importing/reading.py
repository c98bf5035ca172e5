"""Taking a file in for an import, wherever it comes from."""

import asyncio

from ctorendang.domains.ctos.importing.rows import CheckedFile, check_file
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product

IMPORTS = Limit("cto-imports", attempts=30, seconds=3600)


async def read_counted(product: Product, actor: Actor, content: bytes, currency: str) -> CheckedFile:
    """Check every row of a file, against a limit of files an hour.

    Args:
        product: whose limits count.
        actor: who sent it.
        content: the file.
        currency: the tenant's.

    Raises:
        FileNotUnderstood: there are no rows to be read.
        TooManyAttempts: too many files in an hour.
    """
    await product.limiter.count(IMPORTS, str(actor.tenant_id), str(actor.person))
    # Checking thousands of rows takes a second or two, in which others must be answered.
    return await asyncio.to_thread(check_file, content, currency)
