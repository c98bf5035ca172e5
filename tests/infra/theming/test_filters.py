"""How values are written for people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from ctorendang.infra.theming.filters import FILTERS, contributions, paragraphs, query_string, seed, without


def write(expression: str, locale: str = "en-GB", **values) -> str:
    environment = Environment(autoescape=True)
    environment.filters.update(FILTERS)
    return environment.from_string("{{ " + expression + " }}").render(tenant={"locale": locale}, **values)


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (18000, "EUR", "en-GB", "€180"),
        (18050, "EUR", "en-GB", "€180.50"),
        (1234500, "USD", "en-US", "$12,345"),
        (1234500, "JPY", "en-US", "¥1,234,500"),
        (18000, "EUR", "no-such-locale", "€180"),
        (0, "USD", "en-US", "$0"),
    ],
)
def test_money_is_written_in_the_tenants_locale(minor, currency, locale, text):
    assert write("minor | money(currency)", locale, minor=minor, currency=currency) == text


def test_money_that_is_not_said_is_nothing():
    assert write("none | money('EUR')") == ""


def test_dates_may_be_text_or_dates():
    assert write("'2026-07-06' | date") == "6 Jul 2026"
    assert write("day | date('long')", "en-US", day=date(2026, 7, 6)) == "July 6, 2026"
    assert write("'' | date") == ""
    assert (
        write("'2026-07-06T23:30:00+02:00' | time")
        == "21:30"
        == write("at | time", at=datetime(2026, 7, 6, 21, 30, tzinfo=UTC))
    )
    assert write("then | ago", then=(datetime.now(UTC) - timedelta(days=3)).isoformat()) == "3 days ago"


def test_moments_are_told_where_the_reader_is_and_days_stay_what_they_are():
    viewer = {"timeZone": "America/Los_Angeles", "locale": "de-DE"}
    assert write("'2026-07-06T02:30:00+00:00' | date", viewer=viewer) == "05.07.2026"
    assert write("'2026-07-06T02:30:00+00:00' | time", viewer=viewer) == "19:30"
    assert write("'2026-07-06' | date", viewer=viewer) == "06.07.2026"
    assert write("day | date", day=date(2026, 7, 6), viewer=viewer) == "06.07.2026"
    assert write("'2026-07-06T02:30:00+00:00' | time", viewer={"timeZone": "No/Where"}) == "02:30"
    assert write("1234.5 | number", viewer=viewer) == "1.234,5"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Lovelace", "AL"), ("Ada King Lovelace", "AL"), ("Ada", "A"), ("", ""), ("Ödön É.", "ÖÉ")],
)
def test_initials_are_of_the_first_and_last_word(name, letters):
    assert write("name | initials", name=name) == letters


def test_counts_come_with_their_noun():
    assert write("1 | plural('project')") == "1 project"
    assert write("1204 | plural('person', 'people')") == "1,204 people"


@given(st.text())
def test_paragraphs_never_let_markup_through(text):
    left = paragraphs(text).replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert "<" not in left
    assert ">" not in left


def test_paragraphs_keep_lines_and_blank_lines():
    assert paragraphs("one\r\ntwo\n\n\n<b>three") == "<p>one<br>two</p><p>&lt;b&gt;three</p>"


COMPONENTS = st.lists(
    st.fixed_dictionaries({"weight": st.floats(0, 1), "value": st.floats(0, 1), "note": st.just("")}),
    min_size=1,
    max_size=8,
)


@given(COMPONENTS)
def test_displayed_points_add_up_to_the_displayed_score(explanation):
    total = sum(part["weight"] * part["value"] for part in explanation)
    rows = contributions(explanation)
    assert round(sum(row["shown"] for row in rows), 1) == round(total * 1000) / 10
    assert all(abs(row["shown"] - row["weight"] * row["value"] * 100) <= 0.1 + 1e-9 for row in rows)
    assert rows == sorted(rows, key=lambda row: -row["shown"])


def test_a_chip_takes_one_value_out_of_the_address():
    query = {"skills": ["Go", "C++"], "search": "a&b", "after": "cursor", "minYears": ""}
    assert query_string(without(query, "skills", "Go")) == "?skills=C%2B%2B&search=a%26b"
    assert query_string(without(query, "skills")) == "?search=a%26b"
    assert query_string({}) == ""


def test_a_portraits_numbers_depend_on_the_id_alone():
    assert seed("a") == seed("a") != seed("b")
    assert len(seed("a", 20)) == 20
