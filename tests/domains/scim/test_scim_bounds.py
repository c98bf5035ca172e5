"""What a directory sends may be large; it never costs more than it should."""

import time
from typing import Any

import pytest
from tests.domains.scim.directories import BULK, PATCH, USER, Directory, told

from ctorendang.domains.scim.dialects import understood

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
TERMS = " or ".join(['userName eq "a"'] * 45_000)
MANY = " or ".join(['type eq "a"'] * 40_000)


@pytest.mark.parametrize("name", ["a@" + "." * 200_000 + "@", "a@" + "b." * 100_000 + " ", "@" * 200_000])
def test_a_long_name_that_is_no_address_is_seen_at_once(name: str) -> None:
    body = f'{{"schemas": ["{USER}"], "userName": "{name}"}}'.encode()
    began = time.perf_counter()
    assert b'"emails"' not in understood("POST", "/Users", body)
    assert time.perf_counter() - began < 1


def test_a_name_that_is_an_address_is_taken_for_one() -> None:
    assert b'"value": "ada@mail.corp.example"' in understood("POST", "/Users", b'{"userName": "ada@mail.corp.example"}')
    assert b'"emails"' not in understood("POST", "/Users", b'{"userName": "ada@' + b"corp." * 100 + b'example"}')


@pytest.mark.parametrize("path", ["/.search", "/Users/.search", "/Groups/.search"])
async def test_a_search_in_a_body_is_bounded_as_one_in_an_address(directory: Directory, path: str) -> None:
    for name in ("filter", "Filter"):
        answer = await directory.send("POST", path, {"schemas": [SEARCH], name: TERMS})
        assert told(answer)[:2] == (400, "invalidFilter")


async def test_a_search_in_a_body_understands_what_entra_asks(directory: Directory) -> None:
    made = await directory.add()
    asked = f'emails[type eq "work"].value eq "{made["userName"]}"'
    answer = await directory.send("POST", "/Users/.search", {"schemas": [SEARCH], "filter": asked})
    assert answer.json()["totalResults"] == 1, answer.text


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": f"emails[{MANY}].value", "value": "x"},
        {"op": "remove", "path": f"emails[{MANY}]"},
        {"op": "remove", "path": f"emails[{MANY}]", "value": "x"},
        {"op": "replace", "value": {f"emails[{MANY}].value": "x"}},
    ],
)
async def test_a_path_that_filters_is_bounded(directory: Directory, operation: dict[str, Any]) -> None:
    made = await directory.add()
    assert told(await directory.patch(made, operation))[:2] == (400, "invalidFilter")
    data = {"schemas": [PATCH], "Operations": [operation]}
    many = [{"method": "PATCH", "path": f"/Users/{made['id']}", "data": data}]
    answer = await directory.send("POST", "/Bulk", {"schemas": [BULK], "Operations": many})
    assert told(answer)[:2] == (400, "invalidFilter")
