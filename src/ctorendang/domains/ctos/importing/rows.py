"""Checks rows of profiles, cell by cell; nothing here knows a database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ctorendang.domains.ctos.draft import USUAL_LEVEL, NamedSkill, ProfileDraft
from ctorendang.domains.ctos.importing.errors import RowProblem
from ctorendang.domains.ctos.importing.files import COLUMNS, RawRow, read_file
from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.infra.validation import Fields, clean

_WHOLE = re.compile(r"-?[0-9]{1,9}")
# What spreadsheets take for a formula; a dash with a space behind it begins a list.
_FORMULA = re.compile(r"\s*(?:[=@]|[+-]\S)")
_NUMBERS = frozenset({"hourlyRate", "availability", "yearsExperience"})
_INDUSTRIES = {each.lower(): each for each in INDUSTRIES}
_ROW = "row"
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class ImportedProfile:
    """A row that is good by itself; whether its skills and its person are known is asked later."""

    line: int
    email: str
    name: str
    draft: ProfileDraft


@dataclass(slots=True)
class CheckedFile:
    """What was read: the good rows, and what is wrong with the others."""

    profiles: list[ImportedProfile] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def check_file(content: bytes, currency: str) -> CheckedFile:
    """Read a file, and check every row of it.

    Args:
        content: the file.
        currency: the tenant's, the only one that rates may be in.

    Raises:
        FileNotUnderstood: there are no rows to be read.
    """
    raw = read_file(content)
    checked = CheckedFile()
    seen: dict[str, int] = {}
    for row in raw.rows:
        fields = Fields()
        profile = _profile(row, currency, fields, texts=raw.texts)
        if profile.email and (first := seen.setdefault(profile.email, row.line)) != row.line:
            fields.refuse("email", f"This address stands in line {first:,} already.")
        checked.problems += [RowProblem(row.line, column, message) for column, message in fields.problems.items()]
        checked.profiles.append(profile)
    return checked


def _profile(row: RawRow, currency: str, fields: Fields, *, texts: bool) -> ImportedProfile:
    if row.fault:
        fields.refuse(_ROW, row.fault)
        return _nothing(row.line)
    for column in list(row.values)[:_MOST_LISTED]:
        if column not in COLUMNS:
            fields.refuse(str(column)[:40], "There is no such column.")
    if texts:
        _refuse_formulas(row.values, fields)
    cells = _Cells(row.values, fields, texts=texts)
    draft = ProfileDraft(
        headline=cells.text("headline"),
        bio=cells.text("bio"),
        hourly_rate=cells.number("hourlyRate"),
        availability=cells.number("availability"),
        years_experience=cells.number("yearsExperience"),
        time_zone=cells.text("timeZone").strip() or "UTC",
        industries=cells.industries(),
        skills=cells.skills(),
    )
    if cells.text("currency").strip().upper() not in {"", currency}:
        fields.refuse("currency", f"Rates here are in {currency}. Convert the rate first.")
    email = fields.email("email", cells.text("email"))
    name = fields.person("name", cells.text("name"))
    if not draft.skills:
        fields.refuse("skills", "Name at least one skill.")
    return ImportedProfile(row.line, email, name, draft.check(fields, shortest_bio=1))


def _refuse_formulas(values: Mapping[str, Any], fields: Fields) -> None:
    """A formula that is imported shows in profiles, and is run by the spreadsheet that anybody copies them into."""
    for column in COLUMNS:
        text = values.get(column) or ""
        if column not in _NUMBERS and _FORMULA.match(text):
            fields.refuse(column, f"“{text.strip()[:20]}” begins as a formula does. Write it without that sign.")


def _nothing(line: int) -> ImportedProfile:
    return ImportedProfile(line, "", "", ProfileDraft("", "", 0, 0, 0))


class _Cells:
    """The values of one row, as what they stand for; what is no such thing is noted."""

    def __init__(self, values: Mapping[str, Any], fields: Fields, *, texts: bool) -> None:
        self._values = values
        self._fields = fields
        self._texts = texts

    def text(self, column: str) -> str:
        value = self._values.get(column)
        if value is None or isinstance(value, str):
            return value or ""
        self._fields.refuse(column, "Use a text, in quotation marks.")
        return ""

    def number(self, column: str) -> int | None:
        value = self._values.get(column)
        if isinstance(value, str) and self._texts:
            typed = value.strip()
            if _WHOLE.fullmatch(typed) or not typed:
                return int(typed) if typed else None
        elif value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._fields.refuse(column, "Use a whole number, such as 18000.")
        return 0

    def industries(self) -> list[str]:
        named = self._listed("industries", lambda each: each if isinstance(each, str) else None)
        return [_INDUSTRIES.get(clean(each).lower(), each) for each in named]

    def skills(self) -> list[NamedSkill]:
        if not self._texts:
            return self._listed("skills", self._skill_object)
        typed = [part.strip() for part in self.text("skills").split(";")]
        return [self._skill_text(part) for part in typed[:_MOST_LISTED] if part]

    def _skill_text(self, text: str) -> NamedSkill:
        name, colon, level = text.rpartition(":")
        if not colon:
            return NamedSkill(text, USUAL_LEVEL)
        if not _WHOLE.fullmatch(level.strip()):
            self._fields.refuse("skills", f"Write “{text[:60]}” as name:level, with a level from 1 to 5.")
            return NamedSkill(name.strip(), USUAL_LEVEL)
        return NamedSkill(name.strip(), int(level))

    def _skill_object(self, value: Any) -> NamedSkill | None:
        if not isinstance(value, dict) or not isinstance(value.get("name"), str) or value.keys() - {"name", "level"}:
            return None
        level = value.get("level", USUAL_LEVEL)
        return NamedSkill(value["name"], level) if type(level) is int else None

    def _listed(self, column: str, read: Callable[[Any], Any]) -> list[Any]:
        value = self._values.get(column)
        if self._texts:
            value = [part.strip() for part in self.text(column).split(";") if part.strip()]
        if value is None:
            return []
        found = [read(each) for each in value[:_MOST_LISTED]] if isinstance(value, list) else [None]
        if None in found:
            shape = "[{“name”: “Kubernetes”, “level”: 4}, …]" if column == "skills" else "[“Banking”, …]"
            self._fields.refuse(column, f"Use a list such as {shape}.")
            return []
        return found
