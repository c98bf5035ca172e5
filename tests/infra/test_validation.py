"""Input from outside, field by field."""

import re
import unicodedata
from datetime import date
from email.headerregistry import Address
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.validation import Fields, clean, like, searched

anything = st.text(st.characters(), max_size=80)
COLOURS = frozenset({"red", "green", "blue"})


def accepted(fields: Fields) -> bool:
    return not fields.problems


def test_everything_that_is_wrong_is_said_at_once():
    fields = Fields()
    fields.text("name", "", most=10)
    fields.number("age", -1, least=0, most=150)
    fields.email("email", "nobody")
    with pytest.raises(InvalidInput) as refusal:
        fields.done()
    assert set(refusal.value.fields) == {"name", "age", "email"}
    assert all(message.endswith(".") for message in refusal.value.fields.values())


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [(1960, 2026, "Use a number from 1960 to 2026."), (0, 1_000_000, "Use a number from 0 to 1,000,000.")],
)
def test_bounds_are_told_as_people_write_them(least: int, most: int, told: str):
    fields = Fields()
    fields.number("n", most + 1, least=least, most=most)
    assert fields.problems == {"n": told}


@pytest.mark.parametrize("value", [-1, 1_000_001])
def test_bounds_of_money_are_told_in_whole_units(value: int):
    fields = Fields()
    assert fields.amount("rate", value, most=1_000_000) == 0
    assert fields.optional_amount("budget", None, most=1) is None
    assert fields.problems == {"rate": "Use an amount from 0 to 10,000.00."}


def test_the_first_problem_of_a_field_is_the_one_that_is_told():
    fields = Fields()
    fields.refuse("name", "First.")
    fields.refuse("name", "Second.")
    assert fields.problems == {"name": "First."}


@given(anything)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@given(anything, st.booleans())
@example("a\0b", True)
@example("a\x85b", False)
@example("\ud800", True)
@example("line\r\nbreak", False)
def test_text_that_is_accepted_can_be_kept_and_shown(text, lines):
    fields = Fields()
    kept = fields.text("field", text, most=60, lines=lines)
    if accepted(fields):
        assert 1 <= len(kept) <= 60
        assert kept == kept.strip()
        assert unicodedata.is_normalized("NFC", kept)
        allowed = "\n\t" if lines else ""
        assert not [c for c in kept if unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed]
        assert kept.encode()
    else:
        assert kept == ""


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=50))
def test_letters_digits_and_signs_of_any_language_are_accepted(text):
    fields = Fields()
    kept = fields.text("field", text, most=100)
    assert accepted(fields), fields.problems
    assert kept == unicodedata.normalize("NFC", text)


def test_signs_that_are_newer_than_this_python_are_accepted():
    fields = Fields()
    assert fields.text("bio", "Shaking \U0001fae8 things up", most=60) == "Shaking \U0001fae8 things up"
    assert accepted(fields)


@pytest.mark.parametrize("invisible", ["\u200b", "\u2060\ufeff", "\u00ad", "\u200e \u200f"])
def test_text_that_nobody_can_see_counts_as_nothing(invisible):
    fields = Fields()
    fields.text("name", invisible, most=10)
    assert fields.problems == {"name": "Fill this in."}


@pytest.mark.parametrize("direction", ["\u202e", "\u2066", "\u202a"])
def test_text_cannot_turn_around_what_stands_beside_it(direction):
    fields = Fields()
    fields.text("name", f"Ada {direction}nimda", most=30)
    assert not accepted(fields)


def test_text_far_too_long_is_refused_without_being_looked_at():
    fields = Fields()
    fields.text("bio", "x" * 10_000_000, most=6_000, lines=True)
    assert fields.problems == {"bio": "Use at most 6,000 characters."}


@pytest.mark.parametrize(("value", "good"), [(0, True), (60, True), (-1, False), (61, False), (None, False)])
def test_a_number_stays_within_its_bounds(value, good):
    fields = Fields()
    fields.number("hours", value, least=0, most=60)
    assert accepted(fields) is good


def test_a_number_that_may_be_missing_may_be_missing():
    fields = Fields()
    assert fields.optional_number("budget", None, least=0, most=10) is None
    assert accepted(fields)


@given(st.emails() | anything)
@example("a..b@x.example")
@example(".a@x.example")
@example("a.@x.example")
@example("ada@x.example\nBcc: eve@evil.example")
@example("ada@-x.example")
def test_an_address_that_is_accepted_can_be_written_to(typed):
    fields = Fields()
    address = fields.email("email", typed)
    if accepted(fields):
        parsed = Address(addr_spec=address)
        assert parsed.addr_spec == address == address.lower()
        assert address.isascii()
        assert "." in parsed.domain


@pytest.mark.parametrize(
    "address",
    ["ada@client.example", "Ada.Lovelace+cto@Mail.Client.example", "o'brien@client.example", "a@xn--bcher-kva.example"],
)
def test_usual_addresses_are_accepted(address):
    fields = Fields()
    assert fields.email("email", f" {address} ") == address.lower()
    assert accepted(fields)


@pytest.mark.parametrize(
    "address", ["", "ada", "ada@", "@client.example", "ada@client", "a b@client.example", "ä@b.de"]
)
def test_what_is_no_address_is_refused(address):
    fields = Fields()
    fields.email("email", address)
    assert not accepted(fields)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("x" * 11, False),
        ("x" * 12, True),
        ("x" * 200, True),
        ("x" * 201, False),
        ("twelve\0chars", False),
        ("пароль " * 3, True),
    ],
)
def test_a_password_is_long_and_printable(password, good):
    fields = Fields()
    fields.password("password", password)
    assert accepted(fields) is good


@given(st.lists(st.sampled_from(sorted(COLOURS)) | anything, max_size=6))
def test_choices_that_are_accepted_are_different_and_known(values):
    fields = Fields()
    chosen = fields.choices("colours", values, COLOURS, most=2)
    if accepted(fields):
        assert set(chosen) <= COLOURS
        assert len(chosen) == len(set(chosen)) <= 2
        assert chosen == list(dict.fromkeys(values))


def test_one_of_a_few_is_one_of_a_few():
    fields = Fields()
    fields.choice("colour", "mauve", COLOURS)
    assert fields.problems == {"colour": "Choose one of: blue, green, red."}


@given(anything | st.sampled_from(["Europe/Berlin", "UTC", "../../etc/passwd", "europe/berlin"]))
def test_a_time_zone_that_is_accepted_is_one(typed):
    assert ZoneInfo(Fields().time_zone("timeZone", typed))


@given(st.dates() | st.none())
def test_a_day_stays_within_its_bounds(day):
    least, most = date(2020, 1, 1), date(2030, 1, 1)
    fields = Fields()
    kept = fields.day("startsOn", day, least=least, most=most)
    assert kept is None or least <= kept <= most
    assert accepted(fields) is (day is None or least <= day <= most)
    assert kept == (day if accepted(fields) else None)


@given(st.none() | anything)
@example("100%_\\")
@example("\0\ud800")
def test_a_search_looks_for_what_was_typed_and_nothing_more(typed):
    text = searched(typed)
    assert text.isprintable()
    assert len(text) <= 100
    inner = like(text)[1:-1]
    assert like(text) == f"%{inner}%"
    assert re.sub(r"\\(.)", r"\1", inner) == text
    assert not set(re.sub(r"\\.", "", inner)) & set("%_\\")
