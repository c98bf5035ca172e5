"""Filters, sorting and pages; and nonsense, which is answered with a refusal and never with a failure."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domains.scim.directories import ENTERPRISE, PATCH, Directory, told, user

from ctorendang.domains.scim import storage
from ctorendang.domains.scim.schemas import BASE_PATH

PEOPLE = [
    {"userName": "ada@corp.example", "title": "CTO", "displayName": "Ada", "nickName": "Countess"},
    {"userName": "Grace@corp.example", "title": "Admiral", "displayName": "grace", "active": False},
    {"userName": "linus_1@corp.example", "displayName": "Linus%", ENTERPRISE: {"department": "Kernel"}},
]


@pytest.fixture
async def people(directory: Directory) -> Directory:
    for each in PEOPLE:
        await directory.add(**each)
    await directory.group("Pioneers", *(await directory.send("GET", "/Users")).json()["Resources"][:2])
    await directory.group("Others")
    return directory


async def names(directory: Directory, path: str = "/Users", **parameters: str) -> list[str]:
    answer = await directory.send("GET", path, **parameters)
    assert answer.status_code == 200, answer.text
    return [each.get("userName", each.get("displayName")).split("@")[0] for each in answer.json()["Resources"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('userName eq "ADA@corp.example"', ["ada"]),
        ('userName ne "ada@corp.example"', ["Grace", "linus_1"]),
        ('userName sw "gr"', ["Grace"]),
        ('userName co "_1"', ["linus_1"]),
        ('userName co "%"', []),
        ('userName ew "corp.example"', ["ada", "Grace", "linus_1"]),
        ('userName gt "b"', ["Grace", "linus_1"]),
        ('displayName co "%"', ["linus_1"]),
        ('title eq "cto"', ["ada"]),
        ("title pr", ["ada", "Grace"]),
        ("not (title pr)", ["linus_1"]),
        ("active eq true", ["ada", "linus_1"]),
        ('active eq false and title co "adm"', ["Grace"]),
        ('userName sw "a" or userName sw "l"', ["ada", "linus_1"]),
        ('(userName sw "a" or nickName pr) and active eq true', ["ada"]),
        ('not (userName sw "a" or userName sw "l")', ["Grace"]),
        ('emails.value eq "GRACE@corp.example"', ["Grace"]),
        ('emails[type eq "work" and value sw "li"]', ["linus_1"]),
        ('emails[type eq "home"]', []),
        (f'{ENTERPRISE}:department eq "kernel"', ["linus_1"]),
        ('name.familyName eq "adams" and not (userName sw "a")', ["Grace", "linus_1"]),
        ('groups.display eq "Pioneers"', ["ada", "Grace"]),
        ('meta.created gt "2020-01-01T00:00:00Z"', ["ada", "Grace", "linus_1"]),
        ('meta.lastModified lt "2020-01-01T00:00:00Z"', []),
        ('meta.created gt "2020-01-01T00:00:00"', []),  # of no time zone: not comparable (RFC 7643 section 2.3.5)
        ('id eq "nobody"', []),
        ('externalId eq "Nobody"', []),
        ("title eq null", ["linus_1"]),
        ('userName eq "\\u0000"', []),
        ('userName eq "\' or 1=1 --"', []),
        ('userName eq "\\"; drop table scim_users; --"', []),
    ],
)
async def test_filters_find_what_they_say(people: Directory, asked: str, found: list[str]) -> None:
    assert await names(people, filter=asked) == found


async def test_groups_are_found_by_name_and_member(people: Directory) -> None:
    ada = (await people.send("GET", "/Users", filter='userName sw "ada"')).json()["Resources"][0]["id"]
    assert await names(people, "/Groups", filter='displayName eq "pioneers"') == ["Pioneers"]
    assert await names(people, "/Groups", filter=f'members eq "{ada}"') == ["Pioneers"]
    assert await names(people, "/Groups", filter=f'members[value eq "{ada}"]') == ["Pioneers"]
    assert await names(people, "/Groups", filter=f'members.value eq "{ada.upper()}"') == []
    assert await names(people, "/Groups", filter="not (members pr)") == ["Others"]


async def test_the_root_searches_both(people: Directory) -> None:
    assert await names(people, "/", filter='displayName co "a"') == ["ada", "Grace"]
    assert await names(people, "/") == ["ada", "Grace", "linus_1", "Pioneers", "Others"]
    assert await names(people, "/", startIndex="3", count="2") == ["linus_1", "Pioneers"]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": 'userName sw "a"'}
    found = await people.send("POST", "/.search", body)
    assert found.json()["totalResults"] == 1


async def test_sorting(people: Directory) -> None:
    for by in ("userName", "displayName", "meta.created", "id"):
        assert await names(people, sortBy=by) == ["ada", "Grace", "linus_1"], by
        assert await names(people, sortBy=by, sortOrder="descending") == ["linus_1", "Grace", "ada"], by
    assert await names(people, sortBy="title") == ["Grace", "ada", "linus_1"], "without a value comes last"
    assert await names(people, "/Groups", sortBy="displayName") == ["Others", "Pioneers"]


async def test_pages(people: Directory) -> None:
    for parameters in ({}, {"sortBy": "title", "sortOrder": "descending"}, {"filter": "title pr or userName pr"}):
        seen: list[str] = []
        for start in range(1, 5):
            answer = await people.send("GET", "/Users", startIndex=str(start), count="1", **parameters)
            body = answer.json()
            assert body["totalResults"] == 3
            assert body["startIndex"] == start
            assert body["itemsPerPage"] == (1 if start < 4 else 0)
            seen += [each["userName"] for each in body["Resources"]]
        assert len(set(seen)) == 3, parameters


@pytest.mark.parametrize(
    ("parameters", "items"),
    [
        ({"count": "0"}, 0),
        ({"count": "-5"}, 0),
        ({"startIndex": "-5"}, 3),
        ({"startIndex": "0"}, 3),
        ({"startIndex": "9" * 30}, 0),
        ({"count": "9" * 30}, 3),
    ],
)
async def test_pages_beyond_the_ends(people: Directory, parameters: dict[str, str], items: int) -> None:
    answer = await people.send("GET", "/Users", **parameters)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["totalResults"], answer.json()["itemsPerPage"]) == (3, items)


@pytest.mark.parametrize(
    "parameters",
    [
        {"filter": "userName"},
        {"filter": "userName eq"},
        {"filter": 'userName xx "a"'},
        {"filter": 'userName eq "a'},
        {"filter": 'nothing eq "a"'},
        {"filter": "active gt true"},
        {"filter": "("},
        {"filter": "userName eq 'a'"},
        {"filter": "not (" * 500 + "title pr" + ")" * 500},
        {"filter": "title pr or " * 1000 + "title pr"},
        {"startIndex": "one"},
        {"count": "1.5"},
        {"sortBy": "emails.nothing"},
        {"sortOrder": "sideways"},
        {"attributes": "userName", "excludedAttributes": "title"},
    ],
)
async def test_what_makes_no_sense_is_refused(people: Directory, parameters: dict[str, str]) -> None:
    assert told(await people.send("GET", "/Users", **parameters))[0] == 400


async def test_what_would_take_too_long_is_refused(people: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MOST_EXAMINED", 2)
    assert told(await people.send("GET", "/Users", filter="title pr"))[:2] == (400, "tooMany")
    assert await names(people, filter='title pr and userName eq "ada@corp.example"') == ["ada"], "the index narrows it"
    assert len(await names(people)) == 3


PATHS = st.sampled_from(
    "userName id emails emails.value active meta.lastModified externalId name name.givenName groups groups.value"
    f" addresses x schemas urn:x:y {ENTERPRISE}:manager emails[value]".split()
)
LITERALS = st.one_of(
    st.text(max_size=20).map(json.dumps),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["true", "false", "null", '"2020-01-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59Z"']
    ),
    st.text(max_size=8),
)
COMPARISONS = st.builds(
    lambda path, op, value: f"{path} {op} {value}",
    PATHS,
    st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "EQ", "xx"]),
    LITERALS,
)
FILTERS = st.one_of(
    st.text(max_size=60),
    st.recursive(
        COMPARISONS | PATHS.map(lambda path: f"{path} pr"),
        lambda inner: st.one_of(
            st.builds(lambda a, op, b: f"{a} {op} {b}", inner, st.sampled_from(["and", "or"]), inner),
            inner.map(lambda each: f"not ({each})"),
            inner.map(lambda each: f"({each})"),
            st.builds(lambda path, each: f"{path}[{each}]", PATHS, inner),
            st.builds(lambda path, each: f"{path}[{each}].value eq 1", PATHS, inner),
        ),
        max_leaves=6,
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMED = st.dictionaries(
    st.sampled_from(
        ["schemas", "userName", "emails", "active", "name", "members", "displayName", "Operations", "filter"]
    ),
    JSON,
    max_size=5,
)
PATCHES = st.builds(
    lambda operations: {"schemas": [PATCH], "Operations": operations},
    st.lists(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["add", "Remove", "replace", "x"])},
            optional={"path": PATHS | FILTERS | st.text(max_size=20), "value": JSON | NAMED},
        ),
        max_size=4,
    ),
)
FUZZ = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@FUZZ
@given(asked=FILTERS, sort=st.sampled_from(["", "userName", "title", "meta.created", "emails", "x"]))
async def test_no_filter_ever_makes_it_fail(people: Directory, asked: str, sort: str) -> None:
    more = {"sortBy": sort} if sort else {}
    for path in ("/Users", "/Groups", "/"):
        answer = await people.send("GET", path, filter=asked.encode("utf-8", "replace").decode(), **more)
        assert answer.status_code in (200, 400), (asked, answer.text)
        assert answer.headers["content-type"].startswith("application/scim+json")


@FUZZ
@given(method=st.sampled_from(["POST", "PUT", "PATCH"]), body=JSON | NAMED | PATCHES, data=st.data())
async def test_no_body_ever_makes_it_fail(people: Directory, method: str, body: Any, data: st.DataObject) -> None:
    target = (await people.send("GET", "/Users", count="1")).json()["Resources"][0]["id"]
    paths = {"POST": ["/Users", "/Groups", "/Bulk", "/.search", "/Users/.search"]}
    path = data.draw(st.sampled_from(paths.get(method, [f"/Users/{target}", f"/Groups/{target}"])))
    text = json.dumps(body)
    answer = await people.send(method, path, text.encode())
    assert answer.status_code < 500, (method, path, text, answer.text)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"userName": NaN}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "\\ud800"}',
        b'{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "\\u0000"}',
        b'{"userName": ' + b"9" * 10_000 + b"}",
    ],
)
async def test_bodies_that_are_none(directory: Directory, body: bytes) -> None:
    made = await directory.add()
    for method, path in (("POST", "/Users"), ("PUT", f"/Users/{made['id']}"), ("PATCH", f"/Users/{made['id']}")):
        assert told(await directory.send(method, path, body))[0] == 400, method


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/Users", 405),
        ("PATCH", "/Groups", 405),
        ("DELETE", "/Users", 405),
        ("POST", "/Schemas", 405),
        ("GET", "/Users/%00", 404),
        ("GET", "/Users/../Groups/x/y", 404),
        ("GET", "/Users/nobody", 404),
        ("GET", "/Nothing", 404),
        ("GET", "/Me", 501),
        ("GET", "/Schemas/urn:nothing", 404),
        ("GET", "/%ff%fe", 404),
    ],
)
async def test_addresses_that_are_none(directory: Directory, method: str, path: str, status: int) -> None:
    assert told(await directory.send(method, path))[0] == status


async def test_other_types_of_content_are_refused(directory: Directory) -> None:
    answer = await directory.send("POST", "/Users", user(), headers={"content-type": "text/xml"})
    assert told(answer)[0] == 415
    async with directory.market.browser() as browser:
        answer = await browser.get(BASE_PATH + "/Users", headers={"authorization": f"Bearer {directory.token}"})
    assert answer.headers["content-type"].startswith("application/scim+json"), "whatever a client says it accepts"
