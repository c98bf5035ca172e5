"""Commands for trying the product and working on it."""

import asyncio

import click

from ctorendang.cli.environment import adopt_stack


@click.group()
def demo() -> None:
    """Data to try the product with."""


@demo.command("load")
@click.option("--tenants", type=click.IntRange(1), help="Make this many tenants and fill those.")
@click.option("--ctos", type=click.IntRange(1), help="CTOs a tenant.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes other people.")
def demo_load(tenants: int | None, ctos: int | None, seed: int) -> None:
    """Fill tenants that have no CTOs yet with people, reviews and projects that do not exist."""
    from ctorendang.demo import load

    loaded = asyncio.run(load(adopt_stack(), tenants=tenants, ctos=ctos, seed=seed))
    click.echo(f"{loaded.ctos} CTOs in {loaded.tenants} tenants")


@click.command()
def schema() -> None:
    """Print the GraphQL schema; `schema.graphql` is what this last printed."""
    from ctorendang.wiring import create_schema

    click.echo(create_schema().as_str())
