"""Small files to begin with, in both formats: what they hold can be imported as it is."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from ctorendang.domains.ctos.importing.files import COLUMNS

_PEOPLE: tuple[dict[str, Any], ...] = (
    {
        "email": "ada@example.com",
        "name": "Ada Sample",
        "headline": "Takes payment systems apart, and the teams around them forward",
        "bio": "Twelve years with payment systems.\nTook a team from five people to forty.",
        "skills": [{"name": "Kubernetes", "level": 4}, {"name": "Terraform", "level": 3}],
        "industries": ["Banking", "Insurance"],
        "hourlyRate": 18000,
        "availability": 16,
        "yearsExperience": 12,
        "timeZone": "Europe/Berlin",
    },
    {
        "email": "grace@example.com",
        "name": "Grace Sample",
        "headline": "First technical lead for young companies",
        "bio": "Built three products from the first line to the first hundred customers, “on time”.",
        "skills": [{"name": "Python", "level": 5}],
        "industries": [],
        "hourlyRate": 15000,
        "availability": 8,
        "yearsExperience": 9,
        "timeZone": "America/New_York",
    },
)


def csv_sample(currency: str) -> bytes:
    """As spreadsheets open it: with a byte order mark, since some take it for Latin-1 otherwise.

    Args:
        currency: the tenant's.
    """
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    rows.writerows([_as_text(value) for value in row.values()] for row in _rows(currency))
    return written.getvalue().encode("utf-8-sig")


def json_sample(currency: str) -> bytes:
    """An object a line; ``currency`` is the tenant's."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in _rows(currency))


def _rows(currency: str) -> Iterator[dict[str, Any]]:
    for person in _PEOPLE:
        values = {**person, "currency": currency}
        yield {column: values[column] for column in COLUMNS}


def _as_text(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    return "; ".join(f"{each['name']}:{each['level']}" if isinstance(each, dict) else each for each in value)
