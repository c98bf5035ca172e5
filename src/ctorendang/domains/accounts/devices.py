"""What a browser or program calls itself (RFC 9110 section 10.1.5), in plain words."""

import re

_UNKNOWN = "An unknown device"

# The first that fits counts: most browsers also claim to be those they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_PROGRAM = re.compile(r"([A-Za-z][A-Za-z0-9 ._-]{0,39})/")


def device_of(user_agent: str) -> str:
    """“Firefox on Windows”, or the name that a program gives itself."""
    if user_agent.startswith("Mozilla/"):
        browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
        system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
        if browser and system:
            return f"{browser} on {system}"
        return browser or system or _UNKNOWN
    named = _PROGRAM.match(user_agent)
    return named[1].strip() if named else _UNKNOWN
