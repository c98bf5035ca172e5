"""Files of profiles: all rows or none, told cell by cell."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctorendang.domains.ctos.importing.errors import FileNotUnderstood
from ctorendang.domains.ctos.importing.files import COLUMNS, LONGEST_LINE, MOST_BYTES, MOST_ROWS
from ctorendang.domains.ctos.importing.rows import CheckedFile, check_file

CSV = """email,name,headline,bio,skills,industries,hourlyRate,currency,availability,yearsExperience,timeZone
{rows}"""
ROW = (
    'ada{n}@people.example,Ada {n},Scales teams,"Twelve years, in payments",'
    "Kubernetes:4; Terraform,Banking,18000,EUR,16,12,Europe/Berlin"
)


def csv_file(*rows: str) -> bytes:
    return CSV.format(rows="\n".join(rows)).encode()


def record(n: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "email": f"ada{n}@people.example",
        "name": f"Ada {n}",
        "headline": "Scales teams",
        "bio": "Twelve years, in payments",
        "skills": [{"name": "Kubernetes", "level": 4}, {"name": "Terraform"}],
        "industries": ["Banking"],
        "hourlyRate": 18000,
        "currency": "EUR",
        "availability": 16,
        "yearsExperience": 12,
        "timeZone": "Europe/Berlin",
        **changes,
    }


def json_file(*records: Any) -> bytes:
    return "\n".join(json.dumps(each) for each in records).encode()


def problems(content: bytes) -> list[tuple[int, str]]:
    return [(each.line, each.column) for each in check_file(content, "EUR").problems]


def test_both_formats_say_the_same():
    from_csv = check_file(csv_file(ROW.format(n=1)), "EUR")
    from_json = check_file(json_file(record(1)), "EUR")
    assert from_csv.problems == from_json.problems == []
    (csv_row,), (json_row,) = from_csv.profiles, from_json.profiles
    assert (csv_row.email, csv_row.name, csv_row.draft) == (json_row.email, json_row.name, json_row.draft)
    assert [(skill.name, skill.level) for skill in csv_row.draft.skills] == [("Kubernetes", 4), ("Terraform", 3)]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + csv_file(ROW.format(n=1)),
        csv_file(ROW.format(n=1)).replace(b"\n", b"\r\n"),
        csv_file(ROW.format(n=1)).replace(b"\n", b"\r"),
        csv_file(ROW.format(n=1), "", " ,,,,,,,,,,", ""),
        csv_file(ROW.format(n=1)).replace(b"yearsExperience", b" YearsExperience "),
        b"\xef\xbb\xbf\n" + json_file(record(1)) + b"\r\n\r\n",
    ],
)
def test_what_programs_write_around_rows_is_fine(content: bytes):
    checked = check_file(content, "EUR")
    assert (checked.problems, len(checked.profiles)) == ([], 1)


def test_columns_come_in_any_order_and_some_may_be_left_out():
    content = b"name,email,skills,bio,headline,yearsExperience,availability,hourlyRate\nAda,a@b.example,Go,x,y,1,2,3"
    (profile,) = check_file(content, "EUR").profiles
    assert (profile.draft.time_zone, profile.draft.industries) == ("UTC", [])


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1"])
def test_what_a_spreadsheet_takes_for_a_formula_is_refused(text: str):
    assert problems(csv_file(ROW.format(n=1).replace("Scales teams", text))) == [(2, "headline")]
    assert problems(csv_file(ROW.format(n=1).replace("18000", "=1+1"))) == [(2, "hourlyRate")]


def test_a_dash_may_begin_a_list_and_json_has_no_formulas():
    assert problems(csv_file(ROW.format(n=1).replace("Scales teams", "- Scales teams"))) == []
    assert check_file(json_file(record(1, headline="=1+1")), "EUR").problems == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (csv_file(ROW.format(n=1)).decode().encode("utf-16"), "UTF-16"),
        (csv_file(ROW.format(n=1)).decode().encode("utf-16-le"), "NUL"),
        (csv_file(ROW.format(n="é")).decode().encode("latin-1"), "Line 2 is not in UTF-8"),
        (csv_file(ROW.format(n="\0")), "Line 2 holds a NUL byte"),
        (",".join(f"c{n}" for n in range(1_000_000)).encode(), "1,000,000 columns"),
        (csv_file("," * 1_000_000), "Line 2 has more than 100,000 characters"),
        (json_file(record(bio="x" * LONGEST_LINE)), "Line 1 has more than"),
        (csv_file(), "no rows"),
        (b"email,name\na@b.example,Ada", "lacks headline, bio, skills"),
        (csv_file().replace(b"bio", b"email"), "twice"),
        (csv_file().replace(b"bio", b"biography"), "not known: \u201cbiography\u201d"),
        (csv_file().replace(b",", b";"), "not known"),
        (csv_file(ROW.format(n=1)).replace(b"timeZone", b'"timeZone\nx"'), "without line breaks"),
        (csv_file(ROW.format(n=1), 'a"b,"', ROW.format(n=2)), "line 3 cannot be read"),
        (csv_file(ROW.format(n=1), '"never closed' + "\nx" * 100_000), "line 3 cannot be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "NUL"),
        (b"{}\n" * (MOST_ROWS + 1), "at most 50,000 rows"),
        (b"x" * (MOST_BYTES + 1), "at most 50 MB"),
    ],
    ids=range(20),
)
def test_what_is_no_such_file_is_refused_in_words(content: bytes, said: str):
    with pytest.raises(FileNotUnderstood) as refused:
        check_file(content, "EUR")
    assert said in refused.value.detail


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("email", "nobody"),
        ("email", 5),
        ("name", "www.spam.example"),
        ("name", "a\u0000b"),
        ("headline", "x" * 141),
        ("headline", ""),
        ("bio", None),
        ("bio", "x" * 6_001),
        ("skills", []),
        ("skills", "Kubernetes"),
        ("skills", [{"name": "Kubernetes", "level": 6}]),
        ("skills", [{"name": "Kubernetes", "level": True}]),
        ("skills", [{"name": "Kubernetes", "years": -1}]),
        ("skills", [{"name": f"Skill {n}"} for n in range(21)]),
        ("industries", ["Alchemy"]),
        ("industries", "Banking"),
        ("hourlyRate", -1),
        ("hourlyRate", 180.5),
        ("hourlyRate", True),
        ("hourlyRate", "18000"),
        ("hourlyRate", 10**30),
        ("currency", "USD"),
        ("availability", 61),
        ("yearsExperience", None),
        ("timeZone", "Mars/Olympus"),
        ("salary", 1),
    ],
)
def test_a_cell_that_will_not_do_is_told_by_line_and_column(column: str, value: Any):
    assert problems(json_file(record(1), record(2, **{column: value}))) == [(2, column)]


def test_every_problem_of_every_row_is_told():
    rows = [ROW.format(n=1), ROW.format(n=2).replace("18000", "much").replace(",16,", ",,"), "one,two", ROW.format(n=1)]
    assert problems(csv_file(*rows)) == [(3, "hourlyRate"), (3, "availability"), (4, "row"), (5, "email")]


def test_lines_are_counted_as_an_editor_counts_them():
    rows = [ROW.format(n=1).replace("Twelve years", "Twelve\nyears\n"), ROW.format(n=2).replace("EUR", "USD")]
    assert problems(csv_file(*rows)) == [(5, "currency")]
    lines = b"\n{not json\n\n[]\n" + json_file(record(1, currency="USD"))
    assert problems(lines) == [(2, "row"), (4, "row"), (5, "currency")]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: csv_file(text))))
@example(b"\x1c")
@example("\N{NO-BREAK SPACE}\n\N{IDEOGRAPHIC SPACE}".encode())
def test_no_bytes_do_more_than_be_refused(content: bytes):
    checked = CheckedFile()
    with contextlib.suppress(FileNotUnderstood):
        checked = check_file(content, "EUR")
    assert len(checked.problems) >= len(checked.profiles)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(COLUMNS) | st.text(max_size=8), VALUES, max_size=12))
def test_no_object_does_more_than_be_refused(values: dict[str, Any]):
    checked = check_file(b'{"email": "\\u0061"}\n' + json.dumps(record() | values).encode(), "EUR")
    assert checked.problems
    assert all(problem.message.encode() for problem in checked.problems)


def test_deep_nesting_is_a_problem_of_its_line():
    assert problems(json_file(record(1)) + b"\n" + b'{"bio":' * 9_000 + b"1" + b"}" * 9_000) == [(2, "row")]
