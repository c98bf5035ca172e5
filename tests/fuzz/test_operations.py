"""Every operation of the schema, as schemathesis makes them up."""

import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from tests.fuzz.conftest import Playground, examples
from tests.fuzz.nonsense import HARDEST

SDL = (Path(__file__).parents[2] / "schema.graphql").read_text()

schemathesis.graphql.scalar("Date", st.dates().map(str).map(nodes.String) | st.text(max_size=10).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(str).map(nodes.String))

OPERATIONS = {each.ok().label: each.ok() for each in schemathesis.graphql.from_file(SDL).get_all_operations()}
# They end or change what the run stands on; sessions and passwords have tests of their own.
ENDS_THE_RUN = {"Mutation.signOut"}

_ID = re.compile(r'\b((?:cto|project|member|engagement)?[iI]d): (?:"(?:[^"\\]|\\.)*"|-?\d+)')


FIELDS = sorted(set(re.findall(r"^  (\w+):", "".join(re.findall(r"^input \w+ \{.*?^\}", SDL, re.S | re.M)), re.M)))


def known_ids(playground: Playground, label: str) -> list[str]:
    """Ids of things that exist; what is closed takes nothing any more, so only the spare project is."""
    return sorted(id_ for kind, id_ in playground.ids.items() if kind != "project" or label != "Mutation.closeProject")


def with_ids(source: str, ids: list[str]) -> str:
    """The document with ids of things that exist in place of made-up ones, as far as there are some."""
    left = iter(ids)
    return _ID.sub(lambda found: f'{found[1]}: "{next(left, "x")}"', source)


@pytest.mark.parametrize("label", sorted(set(OPERATIONS) - ENDS_THE_RUN))
@examples(8)
@given(data=st.data())
async def test_any_valid_operation_is_answered_or_refused_and_never_fails(playground: Playground, label, data):
    case = data.draw(OPERATIONS[label].as_strategy())
    role = data.draw(st.sampled_from(sorted(playground.visitors)))
    ids = data.draw(st.lists(st.sampled_from(known_ids(playground, label)), max_size=3))
    source = with_ids(case.body, ids)
    token = playground.visitors[role].access_token
    async with playground.browser("visitor", accept="application/json") as browser:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        response = await browser.post("/graphql", json={"query": source}, headers=headers)
    assert response.status_code in {200, 400}, (response.status_code, source)
    body = response.json()
    for error in body.get("errors", ()):
        assert error["extensions"]["code"] != "internal_error", source
    if response.status_code == 400:
        # What schemathesis makes up is valid but for its size and its dates.
        (error,) = body["errors"]
        too_large = error["extensions"]["code"] == "operation_too_large" or "at most" in error["message"]
        assert too_large or "represent a Date" in error["message"], error


def arguments() -> dict[str, dict[str, str]]:
    """The types of the arguments of each operation that takes some."""
    found = {}
    for kind in ("Query", "Mutation"):
        fields = SDL.split(f"type {kind} {{")[1].split("\n}")[0]
        for field, taken in re.findall(r"^  (\w+)\((.+)\): ", fields, re.MULTILINE):
            found[f"{kind}.{field}"] = dict(re.findall(r"(\w+): ([\w!\[\]]+)", taken))
    return found


@pytest.mark.parametrize(("label", "declared"), arguments().items(), ids=arguments())
@examples(5)
@given(data=st.data())
async def test_any_value_at_all_in_a_variable_is_answered_or_refused(playground: Playground, label, declared, data):
    kind, field = label.split(".")
    text = st.text(max_size=20) | st.sampled_from([*HARDEST[:-2], *known_ids(playground, label)])
    leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
    keys = st.sampled_from(FIELDS)
    tree = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=8), max_leaves=10
    )
    variables = {name: data.draw(tree) for name in declared}
    signature = ", ".join(f"${name}: {type_}" for name, type_ in declared.items())
    passed = ", ".join(f"{name}: ${name}" for name in declared)
    source = f"{kind.lower()}({signature}) {{ {field}({passed}) {{ __typename }} }}"
    token = playground.visitors[data.draw(st.sampled_from(sorted(playground.visitors)))].access_token
    async with playground.browser("visitor", accept="application/json") as browser:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        response = await browser.post("/graphql", json={"query": source, "variables": variables}, headers=headers)
    assert response.status_code in {200, 400}, (source, variables)
    assert "internal_error" not in response.text, (source, variables)
