"""How files come into the object store, so that none stays behind that nobody names.

A file is stored before a row names it, and removed after no row does. Before anything is stored a job is committed that
looks, a while later, whether a row came to name it: so whatever fails or is killed on the way, nothing is left over.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import NotFound
from ctorendang.infra.gateways.gateways import Files, FilesUnavailable, NotConfigured
from ctorendang.infra.product import Product
from ctorendang.infra.uploads.errors import FilesNotAvailable
from ctorendang.infra.work import UnitOfWork

LOOK_AGAIN = timedelta(minutes=10)
"""Longer than any upload takes: when the job looks whether a row came to name what was stored."""

Named = TypeVar("Named")


async def store(
    product: Product,
    actor: Actor,
    objects: Mapping[str, bytes],
    *,
    before: Callable[[UnitOfWork], Awaitable[None]],
    after: Callable[[UnitOfWork], Awaitable[Named]],
) -> Named:
    """Put objects into the store and have a row name them; no unit of work is open while bytes move.

    Args:
        product: whose store.
        actor: for whom.
        objects: by their keys.
        before: in a unit of work that is committed first: checks, and publishes the job, ``LOOK_AGAIN`` from now.
        after: in a unit of work of its own: names what was stored, and checks once more that it may.

    Raises:
        FilesNotAvailable: there is nowhere to keep files now.
        AppError: ``before`` or ``after`` refused.
    """
    async with product.units.begin(actor) as work:
        await before(work)
    try:
        for key, content in objects.items():
            await product.gateways.files.put(key, content)
    except (FilesUnavailable, NotConfigured) as error:
        raise FilesNotAvailable from error
    async with product.units.begin(actor) as work:
        return await after(work)


async def fetch(files: Files, key: str) -> bytes:
    """An object that a row names.

    Raises:
        NotFound: it is not in the store.
        FilesNotAvailable: the store cannot be asked now.
    """
    try:
        content = await files.get(key)
    except (FilesUnavailable, NotConfigured) as error:
        raise FilesNotAvailable from error
    if content is None:
        raise NotFound("There is no such file.")
    return content
