"""What a profile tells beyond its terms: where a CTO has worked and what they speak; as typed, and checked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ctorendang.domains.ctos.languages import CODES, LANGUAGES, LanguageLevel
from ctorendang.infra.validation import Fields, clean
from ctorendang.kit.clock import now

MOST_POSITIONS = 12
MOST_LANGUAGES = 10
_FIRST_YEAR = 1960


@dataclass(frozen=True, slots=True)
class Position:
    """A place that somebody has worked at.

    Attributes:
        ended: the year; None when they are still there.
        changed: what became different there because of them.
    """

    role: str
    company: str
    started: int | None
    ended: int | None = None
    changed: str = ""

    def stored(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """A language by its English name or ISO 639-1 code; once checked, by its code."""

    name: str
    level: str

    def stored(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)


def check_positions(positions: Sequence[Position], fields: Fields) -> list[Position]:
    """The same, normalised, the latest first; problems are noted in ``fields`` as ``experience``."""
    if len(positions) > MOST_POSITIONS:
        fields.refuse("experience", f"Tell at most {MOST_POSITIONS} places; the latest count most.")
    checked = [_checked(each, fields) for each in positions[:MOST_POSITIONS]]
    return sorted(checked, key=lambda each: (each.ended or 9999, each.started or 0), reverse=True)


def _checked(position: Position, fields: Fields) -> Position:
    own = Fields()
    year = now().year
    role = own.text("Role", position.role, most=120)
    company = own.text("Company", position.company, most=120)
    started = own.number("From", position.started, least=_FIRST_YEAR, most=year)
    ended = own.optional_number("To", position.ended, least=_FIRST_YEAR, most=year)
    changed = own.text("What changed", position.changed, most=600, least=0, lines=True)
    if not own.problems and ended is not None and ended < started:
        own.refuse("To", "This is before it began.")
    for name, message in own.problems.items():
        fields.refuse("experience", f"{name}: {message}")
    return Position(role, company, started, ended, changed)


def check_languages(languages: Sequence[SpokenLanguage], fields: Fields) -> list[SpokenLanguage]:
    """The same by code, each once; problems are noted in ``fields`` as ``languages``."""
    if len(languages) > MOST_LANGUAGES:
        fields.refuse("languages", f"Name at most {MOST_LANGUAGES} languages.")
    found: dict[str, SpokenLanguage] = {}
    for each in languages[:MOST_LANGUAGES]:
        typed = clean(each.name).lower()
        code = typed if typed in LANGUAGES else CODES.get(typed)
        if code is None:
            fields.refuse("languages", f"“{typed[:40] if typed.isprintable() else ''}” is not a language we know.")
            continue
        fields.choice("languages", each.level, list(LanguageLevel))
        found.setdefault(code, SpokenLanguage(code, each.level))
    return list(found.values())
