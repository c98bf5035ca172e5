"""Input from outside, checked field by field, so that a person sees everything that is wrong at once."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from zoneinfo import available_timezones

from ctorendang.infra.errors import InvalidInput

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What mail servers agree on: a dot-atom (RFC 5322 section 3.2.3) at a host name of two labels or more.
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")
# They turn around what follows them, beyond the end of the text too.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SITE = re.compile(r"://|www\.", re.IGNORECASE)
_ZONES = frozenset(available_timezones())
# Control characters, halves of surrogate pairs, private use. What is merely unassigned may be newer than this Python.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Co"})
_INVISIBLE = _UNPRINTABLE | {"Cf", "Zs"}
_LONGEST_SEARCH = 100


def clean(text: str) -> str:
    """Normalise (NFC), unify line ends and trim; what is left may still hold what ``Fields.text`` refuses."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _unprintable(text: str, *, lines: bool) -> bool:
    allowed = "\n\t" if lines else ""
    return any(
        (unicodedata.category(character) in _UNPRINTABLE and character not in allowed) or character in _TURNING
        for character in text
    )


def _visible(text: str) -> bool:
    return any(unicodedata.category(character) not in _INVISIBLE for character in text)


def _in_words(number: int) -> str:
    # Years, too, are numbers: 2026 is not written 2,026.
    return f"{number:,}" if number >= 10_000 else str(number)


class Fields:
    """Collects what is wrong with the fields of one input; ``done`` raises it all.

    Every check returns the usable value, or a harmless one when it has noted a problem.
    """

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def done(self) -> None:
        """Go on if nothing is wrong.

        Raises:
            InvalidInput: with a message a field.
        """
        if self.problems:
            raise InvalidInput(self.problems)

    def refuse(self, name: str, message: str) -> None:
        """Note a problem; the first one a field counts."""
        self.problems.setdefault(name, message)

    def text(self, name: str, value: str, *, most: int, least: int = 1, lines: bool = False) -> str:
        """Printable text of ``least`` to ``most`` characters, on one line unless ``lines``."""
        if len(value) > most * 4:
            self.refuse(name, f"Use at most {most:,} characters.")
            return ""
        text = clean(value)
        if _unprintable(text, lines=lines):
            self.refuse(
                name, "Remove control characters and line breaks." if not lines else "Remove control characters."
            )
        elif len(text) > most:
            self.refuse(name, f"Use at most {most:,} characters.")
        elif len(text) < least or (least and not _visible(text)):
            self.refuse(name, "Fill this in." if least == 1 else f"Use at least {least} characters.")
        else:
            return text
        return ""

    def person(self, name: str, value: str) -> str:
        """What somebody is called; addresses of sites are refused, since names are put into mails."""
        text = self.text(name, value, most=120)
        if _SITE.search(text):
            self.refuse(name, "Use a name, without addresses of sites.")
        return text

    def number(self, name: str, value: int | None, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        if value is None:
            self.refuse(name, "Fill this in.")
        elif not least <= value <= most:
            self.refuse(name, f"Use a number from {_in_words(least)} to {_in_words(most)}.")
        else:
            return value
        return least

    def optional_number(self, name: str, value: int | None, *, least: int, most: int) -> int | None:
        """A whole number within bounds, or nothing."""
        return None if value is None else self.number(name, value, least=least, most=most)

    def amount(self, name: str, value: int | None, *, most: int) -> int:
        """Money in minor units, told in whole ones, as people write it."""
        if value is not None and not 0 <= value <= most:
            self.refuse(name, f"Use an amount from 0 to {most / 100:,.2f}.")
            return 0
        return self.number(name, value, least=0, most=most)

    def optional_amount(self, name: str, value: int | None, *, most: int) -> int | None:
        """Money in minor units, or nothing."""
        return None if value is None else self.amount(name, value, most=most)

    def email(self, name: str, value: str) -> str:
        """An e-mail address in lower case."""
        address = self.text(name, value, most=254).lower()
        if address and not _EMAIL.fullmatch(address):
            self.refuse(name, "Use an address like name@company.com.")
            return ""
        return address

    def password(self, name: str, value: str) -> str:
        """A new password: long enough, and not so long that hashing it is an attack (NIST SP 800-63B section 5.1.1)."""
        if len(value) < 12:
            self.refuse(name, "Use at least 12 characters.")
        elif len(value) > 200:
            self.refuse(name, "Use at most 200 characters.")
        elif _unprintable(value, lines=False):
            self.refuse(name, "Remove control characters.")
        return value

    def choice(self, name: str, value: str, choices: Collection[str]) -> str:
        """One of a few values."""
        if value not in choices:
            self.refuse(name, "Choose one of: " + ", ".join(sorted(choices)) + ".")
        return value

    def choices(self, name: str, values: Iterable[str], choices: Collection[str], *, most: int) -> list[str]:
        """Several different values of a few, in the order given."""
        chosen = list(dict.fromkeys(values))
        if len(chosen) > most:
            self.refuse(name, f"Choose at most {most}.")
        elif unknown := [value for value in chosen if value not in choices]:
            self.refuse(name, f"“{clean(unknown[0])[:60]}” is not in the list.")
        return chosen

    def time_zone(self, name: str, value: str) -> str:
        """A name of the IANA time zone database."""
        if value not in _ZONES:
            self.refuse(name, "Use a time zone such as Europe/Berlin.")
            return "UTC"
        return value

    def day(self, name: str, value: date | None, *, least: date, most: date) -> date | None:
        """A day within bounds, or nothing."""
        if value is not None and not least <= value <= most:
            self.refuse(name, f"Use a day from {least.isoformat()} to {most.isoformat()}.")
            return None
        return value


def findable(text: str) -> str:
    """What may be looked for: without NUL and the like, which no stored text holds and Postgres refuses to compare."""
    return "".join(character for character in clean(text) if character.isprintable())


def searched(text: str | None) -> str:
    """What somebody typed into a search box, as it may be looked for; empty when that was nothing."""
    return findable(text or "")[:_LONGEST_SEARCH]


def like(text: str) -> str:
    """The ILIKE pattern of everything that holds a text."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def beginning(word: str) -> str:
    """The text for ``to_tsquery`` that finds words which begin so; quoted, since it would read signs as operators."""
    quoted = word.replace("\\", " ").replace("'", "''")
    return f"'{quoted}':*"
