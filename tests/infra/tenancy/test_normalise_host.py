"""Host names as they are compared."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ctorendang.infra.tenancy.hosts import normalise_host

NORMAL = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z")

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=5).map(".".join)
ports = st.integers(0, 65_535).map(str)


@given(st.text())
def test_anything_becomes_a_normal_name_or_nothing(header: str):
    host = normalise_host(header)
    assert host is None or NORMAL.match(host)


@given(st.text(alphabet="aA.:-@/[]0xn\u00fc\u00df\u3002\uff0e \t", max_size=40))
def test_what_looks_like_a_name_becomes_a_normal_one_or_nothing(header: str):
    host = normalise_host(header)
    assert host is None or NORMAL.match(host)


@given(names)
def test_a_normal_name_stays_as_it_is(name: str):
    assert normalise_host(name) == name


@given(st.text())
def test_normalising_again_changes_nothing(header: str):
    host = normalise_host(header)
    assume(host is not None)
    assert normalise_host(host or "") == host


@given(names, ports, st.data())
def test_case_port_and_trailing_dot_make_no_difference(name: str, port: str, data: st.DataObject):
    written = "".join(letter.upper() if data.draw(st.booleans()) else letter for letter in name)
    for variant in (written, f"{written}.", f"{written}:{port}", f"{written}.:{port}", f" {written} "):
        assert normalise_host(variant) == name


@given(names, st.sampled_from("/?#@\\%,;_*'\"<>[]{}|^`~!$&()+= \t\n\0"))
def test_a_name_with_anything_else_in_it_is_none(name: str, character: str):
    for place in (1, len(name) // 2 or 1):
        assert normalise_host(name[:place] + character + name[place:] + "x") is None


@given(names, names)
def test_different_names_stay_different(one: str, other: str):
    assume(one != other)
    assert normalise_host(one) != normalise_host(other)


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("XN--MNCHEN-3YA.example:443", "xn--mnchen-3ya.example"),
        ("münchen。example", "xn--mnchen-3ya.example"),
        ("", None),
        (".", None),
        ("..", None),
        ("a..b", None),
        (".a", None),
        ("-a.example", None),
        ("a-.example", None),
        ("a.example:", None),
        ("a.example:80:80", None),
        ("a.example:٣", None),
        ("[::1]", None),
        ("[::1]:80", None),
        ("a" * 64 + ".example", None),
        (".".join(["a" * 60] * 5), None),
        ("a.example\r\nx-injected: 1", None),
        ("\ud800.example", None),
    ],
)
def test_a_header_leads_to(header: str, host: str | None):
    assert normalise_host(header) == host
