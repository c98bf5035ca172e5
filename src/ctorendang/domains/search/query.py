"""What somebody looks for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

from ctorendang.domains.ctos.languages import CODES, LANGUAGES
from ctorendang.domains.search.synonyms import phrase_of
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.validation import Fields, findable, searched
from ctorendang.kit.cursor import InvalidCursor, decode_cursor, encode_cursor

MOST_WORDS = 10
DEEPEST = 10_000
"""How far down a result one can page: beyond, narrowing helps more."""

_MOST_SKILLS, _MOST_INDUSTRIES, _MOST_STAGES, _MOST_LANGUAGES = 10, 30, 10, 10
_LISTS = frozenset({"skills", "industries", "stages", "languages"})
WIDENING = ("industries", "stages")
"""Of these one suffices, so that a further one widens a search; of the other lists all must hold."""
_MOST = 2**31 - 1


class SearchOrder(StrEnum):
    """How results are sorted."""

    RELEVANCE = "relevance"
    RATING = "rating"
    RATE_ASC = "rate_asc"
    RATE_DESC = "rate_desc"
    EXPERIENCE = "experience"
    NEWEST = "newest"
    NAME = "name"
    TIME_ZONE = "time_zone"


@dataclass(frozen=True, slots=True)
class CtoQuery:
    """Which CTOs: all of what is said must hold; of the industries one suffices, and so of the stages.

    Attributes:
        search: words; each must stand in the name, the skills, the headline or the text.
        skills: names; a profile must have each.
        stages: of companies, as ``ctos.stages`` calls them.
        languages: English names or ISO 639-1 codes; a CTO must speak each.
        max_hourly_rate: minor units.
        min_availability: hours a week.
        time_zone: whose clock ``max_hours_apart`` and the order by time zone mean.
    """

    search: str = ""
    skills: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    max_hourly_rate: int | None = None
    min_availability: int | None = None
    min_years: int | None = None
    min_rating: float | None = None
    time_zone: str | None = None
    max_hours_apart: int | None = None

    def checked(self, order: SearchOrder | None = None) -> Self:
        """The same, with what is too long cut and what cannot be found removed.

        Raises:
            InvalidInput: a number is out of range, or a time zone is missing or unknown.
        """
        problems = Fields()
        for name, value, most in (
            ("maxHourlyRate", self.max_hourly_rate, _MOST),
            ("minAvailability", self.min_availability, 168),
            ("minYears", self.min_years, 100),
            ("maxHoursApart", self.max_hours_apart, 12),
        ):
            problems.optional_number(name, value, least=0, most=most)
        if self.min_rating is not None and not 0 <= self.min_rating <= 5:
            problems.refuse("minRating", "Use a number from 0 to 5.")
        if self.time_zone is not None:
            problems.time_zone("timeZone", self.time_zone)
        elif self.max_hours_apart is not None or order is SearchOrder.TIME_ZONE:
            problems.refuse("timeZone", "Say from which time zone to measure.")
        problems.done()
        return replace(
            self,
            search=searched(self.search),
            skills=_cleaned(self.skills, _MOST_SKILLS),
            industries=_cleaned(self.industries, _MOST_INDUSTRIES),
            stages=_cleaned(self.stages, _MOST_STAGES),
            languages=_named(_cleaned(self.languages, _MOST_LANGUAGES)),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the text in lower case, without what only search engines would make something of."""
        return phrase_of(self.search)[:MOST_WORDS]

    @property
    def hopeless(self) -> bool:
        """Whether something was typed that nothing can be found by."""
        return bool(self.search) and not any(character.isalnum() for word in self.words for character in word)

    def parts(self) -> list[tuple[str, str | None]]:
        """What is asked for, piece by piece: the field, and which of its values where there may be several."""
        single = [
            field.name
            for field in fields(self)
            if field.name not in _LISTS | {"time_zone"} and getattr(self, field.name) not in ("", None)
        ]
        several = [(name, value) for name in ("skills", "languages") for value in getattr(self, name)]
        whole: list[tuple[str, str | None]] = [(name, None) for name in single]
        return [*whole, *several, *((name, None) for name in WIDENING if getattr(self, name))]

    def without(self, name: str, value: str | None = None) -> Self:
        """The same, less one piece."""
        if value is not None:
            left: Any = tuple(each for each in getattr(self, name) if each != value)
            return replace(self, **{name: left})
        blank: Any = "" if name == "search" else () if name in _LISTS else None
        return replace(self, **{name: blank})

    def to_json(self) -> dict[str, Any]:
        """What is said, to be kept."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None, ())}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """By the names of fields, as ``to_json`` keeps it; what this version does not know is left out."""
        known = {field.name for field in fields(cls)}
        said: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items() if name in known
        }
        return cls(**said)


def _cleaned(values: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(findable(value)[:200] for value in values[:most] if findable(value)))


def _named(languages: Sequence[str]) -> tuple[str, ...]:
    """The same by their English names; what is no language stays as it was typed, and finds nobody."""
    codes = {value: CODES.get(value.lower(), value.lower()) for value in languages}
    return tuple(dict.fromkeys(LANGUAGES.get(codes[value], value) for value in languages))


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a result, from its best."""

    start: int
    size: int


def window(request: PageRequest, total: int | None = None) -> Window | None:
    """The part that a page asks for; None where the length of the whole must be known first.

    Results move as profiles change, so their cursors are places, not keys.

    Raises:
        InvalidInput: a cursor is garbage, or lies too deep.
    """
    size = request.size()
    if request.last is None:
        return _shallow("after", Window(0 if request.after is None else _place("after", request.after) + 1, size))
    if request.before is None:
        return None if total is None else Window(max(total - size, 0), min(size, total))
    end = _place("before", request.before)
    return _shallow("before", Window(max(end - size, 0), min(size, end)))


def cursor_at(place: int) -> str:
    """The cursor of the hit at a place."""
    return encode_cursor([str(place)])


def _place(name: str, cursor: str) -> int:
    try:
        (text,) = decode_cursor(cursor, 1)
    except InvalidCursor:
        text = None
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput({name: "This is not a cursor of this list. Start from its beginning."})
    return int(text)


def _shallow(name: str, part: Window) -> Window:
    if part.start + part.size > DEEPEST:
        raise InvalidInput({name: f"Only the first {DEEPEST:,} results can be paged through. Narrow the search."})
    return part
