"""How readable one colour is on another (WCAG 2)."""

import re

_HEX = re.compile(r"^#([0-9a-fA-F]{6})$")


def contrast_ratio(foreground: str, background: str) -> float:
    """From 1 (the same) to 21 (black on white).

    Raises:
        ValueError: a colour is not written as ``#rrggbb``.
    """
    lighter, darker = sorted((_luminance(foreground), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    match = _HEX.match(colour)
    if match is None:
        raise ValueError(f"{colour!r} is not a colour of the form #rrggbb")
    channels = (int(match[1][index : index + 2], 16) / 255 for index in (0, 2, 4))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
