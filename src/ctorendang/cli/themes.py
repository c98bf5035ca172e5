"""Commands about what pages look like."""

import click

from ctorendang.cli.environment import ROOT


@click.command()
def assets() -> None:
    """Take fonts and scripts out of installed packages, for pages to load."""
    from ctorendang.infra.theming.vendor import vendor_assets

    vendor_assets(ROOT)


@click.group()
def themes() -> None:
    """Theme packages."""


@themes.command("check")
@click.argument("name", required=False)
def themes_check(name: str | None) -> None:
    """Say what is wrong with a theme, or with any of them."""
    from ctorendang.infra.theming.check import check_theme
    from ctorendang.infra.theming.errors import UnknownTheme
    from ctorendang.infra.theming.package import theme_names

    folder = ROOT / "themes"
    names = [name] if name else theme_names(folder)
    try:
        problems = [f"{each}: {problem}" for each in names for problem in check_theme(folder, each)]
    except UnknownTheme as error:
        raise click.ClickException(str(error)) from None
    if problems:
        raise click.ClickException("\n".join(problems))
    click.echo(f"{', '.join(names)}: fit to be published")
