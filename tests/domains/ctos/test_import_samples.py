"""The samples that the page of imports offers are what it takes."""

import json
from dataclasses import replace

import httpx
import pytest
from tests.domains.ctos.test_import import DIRECTORY, upload
from tests.factories import Marketplace, sign_in

from ctorendang.domains.ctos.importing.files import COLUMNS
from ctorendang.domains.ctos.importing.rows import check_file

SAMPLES = ("/admin/import/sample.csv", "/admin/import/sample.jsonl")


async def fetched(market: Marketplace, path: str, role: str = "admin") -> httpx.Response:
    async with market.browser() as browser:
        await sign_in(browser, await market.join(role))
        if role == "admin":
            assert f'href="{path}"' in (await browser.get("/admin/import")).text
        return await browser.get(path)


@pytest.mark.parametrize("path", SAMPLES)
async def test_a_sample_can_be_imported_as_it_is(market: Marketplace, path: str):
    answer = await fetched(market, path)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "2 profiles were added and 0 updated" in (await upload(market, answer.content)).text
    found = (await market.graphql(DIRECTORY))["data"]["ctos"]["edges"]
    assert {edge["node"]["name"] for edge in found} == {"Ada Sample", "Grace Sample"}
    assert {edge["node"]["currency"] for edge in found} == {"EUR"}
    assert "0 profiles were added and 2 updated" in (await upload(market, answer.content)).text


async def test_both_samples_name_every_column_and_say_the_same(market: Marketplace):
    table, lines = [(await fetched(market, path)).content for path in SAMPLES]
    assert table.decode("utf-8-sig").splitlines()[0] == ",".join(COLUMNS)
    first = json.loads(lines.splitlines()[0])
    assert list(first) == list(COLUMNS)
    assert all(first.values()), "every column is shown at work"
    checked = [check_file(content, "EUR") for content in (table, lines)]
    assert [file.problems for file in checked] == [[], []]
    by_table, by_lines = ([replace(each, line=0) for each in file.profiles] for file in checked)
    assert by_table == by_lines


@pytest.mark.parametrize("path", SAMPLES)
async def test_who_imports_nothing_needs_no_sample(market: Marketplace, path: str):
    assert (await fetched(market, path, "client")).status_code == 403
