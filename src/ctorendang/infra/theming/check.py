"""Does a theme keep its contract? What ``themes check`` prints and what publishing a theme asks first."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from ctorendang.infra.theming.contrast import contrast_ratio
from ctorendang.infra.theming.errors import InvalidTheme
from ctorendang.infra.theming.package import Theme
from ctorendang.infra.theming.renderer import ThemeRenderer

# What all pages of a theme are shown with: a tenant and its settings.
_SHARED = "_context.json"


def check_theme(root: Path, name: str) -> list[str]:
    """Everything that is wrong with a theme, as sentences; empty when it may be published.

    Args:
        root: the folder that holds the packages.
        name: which one.

    Raises:
        UnknownTheme: there is no such package.
    """
    try:
        renderer = ThemeRenderer(root, development=True)
    except InvalidTheme as problem:
        return [str(problem)]
    theme = renderer.theme(name)
    if problems := theme.tokens.problems():
        return problems
    return [*_unreadable(theme), *_broken_pages(renderer, theme)]


def _unreadable(theme: Theme) -> Iterator[str]:
    for mode in ("light", "dark"):
        for foreground, background, needed in theme.tokens.contrast_pairs(mode):
            colours = theme.tokens.resolve(foreground, mode), theme.tokens.resolve(background, mode)
            ratio = contrast_ratio(*colours)
            if ratio < needed:
                pair = f"{foreground} ({colours[0]}) on {background} ({colours[1]})"
                yield f"{theme.name}, {mode}: {pair} has a contrast of {ratio:.2f}, needs {needed:g}"


def fixtures(theme: Theme) -> Iterator[tuple[str, dict[str, Any]]]:
    """Template and context of every page and page state that a theme is shown with."""
    shared = {"csrf_token": "fixture"}
    for folder in reversed(theme.subfolders("fixtures")):
        shared.update(_json(folder / _SHARED) if (folder / _SHARED).is_file() else {})
    seen = {_SHARED}
    for folder in theme.subfolders("fixtures"):
        for file in sorted(folder.glob("*.json")):
            if file.name in seen:
                continue
            seen.add(file.name)
            page = file.stem.split("--")[0]
            yield f"pages/{page}.html", {**shared, **_json(file), "fixture": file.stem}


def _broken_pages(renderer: ThemeRenderer, theme: Theme) -> Iterator[str]:
    for template, context in fixtures(theme):
        try:
            renderer.render(theme.name, template, context)
        except (TemplateError, InvalidTheme, TypeError, KeyError) as error:
            yield f"{theme.name}: {template} does not render {context['fixture']}: {error}"


def _json(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content
