"""Files that pages load, under addresses that name their content, so that browsers may keep them for good."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ctorendang.infra.theming.errors import InvalidTheme
from ctorendang.infra.theming.package import Theme

CACHE_CONTROL = "public, max-age=31536000, immutable"
STYLESHEET = "theme.css"
_PREFIX = "/assets"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_CSS_URL = re.compile(r"url\(\"([^\"]+)\"\)")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_SPACE = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    url: str
    content: bytes
    media_type: str


class AssetRegistry:
    """Every asset of the themes given to it, in memory: a few hundred kilobytes a family of themes."""

    def __init__(self) -> None:
        self._by_url: dict[str, Asset] = {}
        self._by_path: dict[tuple[str, str], Asset] = {}
        self._own: dict[Path, Asset] = {}

    def add(self, theme: Theme) -> None:
        """Take in a theme's own and inherited files, and its stylesheet.

        Raises:
            InvalidTheme: a file of a kind that is not served, or a stylesheet that refers to a missing file.
        """
        for folder in reversed(theme.folders):
            for file in sorted((folder / "assets").rglob("*")):
                path = file.relative_to(folder / "assets").as_posix()
                if file.is_file() and not path.startswith("css/") and not file.name.startswith("."):
                    if file not in self._own:
                        self._own[file] = _asset(folder.name, path, file.read_bytes())
                    self._keep(theme.name, path, self._own[file])
        self._keep(theme.name, STYLESHEET, _asset(theme.name, STYLESHEET, self._stylesheet(theme).encode()))

    def url(self, theme: str, path: str) -> str:
        """Where a theme's asset is served; the nearest theme that has the file wins.

        Raises:
            InvalidTheme: neither the theme nor a parent has it.
        """
        asset = self._by_path.get((theme, path))
        if asset is None:
            hint = " (set-up puts it there)" if path.startswith("vendor/") else ""
            raise InvalidTheme(theme, f"there is no asset {path}{hint}")
        return asset.url

    def find(self, url_path: str) -> tuple[bytes, str] | None:
        """Content and media type of what is served at ``url_path``, to be sent with ``CACHE_CONTROL``."""
        asset = self._by_url.get(url_path)
        return (asset.content, asset.media_type) if asset else None

    def _keep(self, theme: str, path: str, asset: Asset) -> None:
        self._by_path[theme, path] = asset
        self._by_url[asset.url] = asset

    def _stylesheet(self, theme: Theme) -> str:
        folders = [folder / "assets" / "css" for folder in reversed(theme.folders)]
        text = "\n".join(file.read_text("utf-8") for folder in folders for file in sorted(folder.glob("*.css")))
        text = _CSS_SPACE.sub("\n", _CSS_COMMENT.sub("", text)).strip()
        return theme.tokens.css() + "\n" + _CSS_URL.sub(lambda match: f'url("{self.url(theme.name, match[1])}")', text)


def _asset(theme: str, path: str, content: bytes) -> Asset:
    name = PurePosixPath(path)
    media_type = _MEDIA_TYPES.get(name.suffix)
    if media_type is None:
        raise InvalidTheme(theme, f"assets/{path}: files of this kind are not served")
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"{_PREFIX}/{theme}/{name.with_name(f'{name.stem}.{digest}{name.suffix}')}", content, media_type)
