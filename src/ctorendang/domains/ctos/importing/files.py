"""Reads files of profiles, JSON Lines or CSV, into rows; nothing here knows a database."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ctorendang.domains.ctos.importing.errors import FileNotUnderstood

COLUMNS = (
    "email",
    "name",
    "headline",
    "bio",
    "skills",
    "industries",
    "hourlyRate",
    "currency",
    "availability",
    "yearsExperience",
    "timeZone",
)
OPTIONAL = frozenset({"industries", "currency", "timeZone"})
MOST_ROWS = 50_000
MOST_BYTES = 50_000_000
LONGEST_LINE = 100_000
"""Characters; the longest profile that is taken, every character escaped, is shorter."""

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and try again."


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file.

    Attributes:
        line: where it begins, from 1.
        values: by column; texts from CSV, anything from JSON.
        fault: why the row as a whole cannot be read; empty when it can.
    """

    line: int
    values: Mapping[str, Any]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RawFile:
    """The rows of a file, and whether their cells are all texts, as those of CSV are."""

    rows: list[RawRow]
    texts: bool


def read_file(content: bytes) -> RawFile:
    """The rows of a file.

    Raises:
        FileNotUnderstood: it is empty, not UTF-8, too long, or lacks columns.
    """
    text = _decoded(content)
    is_json = text.lstrip()[:1] in {"{", "["}
    lines = text.split("\n")
    if not is_json:
        _require_columns(next(line for line in lines if line.strip()))
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise FileNotUnderstood(f"Line {number:,} has more than {LONGEST_LINE:,} characters. Is the file damaged?")
    rows: list[RawRow] = []
    for row in _json_rows(lines) if is_json else _csv_rows(text):
        if len(rows) == MOST_ROWS:
            raise FileNotUnderstood(f"Import at most {MOST_ROWS:,} rows at a time. Split the file.")
        rows.append(row)
    if not rows:
        raise FileNotUnderstood("There are no rows in this file, only the names of columns.")
    return RawFile(rows, texts=not is_json)


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise FileNotUnderstood(f"Use a file of at most {MOST_BYTES // 1_000_000} MB.")
    if content.startswith(_UTF_16_MARKS):
        raise FileNotUnderstood(f"This file is in UTF-16. {_SAVE_AS}")
    content = content.removeprefix(_UTF_8_MARK)
    if (at := content.find(b"\0")) >= 0:
        raise FileNotUnderstood(f"Line {_line_at(content, at):,} holds a NUL byte, so this is no text. {_SAVE_AS}")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line_at(content, error.start)
        raise FileNotUnderstood(f"Line {line:,} is not in UTF-8, perhaps in Latin-1. {_SAVE_AS}") from None
    if not text.strip():  # only now: bytes know fewer spaces than text does
        raise FileNotUnderstood("This file is empty.")
    # Line ends of an old Mac would make one line of everything.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _json_rows(lines: list[str]) -> Iterator[RawRow]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, ValueError):
            yield RawRow(number, {}, "This line is no JSON. Put one object on each line.")
            continue
        if isinstance(values, dict):
            yield RawRow(number, values)
        else:
            yield RawRow(number, {}, "Put one object on each line, such as {“email”: …}.")


def _csv_rows(text: str) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    header: list[str] | None = None
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _columns(cells)
            elif len(cells) != len(header):
                yield RawRow(
                    line, {}, f"This row has {len(cells):,} cells, the first line names {len(header)} columns."
                )
            else:
                yield RawRow(line, dict(zip(header, cells, strict=True)))
    except csv.Error:
        raise FileNotUnderstood(
            f"The row that begins in line {begins:,} cannot be read. Is there a quotation mark that is not closed?"
        ) from None


def _columns(cells: list[str]) -> list[str]:
    by_name = {column.lower(): column for column in COLUMNS}
    named = [by_name.get(cell.strip().lower(), "") for cell in cells]
    if "" in named:
        raise FileNotUnderstood("Name the columns in the first line, without line breaks.")
    return named


def _require_columns(first_line: str) -> None:
    """Refuse a first line that names other columns, without taking apart a line that is a million columns long."""
    wanted = "These columns are needed, separated by commas: " + ", ".join(COLUMNS) + "."
    if (count := first_line.count(",") + 1) > len(COLUMNS):
        raise FileNotUnderstood(f"The first line names {count:,} columns. {wanted}")
    names = [name.strip().lower() for name in next(csv.reader([first_line[:LONGEST_LINE]]), [])]
    known = {column.lower() for column in COLUMNS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise FileNotUnderstood(f"The first line names a column that is not known: “{unknown[0][:40]}”. {wanted}")
    if len(set(names)) < len(names):
        raise FileNotUnderstood(f"The first line names a column twice. {wanted}")
    missing = [column for column in COLUMNS if column.lower() not in names and column not in OPTIONAL]
    if missing:
        raise FileNotUnderstood(f"The first line lacks {', '.join(missing)}. {wanted}")
