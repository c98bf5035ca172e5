"""Design tokens (W3C format) turned into CSS custom properties.

``base.tokens.json`` holds primitives and whatever both modes share, ``light`` and ``dark`` the semantic colours of a
mode. A theme's files are laid over its parent's. An alias (``{color.slate.900}``) becomes a ``var()``, so a mode needs
to repeat only what it changes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctorendang.infra.theming.errors import InvalidTheme

_ALIAS = re.compile(r"^\{([A-Za-z0-9._-]+)\}$")
_MODES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Token:
    """One leaf of a token file.

    Attributes:
        value: a CSS value, or an alias in braces.
        contrast: what it must be readable on, and how well (``{"on": ["color.page"], "min": 4.5}``).
    """

    path: str
    value: str
    contrast: Mapping[str, Any] | None = None

    @property
    def alias(self) -> str | None:
        """The path of the token that this one repeats."""
        match = _ALIAS.match(self.value)
        return match[1] if match else None

    @property
    def css_name(self) -> str:
        """Its custom property."""
        return "--" + self.path.replace(".", "-")

    @property
    def css_value(self) -> str:
        """What the custom property holds."""
        return f"var(--{self.alias.replace('.', '-')})" if self.alias else self.value


class TokenSet:
    """The tokens of a theme in both modes, its parents' included."""

    def __init__(self, theme: str, light: Mapping[str, Token], dark: Mapping[str, Token]) -> None:
        self._theme = theme
        self._modes = {"light": light, "dark": dark}

    @classmethod
    def load(cls, theme: str, folders: list[Path]) -> "TokenSet":
        """Read the token files of ``folders``, most general first.

        Raises:
            InvalidTheme: a file is no JSON, or holds something that is no token.
        """
        shared = _merged(theme, folders, "base")
        light = _deep_merge(shared, _merged(theme, folders, "light"))
        dark = _deep_merge(light, _merged(theme, folders, "dark"))
        return cls(theme, *({token.path: token for token in _leaves(theme, tree, ())} for tree in (light, dark)))

    def resolve(self, path: str, mode: str = "light") -> str:
        """The value at the end of a token's aliases.

        Raises:
            InvalidTheme: no such token, or its aliases form a circle.
        """
        seen: list[str] = []
        tokens = self._modes[mode]
        while True:
            if path in seen:
                raise InvalidTheme(self._theme, f"token {path} refers to itself by way of {' -> '.join(seen)}")
            seen.append(path)
            token = tokens.get(path)
            if token is None:
                raise InvalidTheme(self._theme, f"there is no token {path} (needed by {seen[0]}, {mode} mode)")
            if token.alias is None:
                return token.value
            path = token.alias

    def css(self) -> str:
        """Custom properties for both modes; the reader's system chooses, unless the page says which.

        No selector outweighs another: the last of those that fit wins.
        """
        light, dark = self._modes["light"], self._modes["dark"]
        changed = [token for path, token in dark.items() if light.get(path) != token]
        dark_rules = _declarations(changed)
        return (
            ":root{color-scheme:light dark;" + _declarations(light.values()) + "}"
            "@media (prefers-color-scheme:dark){:root:where(:not([data-appearance=light])){" + dark_rules + "}}"
            ":root:where([data-appearance=light]){color-scheme:light}"
            ":root:where([data-appearance=dark]){color-scheme:dark;" + dark_rules + "}"
        )

    def problems(self) -> list[str]:
        """Aliases that lead nowhere."""
        found: list[str] = []
        for mode in _MODES:
            for path in self._modes[mode]:
                try:
                    self.resolve(path, mode)
                except InvalidTheme as problem:
                    found.append(str(problem))
        return found

    def contrast_pairs(self, mode: str) -> Iterator[tuple[str, str, float]]:
        """Every foreground with each background it is used on, and the ratio that it needs."""
        for token in self._modes[mode].values():
            if token.contrast:
                for background in token.contrast["on"]:
                    yield token.path, background, float(token.contrast["min"])


def _declarations(tokens: Any) -> str:
    return "".join(f"{token.css_name}:{token.css_value};" for token in tokens)


def _merged(theme: str, folders: list[Path], name: str) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for folder in folders:
        file = folder / f"{name}.tokens.json"
        if file.is_file():
            try:
                tree = _deep_merge(tree, json.loads(file.read_text("utf-8")))
            except ValueError as error:
                raise InvalidTheme(theme, f"{file.name} is no JSON: {error}") from None
    return tree


def _deep_merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping) and key != "$value"
        merged[key] = _deep_merge(merged[key], value) if both else value
    return merged


def _leaves(theme: str, tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Token]:
    for key, node in tree.items():
        if key.startswith("$"):
            continue
        here = (*path, key)
        if not isinstance(node, Mapping):
            raise InvalidTheme(theme, f"{'.'.join(here)} is neither a token nor a group")
        if "$value" in node:
            contrast = node.get("$extensions", {}).get("contrast")
            yield Token(".".join(here), _css(theme, ".".join(here), node["$value"]), contrast)
        else:
            yield from _leaves(theme, node, here)


def _css(theme: str, path: str, value: Any) -> str:
    match value:
        case str() | int() | float():
            text = str(value)
        case {"value": amount, "unit": unit}:
            text = f"{amount}{unit}"
        case list() if all(isinstance(item, str) for item in value):
            text = ", ".join(item if re.fullmatch(r"[a-z-]+|ui-[a-z-]+", item) else f'"{item}"' for item in value)
        case list():
            text = f"cubic-bezier({', '.join(str(item) for item in value)})"
        case _:
            raise InvalidTheme(theme, f"{path} has a value that cannot be written in CSS: {value!r}")
    # A token is one value: nothing in it may close the declaration and open another.
    if re.search(r"[;{}<]|/\*", text) and not _ALIAS.match(text):
        raise InvalidTheme(theme, f"{path} holds more than one CSS value: {text!r}")
    return text
