"""Commands about engagements."""

import click

from ctorendang.cli.environment import ROOT


@click.group()
def engagements() -> None:
    """The state machine of engagements."""


@engagements.command("draw")
def engagements_draw() -> None:
    """Write the machine's drawing and table into its documentation."""
    from ctorendang.domains.engagements.transitions import documented

    page = ROOT / "docs" / "engagements.md"
    page.write_text(documented(page.read_text("utf-8")), "utf-8")
    click.echo(f"{page.relative_to(ROOT)}: in step with the machine")
