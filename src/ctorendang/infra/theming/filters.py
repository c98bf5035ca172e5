"""How values are written for people: what templates use as ``{{ value | filter }}``.

Money, numbers and dates follow the reader's locale or else the tenant's, moments the reader's time zone or else UTC;
all are taken from the template's context.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

_FALLBACK_LOCALE = "en"


@lru_cache(maxsize=64)
def _parse_locale(name: str) -> Locale:
    try:
        return Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_FALLBACK_LOCALE)


def _locale(context: Context) -> Locale:
    tenant, viewer = context.get("tenant") or {}, context.get("viewer") or {}
    return _parse_locale(viewer.get("locale") or tenant.get("locale") or _FALLBACK_LOCALE)


def _zone(context: Context) -> tzinfo:
    viewer = context.get("viewer") or {}
    try:
        return ZoneInfo(viewer.get("timeZone") or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


@pass_context
def money(context: Context, minor: int | None, currency: str) -> str:
    """Minor units as an amount; whole amounts go without decimals, since rates are talked about in whole units."""
    if minor is None:
        return ""
    amount = minor / 10 ** get_currency_precision(currency)
    whole = amount == int(amount)
    return format_currency(
        amount, currency, locale=_locale(context), format="¤#,##0" if whole else None, currency_digits=not whole
    )


@pass_context
def number(context: Context, value: float) -> str:
    """With the locale's separators, and at most one decimal."""
    return format_decimal(value, format="#,##0.#", locale=_locale(context))


@pass_context
def date_of(context: Context, value: str | date | None, style: str = "medium") -> str:
    """A calendar date (``short``, ``medium`` or ``long``): a day as it stands, a moment's day where the reader is."""
    if not value:
        return ""
    return format_date(_day(value, _zone(context)), format=style, locale=_locale(context))


@pass_context
def time_of(context: Context, value: str | datetime) -> str:
    """Hours and minutes where the reader is."""
    return _moment(value).astimezone(_zone(context)).strftime("%H:%M")


@pass_context
def ago(context: Context, value: str | datetime | None) -> str:
    """How long since, in the largest unit that fits: "3 days ago"."""
    if not value:
        return ""
    return format_timedelta(_moment(value) - datetime.now(UTC), add_direction=True, locale=_locale(context))


def _day(value: str | date, zone: tzinfo) -> date:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    # What names no offset is a day, and the same day everywhere.
    return moment.astimezone(zone) if isinstance(moment, datetime) and moment.tzinfo else moment


def _moment(value: str | date) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = re.findall(r"\w+", name)
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


@pass_context
def plural(context: Context, count: int, one: str, many: str | None = None) -> str:
    """The count with its noun: "1 project", "2 projects"."""
    return f"{number(context, count)} {one if count == 1 else many or one + 's'}"


def stars(rating: float) -> str:
    """A rating for those who cannot see it."""
    return f"{rating:.1f} out of 5"


def percent(share: float) -> int:
    """A share of one as a whole percentage."""
    return round(share * 100)


def paragraphs(text: str) -> Markup:
    """Plain text with its blank lines as paragraphs and its line breaks kept; everything else is escaped."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    lines = (Markup("<br>").join(escape(line) for line in block.split("\n")) for block in blocks)
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in lines)


def seed(identity: str, count: int = 12) -> list[int]:
    """Numbers from 0 to 255 that are always the same for the same id: what a generated portrait is drawn from."""
    return list(hashlib.sha256(str(identity).encode()).digest()[:count])


def one(query: Mapping[str, Any], name: str, default: str = "") -> str:
    """A parameter that is there once."""
    values = many(query, name)
    return values[-1] if values else default


def many(query: Mapping[str, Any], name: str) -> list[str]:
    """A parameter that may be there several times."""
    value = query.get(name)
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)]


def without(query: Mapping[str, Any], name: str, value: str | None = None) -> dict[str, list[str]]:
    """The query less one parameter, or less one of its values; paging starts over."""
    left = {key: many(query, key) for key in query if key not in {"after", "before"}}
    left[name] = [item for item in left.get(name, []) if value is not None and item != value]
    return left


def merged(query: Mapping[str, Any], **changes: str) -> dict[str, Any]:
    """The query with other values for some parameters; paging starts over unless it is what changes."""
    return {**{key: many(query, key) for key in query if key not in {"after", "before"}}, **changes}


def query_string(query: Mapping[str, Any]) -> str:
    """``?a=1&b=2`` without empty parameters, or nothing."""
    pairs = [(name, value) for name in query for value in many(query, name) if value != ""]
    return "?" + urlencode(pairs) if pairs else ""


def contributions(explanation: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A match's components, the strongest first, with their points of 100 in ``shown``.

    ``shown`` has one decimal and adds up to the score with one decimal: what rounding takes goes back to those it took
    most from.
    """
    tenths = [component["weight"] * component["value"] * 1000 for component in explanation]
    whole = [int(tenth) for tenth in tenths]
    missing = round(sum(tenths)) - sum(whole)
    for index in sorted(range(len(tenths)), key=lambda i: whole[i] - tenths[i])[:missing]:
        whole[index] += 1
    rows = [{**component, "shown": points / 10} for component, points in zip(explanation, whole, strict=True)]
    return sorted(rows, key=lambda row: row["shown"], reverse=True)


FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "contributions": contributions,
    "date": date_of,
    "initials": initials,
    "many": many,
    "merged": merged,
    "money": money,
    "number": number,
    "one": one,
    "paragraphs": paragraphs,
    "percent": percent,
    "plural": plural,
    "query_string": query_string,
    "seed": seed,
    "stars": stars,
    "time": time_of,
    "without": without,
}
