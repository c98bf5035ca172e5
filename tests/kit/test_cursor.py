"""Cursors, and what is not one."""

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctorendang.kit.cursor import InvalidCursor, decode_cursor, encode_cursor

sort_values = st.lists(
    st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), max_size=4
)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def as_cursor(value: object) -> str:
    """What somebody who has looked into cursors could make."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(sort_values)
def test_a_cursor_brings_its_sort_values_back(values):
    assert decode_cursor(encode_cursor(values), len(values)) == values


@given(sort_values, st.integers(0, 5))
def test_a_cursor_of_another_ordering_is_refused(values, length):
    if length != len(values):
        with pytest.raises(InvalidCursor):
            decode_cursor(encode_cursor(values), length)


@given(st.text(st.characters()) | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()))
@example("[" * 999)
@example(as_cursor("x" * 2_000))
def test_garbage_is_refused_as_a_cursor_and_never_as_a_failure(garbage):
    try:
        values = decode_cursor(garbage, 1)
    except InvalidCursor:
        return
    assert len(values) == 1


@given(st.lists(json_values, min_size=1, max_size=3))
@example(["\0"])
@example(["\ud800"])
@example([10**400])
def test_what_a_cursor_holds_is_nothing_or_text_that_a_database_takes(values):
    try:
        decoded = decode_cursor(as_cursor(values), len(values))
    except InvalidCursor:
        return
    for value in decoded:
        if value is not None:
            assert "\0" not in value.encode().decode()
