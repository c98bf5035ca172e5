"""Third-party files that pages load: taken out of installed wheels at set-up, never committed.

Fonts are cut down to the Latin scripts and turned into woff2, which makes a weight about 20 KB.
"""

import hashlib
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, parse_unicodes, save_font

from ctorendang.kit.wheels import installed_file

# What web font services call latin, latin-ext and vietnamese, and a few arrows and check marks that pages use.
_UNICODES = parse_unicodes(
    "0000-02FF,0304,0308,0329,1E00-1EFF,2000-206F,20A0-20C0,2113,2122,2190-2193,2212,2215,2713,2717,FEFF,FFFD"
)
# Beyond what fonttools keeps by itself: figures of equal width for money and dates, and their old-style forms.
_FEATURES = ["tnum", "lnum", "pnum", "onum", "case"]


@dataclass(frozen=True, slots=True)
class _VendorFile:
    """One file of an installed package and the name it gets; ``.woff2`` targets are subset on the way."""

    package: str
    source: str
    target: str

    def locate(self) -> Path:
        return installed_file(self.package, self.source)


def _fonts(package: str, name: str, sources: dict[str, str]) -> tuple[_VendorFile, ...]:
    return tuple(_VendorFile(package, f"files/{source}", f"{name}-{cut}.woff2") for cut, source in sources.items())


_FILES = (
    _VendorFile("django-htmx", "static/django_htmx/htmx-4.min.js", "htmx.min.js"),
    _VendorFile("font-hanken-grotesk", "files/OFL.txt", "hanken-grotesk-license.txt"),
    _VendorFile("font-manrope", "files/OFL.txt", "manrope-license.txt"),
    _VendorFile("font-source-serif-pro", "files/LICENSE.txt", "source-serif-pro-license.txt"),
    *_fonts(
        "font-hanken-grotesk",
        "hanken-grotesk",
        {
            "400": "HankenGrotesk-Regular.otf",
            "500": "HankenGrotesk-Medium.otf",
            "600": "HankenGrotesk-SemiBold.otf",
            "700": "HankenGrotesk-Bold.otf",
        },
    ),
    *_fonts("font-manrope", "manrope", {"variable": "Manrope-VariableFont_wght.ttf"}),
    *_fonts(
        "font-source-serif-pro",
        "source-serif-pro",
        {
            "400": "SourceSerifPro-Regular.otf",
            "400-italic": "SourceSerifPro-It.otf",
            "600": "SourceSerifPro-Semibold.otf",
            "700": "SourceSerifPro-Bold.otf",
        },
    ),
)


def vendor_assets(root: Path) -> bool:
    """Fill ``themes/base/assets/vendor`` under ``root``; returns whether there was anything to do.

    Raises:
        NotInstalled: a package that a file comes from is not installed.
        OSError: the folder cannot be written.
    """
    folder = root / "themes" / "base" / "assets" / "vendor"
    stamp = folder / ".stamp"
    fingerprint = _fingerprint()
    if stamp.is_file() and stamp.read_text() == fingerprint:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for file in _FILES:
        _replace(folder / file.target, _content(file))
    # Last, so that an interrupted run is done again.
    _replace(stamp, fingerprint.encode())
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{_FILES}{_FEATURES}{_UNICODES}".encode())
    for file in _FILES:
        digest.update(file.locate().read_bytes())
    return digest.hexdigest()


def _content(file: _VendorFile) -> bytes:
    source = file.locate()
    return _subset(source) if file.target.endswith(".woff2") else source.read_bytes()


def _subset(source: Path) -> bytes:
    options = Options(flavor="woff2", hinting=False, notdef_outline=True)
    options.layout_features += _FEATURES
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=_UNICODES)
    subsetter.subset(font)
    target = BytesIO()
    save_font(font, target, options)
    return target.getvalue()


def _replace(path: Path, content: bytes) -> None:
    # Two set-ups of one checkout may run side by side: a page never sees half a file.
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)
