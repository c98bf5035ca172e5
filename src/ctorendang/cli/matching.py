"""Commands about matching."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctorendang.cli.environment import ROOT
from ctorendang.settings import Settings

if TYPE_CHECKING:
    from ctorendang.domains.matching.evaluation.benchmark import Result
    from ctorendang.infra.product import Product


@click.group()
def matching() -> None:
    """How CTOs and projects are brought together."""


@matching.command("evaluate")
@click.option(
    "--docs",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the table and the chart into this folder.",
)
@click.option("--fit", is_flag=True, help="First fit weights on the tuning seed, and print them.")
@click.option(
    "--cache",
    type=click.Path(dir_okay=False, path_type=Path),
    default=ROOT / ".cache" / "matching" / "vectors.sqlite",
    show_default=".cache/matching/vectors.sqlite",
    help="Keeps vectors between runs.",
)
def evaluate(docs: Path | None, fit: bool, cache: Path) -> None:
    """Measure matching on two benchmarks, on a database made for it: no tenant of anybody's is touched."""
    from ctorendang.domains.matching.evaluation.report import chart, summary, table

    with _own_database() as settings:
        result, fitted = asyncio.run(_evaluate(settings, cache, fit=fit))
    if fitted:
        click.echo(fitted)
    click.echo(table(result))
    click.echo(summary(result))
    if docs:
        (docs / "matching-evaluation.md").write_text(
            "# Matching, measured\n\nWritten by `ctorendang matching evaluate --docs docs`; what it means stands in"
            f" [matching.md](matching.md).\n\n```\n{summary(result)}\n```\n\n![nDCG@10](matching-evaluation.svg)\n\n"
            f"{table(result)}",
            encoding="utf-8",
        )
        (docs / "matching-evaluation.svg").write_text(chart(result), encoding="utf-8")


@matching.command("latency")
@click.option("--ctos", type=click.IntRange(10), default=20_000, show_default=True, help="In the one tenant.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
def latency(ctos: int, rounds: int) -> None:
    """Time a project's first ten matches in a large tenant, on a database made for it."""
    with _own_database() as settings:
        found = asyncio.run(_time(settings, ctos, rounds))
    click.echo(found)


async def _time(settings: Settings, ctos: int, rounds: int) -> str:
    from ctorendang.cli.db import look_at_rows
    from ctorendang.domains.matching.evaluation.latency import fill, time_matches

    async with _reading_product(settings, ROOT / ".cache" / "matching" / "vectors.sqlite") as product:
        world = await fill(product, ctos)
        await look_at_rows(settings)
        found = await time_matches(product, world.tenant_id, list(world.projects.values()), rounds)
    return (
        f"{ctos} CTOs, {len(world.projects)} projects, {rounds} rounds: p50 {found.median:.1f} ms, p90"
        f" {found.slowest_tenth:.1f} ms, the statement alone {found.statement:.1f} ms"
    )


async def _evaluate(settings: Settings, cache: Path, *, fit: bool) -> tuple["Result", str]:
    from ctorendang.domains.matching.evaluation.benchmark import fit_weights, measure

    async with _reading_product(settings, cache) as product:
        fitted = await fit_weights(product, click.echo) if fit else ""
        return await measure(product, click.echo), fitted


@asynccontextmanager
async def _reading_product(settings: Settings, cache: Path) -> AsyncIterator["Product"]:
    """The product, with a model that remembers what it has read."""
    from dataclasses import replace

    from ctorendang.domains.matching.evaluation.remembering import RememberingEmbedder
    from ctorendang.infra.db.session import Database
    from ctorendang.infra.work import UnitsOfWork
    from ctorendang.wiring import open_product

    async def nobody() -> None:
        """There is no worker to wake."""

    database = Database(settings.database.url, pool_size=2)
    async with open_product(settings) as product:
        gateways = replace(product.gateways, embedder=RememberingEmbedder(product.gateways.embedder, cache))
        units = UnitsOfWork(database, product.grants, product.subscriptions, gateways, nobody)
        try:
            yield replace(product, gateways=gateways, units=units)
        finally:
            await database.close()


@contextmanager
def _own_database() -> Iterator[Settings]:
    """The settings of a database with the taxonomy and nothing else, gone afterwards."""
    from tempfile import TemporaryDirectory

    from ctorendang.cli.db import import_taxonomy
    from ctorendang.infra.db.migrations import upgrade
    from ctorendang.infra.stack import EmbeddedStack

    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # as root, the database is another user
        with EmbeddedStack(Path(folder), components={"postgres", "valkey"}, durable=False, environ={}) as stack:
            settings = Settings.from_env({**os.environ, **stack.variables()})
            upgrade(settings)
            import_taxonomy(settings)
            yield settings
