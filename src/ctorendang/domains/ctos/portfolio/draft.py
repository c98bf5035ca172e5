"""A piece of work as its owner tells it."""

import re
from dataclasses import dataclass

from ctorendang.infra.validation import Fields
from ctorendang.kit.clock import now

FIRST_YEAR = 1960
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# An address of HTTPS (RFC 3986): a host name of two labels or more, no user, and nothing that would have to be escaped.
_LINK = re.compile(
    rf"https://(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}(?::\d{{1,5}})?(?:[/?#][!#-;=?-\[\]_a-z~]*)?", re.I
)
_LONGEST_LINK = 500


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What is said of a piece of work; ``link`` may be empty."""

    title: str
    role: str
    year: int | None
    about: str
    link: str = ""

    def check(self, fields: Fields) -> "ItemDraft":
        """The same, normalised; problems are noted in ``fields``."""
        return ItemDraft(
            title=fields.text("title", self.title, most=120),
            role=fields.text("role", self.role, most=120),
            year=fields.number("year", self.year, least=FIRST_YEAR, most=now().year),
            about=fields.text("about", self.about, most=2_000, lines=True),
            link=_link(self.link, fields),
        )


def checked_alt(alt: str, fields: Fields) -> str:
    """What a picture shows, in words; a problem is noted in ``fields`` as ``alt``."""
    return fields.text("alt", alt, most=200)


def _link(typed: str, fields: Fields) -> str:
    link = fields.text("link", typed, most=_LONGEST_LINK, least=0)
    if link and not _LINK.fullmatch(link):
        fields.refuse("link", "Use an address that begins with https://, such as https://example.com/story.")
        return ""
    return link
