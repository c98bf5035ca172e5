"""Commands about the search index."""

import asyncio
import sys
from typing import TYPE_CHECKING, TypeVar

import click

from ctorendang.cli.environment import adopt_stack

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from ctorendang.domains.search.indexing import Drift
    from ctorendang.infra.gateways.typesense import Typesense
    from ctorendang.infra.product import Product

Answer = TypeVar("Answer")

tenant_option = click.option("--tenant", help="The slug of one tenant; all of them otherwise.")


@click.group()
def search() -> None:
    """The search index."""


@search.command("check")
@tenant_option
def search_check(tenant: str | None) -> None:
    """Compare the index with the profiles, document by document; ends with status 2 where they differ."""

    async def check(product: "Product", server: "Typesense", tenants: "dict[str, UUID]") -> "dict[str, Drift]":
        from ctorendang.domains.search.rebuilding import drift

        return {slug: await drift(product, server, tenant_id) for slug, tenant_id in tenants.items()}

    found = asyncio.run(_run(tenant, check))
    for slug, each in found.items():
        counts = f"{each.expected} listed ({each.expected_digest}), {each.indexed} indexed ({each.indexed_digest})"
        wrong = f": {len(each.missing)} missing, {len(each.extra)} too many, {len(each.stale)} stale"
        click.echo(f"{slug}: {counts}{wrong if each.ids else ', in step'}")
    if any(each.ids for each in found.values()):
        sys.exit(2)


@search.command("reindex")
@tenant_option
def search_reindex(tenant: str | None) -> None:
    """Make the index anew and swap it in, or bring one tenant's part of it in step."""

    async def reindex(product: "Product", server: "Typesense", tenants: "dict[str, UUID]") -> str:
        from ctorendang.domains.search import rebuilding

        if tenant is None:
            return f"{await rebuilding.reindex(product, server)} documents in a new collection, swapped in"
        changed = sum([await rebuilding.sync(product, server, tenant_id) for tenant_id in tenants.values()])
        return f"{tenant}: {changed} documents written or removed"

    click.echo(asyncio.run(_run(tenant, reindex)))


async def _run(
    tenant: str | None, act: "Callable[[Product, Typesense, dict[str, UUID]], Awaitable[Answer]]"
) -> "Answer":
    from ctorendang.domains.tenants.platform import ids_by_slug
    from ctorendang.infra.gateways.typesense import SearchUnavailable
    from ctorendang.wiring import open_product

    async with open_product(adopt_stack()) as product:
        server = product.gateways.search
        if server is None:
            raise click.ClickException(
                "There is no search engine: set CTORENDANG_TYPESENSE_URL. The database searches."
            )
        ids = await ids_by_slug(product)
        if tenant is not None and tenant not in ids:
            raise click.ClickException(f"There is no tenant called {tenant}.")
        try:
            return await act(product, server, ids if tenant is None else {tenant: ids[tenant]})
        except SearchUnavailable as error:
            raise click.ClickException(str(error)) from None
