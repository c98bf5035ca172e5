"""Theme packages on disk: ``themes/<name>/``."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctorendang.infra.theming.errors import InvalidTheme, UnknownTheme
from ctorendang.infra.theming.settings import SettingsSchema
from ctorendang.infra.theming.tokens import TokenSet

# The version of what templates and fixtures may rely on; a theme names the one it was written for.
CONTRACT = 1
_ROOT_THEME = "base"
# A name is a folder's, and may come from a tenant's file: it must not lead elsewhere.
_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """``theme.toml``."""

    name: str
    extends: str | None


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with everything it inherits.

    Attributes:
        folders: its own folder first, then its parent's, ending with ``base``.
    """

    manifest: Manifest
    folders: tuple[Path, ...]
    tokens: TokenSet = field(repr=False)
    settings: SettingsSchema = field(repr=False)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.manifest.name

    def subfolders(self, name: str) -> list[Path]:
        """``<folder>/<name>`` of the theme and its parents, its own first; only those that exist."""
        return [folder / name for folder in self.folders if (folder / name).is_dir()]


def theme_names(root: Path) -> list[str]:
    """Names of the packages in ``root``."""
    return sorted(file.parent.name for file in root.glob("*/theme.toml"))


def load_theme(root: Path, name: str) -> Theme:
    """Read one package and its parents.

    Raises:
        UnknownTheme: ``root`` has no such package.
        InvalidTheme: the package breaks the contract.
    """
    lineage = _lineage(root, name)
    folders = tuple(root / manifest.name for manifest in lineage)
    general_first = folders[::-1]
    return Theme(
        manifest=lineage[0],
        folders=folders,
        tokens=TokenSet.load(name, [folder / "tokens" for folder in general_first]),
        settings=SettingsSchema.merge(name, [_schema(name, folder) for folder in general_first]),
    )


def _lineage(root: Path, name: str) -> list[Manifest]:
    lineage: list[Manifest] = []
    following: str | None = name
    while following is not None:
        if following in {manifest.name for manifest in lineage}:
            raise InvalidTheme(name, f"extends itself by way of {following}")
        manifest = _manifest(root, following)
        lineage.append(manifest)
        following = manifest.extends
    if lineage[-1].name != _ROOT_THEME:
        raise InvalidTheme(name, f"must extend {_ROOT_THEME}, directly or through its parents")
    return lineage


def _manifest(root: Path, name: str) -> Manifest:
    file = root / name / "theme.toml"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise UnknownTheme(name)
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidTheme(name, f"theme.toml is no TOML: {error}") from None
    if unknown := content.keys() - {"name", "version", "extends", "contract"}:
        raise InvalidTheme(name, f"theme.toml has unknown keys: {', '.join(sorted(unknown))}")
    if content.get("name") != name:
        raise InvalidTheme(name, f"theme.toml says that its name is {content.get('name')!r}")
    if not isinstance(content.get("version"), str):
        raise InvalidTheme(name, "theme.toml needs a version, such as '1.0.0'")
    if content.get("contract") != CONTRACT:
        raise InvalidTheme(name, f"written for contract {content.get('contract')!r}, this is contract {CONTRACT}")
    return Manifest(name, content.get("extends"))


def _schema(theme: str, folder: Path) -> dict[str, Any]:
    file = folder / "settings.schema.json"
    if not file.is_file():
        return {}
    try:
        schema = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise InvalidTheme(theme, f"{folder.name}/settings.schema.json is no JSON: {error}") from None
    if not isinstance(schema, dict):
        raise InvalidTheme(theme, f"{folder.name}/settings.schema.json must be an object")
    return schema
