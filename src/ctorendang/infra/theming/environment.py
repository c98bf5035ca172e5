"""The sandbox in which a theme's templates run."""

from collections.abc import Mapping
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ctorendang.infra.theming.assets import AssetRegistry
from ctorendang.infra.theming.filters import FILTERS
from ctorendang.infra.theming.package import Theme


class ThemeEnvironment(ImmutableSandboxedEnvironment):
    """Templates of one theme, compiled once.

    A name is looked up in the theme, then in its parents. ``<theme>/<name>`` asks for the template of one theme of the
    family: that is how an overriding template extends the one it overrides.
    """

    def __init__(self, theme: Theme, assets: AssetRegistry, *, development: bool) -> None:
        loaders = {folder.name: FileSystemLoader(folder / "templates") for folder in theme.folders}
        chain: list[BaseLoader] = [*loaders.values(), PrefixLoader(loaders)]
        super().__init__(
            loader=ChoiceLoader(chain),
            autoescape=True,
            undefined=StrictUndefined if development else Undefined,
            auto_reload=development,
            cache_size=-1,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.filters.update(FILTERS)
        self.globals.update(
            asset=lambda path: assets.url(theme.name, path),
            token=theme.tokens.resolve,
        )

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Data before methods: ``form.values`` is the entry of that name, not ``dict.values``."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)
