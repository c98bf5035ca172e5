"""Bringing profiles in by GraphQL: the rows' problems are data, and nothing is kept of a file that has one."""

import pytest
from tests.domains.ctos.test_import import counts
from tests.domains.ctos.test_import_files import csv_file, json_file, record
from tests.factories import PROBLEMS, Marketplace

from ctorendang.domains.ctos.importing.mutations import MOST_BYTES

DONE = (
    "... on CtoImport { added updated kept }"
    " ... on CtoImportProblems { message total problems { line column message } }" + PROBLEMS
)


async def test_rows_become_profiles_and_come_again_as_updates(market: Marketplace):
    admin = await market.join("admin")
    value = {"content": json_file(record(1), record(2)).decode()}
    checked = await admin.mutate("importCtos", DONE, {**value, "checkOnly": True})
    assert checked == {"__typename": "CtoImport", "added": 2, "updated": 0, "kept": False}
    assert (await market.graphql("{ ctos { totalCount } }"))["data"]["ctos"]["totalCount"] == 0
    first = await admin.mutate("importCtos", DONE, value)
    assert (first["added"], first["updated"], first["kept"]) == (2, 0, True)
    again = await admin.mutate("importCtos", DONE, value)
    assert (again["added"], again["updated"]) == (0, 2)
    assert (await market.graphql("{ ctos { totalCount } }"))["data"]["ctos"]["totalCount"] == 2


async def test_new_profiles_can_wait_for_a_decision(market: Marketplace):
    admin = await market.join("admin")
    await admin.mutate("importCtos", DONE, {"content": json_file(record(1)).decode(), "status": "IN_REVIEW"})
    (cto,) = await market.fetch("select status from ctos")
    assert cto["status"] == "in_review"


async def test_problems_are_told_by_line_and_column_and_nothing_is_kept(market: Marketplace):
    admin = await market.join("admin")
    before = await counts(market)
    rows = json_file(record(1), record(2, hourlyRate=-1), record(3, skills=[{"name": "Basket weaving"}]))
    refused = await admin.mutate("importCtos", DONE, {"content": rows.decode()})
    assert (refused["__typename"], refused["total"]) == ("CtoImportProblems", 2)
    assert [(each["line"], each["column"]) for each in refused["problems"]] == [(2, "hourlyRate"), (3, "skills")]
    assert "Nothing was imported" in refused["message"]
    assert await counts(market) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file_not_understood"),
        ("email,name\nada@people.example,Ada", "file_not_understood"),
        ("a," * 100_000, "file_not_understood"),
        (csv_file('"open').decode(), "file_not_understood"),
        ("\0", "file_not_understood"),
    ],
)
async def test_what_is_no_file_is_refused_in_words(market: Marketplace, content, code):
    admin = await market.join("admin")
    refused = await admin.mutate("importCtos", DONE, {"content": content})
    assert (refused["__typename"], refused["code"]) == ("Refusal", code)


async def test_a_text_that_is_too_long_is_refused(market: Marketplace):
    admin = await market.join("admin")
    refused = await admin.mutate("importCtos", DONE, {"content": "ä" * (MOST_BYTES // 2 + 1)})
    assert [each["field"] for each in refused["fields"]] == ["content"]
    answer = await market.post_graphql("{ __typename }", {"x": "x" * 2_000_000}, admin.access_token)
    assert answer.status_code == 413


@pytest.mark.parametrize("role", ["client", "cto"])
async def test_only_administrators_import(market: Marketplace, role):
    person = await market.join(role)
    before = await counts(market)
    refused = await person.mutate("importCtos", DONE, {"content": json_file(record(1)).decode()})
    assert refused["code"] == "forbidden"
    assert await counts(market) == before


async def test_files_are_counted_against_a_limit(market: Marketplace):
    admin = await market.join("admin")
    answers = [await admin.mutate("importCtos", DONE, {"content": "x"}) for _ in range(31)]
    assert [answers[29]["code"], answers[30]["code"]] == ["file_not_understood", "too_many_attempts"]
