"""GraphQL over HTTP: what is understood, and what is refused without a failure."""

import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import Marketplace, form_token, sign_in

ME = {"query": "{ me { email } }"}
JSON = {"content-type": "application/json", "accept": "application/json"}


async def post(browser: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await browser.post("/graphql", content=body, headers={**JSON, **headers})


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"1",
        b'"{ me { id } }"',
        b"[]",
        b'[{"query": "{ me { id } }"}]',
        b'[{"query": "{ me { id } }"}, {"query": "{ me { id } }"}]',
        b"{}",
        b'{"query": null}',
        b'{"query": 1}',
        b'{"query": ["{ me { id } }"]}',
        b'{"query": "{ me { id } }", "variables": []}',
        b'{"query": "{ me { id } }", "variables": "{}"}',
        b'{"query": "{ me { id } }", "operationName": 1}',
        b'{"query": "{ me { id } }", "operationName": {"a": 1}}',
        b'{"query": "\xff\xfe"}',
        b'{"query": "\xed\xa0\x80"}',
        b'{"query": "\\ud800"}',
        '{"query": "{ me { id } }"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"query": "{ me { id } }"}',
        b'{"query": "{ me { id } }", "variables": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
        b"[" * 100_000,
        b'{"query": "{ me { id } }", "variables": {"a": NaN}}',
        b"query=%7B+me+%7B+id+%7D+%7D",
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_a_body_that_holds_no_operation_is_refused(client, body):
    response = await post(client, body)
    assert response.status_code == 400, response.text
    assert code_of(response) == "request_not_understood"


@pytest.mark.parametrize(
    "query", ["", " ", "#", "{", "}", "me", "fragment f on Query { __typename }", "type A { b: C }"]
)
async def test_a_document_that_holds_no_operation_is_refused(client, query):
    for response in (
        await client.post("/graphql", json={"query": query}),
        await client.get("/graphql", params={"query": query}),
    ):
        assert (response.status_code, code_of(response)) == (400, "document_refused")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "",
        "json",
    ],
)
async def test_only_json_is_taken(client, content_type):
    response = await post(client, json.dumps(ME).encode(), **{"content-type": content_type})
    assert (response.status_code, code_of(response)) == (415, "content_type_not_supported")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
)
async def test_json_may_be_spelled_in_any_way(client, content_type):
    assert (await post(client, json.dumps(ME).encode(), **{"content-type": content_type})).status_code == 200


@pytest.mark.parametrize("declared", [True, False], ids=["length declared", "length unknown"])
async def test_ten_megabytes_are_too_much(client, declared):
    body = json.dumps({**ME, "variables": {"a": "x" * 10_000_000}}).encode()

    async def chunks():
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    response = await client.post("/graphql", content=body if declared else chunks(), headers=JSON)
    assert response.status_code == 413
    assert response.json()["status"] == 413


async def test_unknown_members_of_a_request_are_passed_over(client):
    response = await client.post("/graphql", json={**ME, "extensions": {"persistedQuery": {}}, "more": 1})
    assert response.json() == {"data": {"me": None}}


async def test_queries_may_come_by_get_and_mutations_may_not(market: Marketplace, client):
    fine = await client.get(
        "/graphql", params={"query": "query($f: Int) { ctos(first: $f) { totalCount } }", "variables": '{"f": 1}'}
    )
    assert fine.json() == {"data": {"ctos": {"totalCount": 0}}}
    source = (
        'mutation { signUp(input: {name: "A", email: "a@b.example", password: "long enough it is"}) { __typename } }'
    )
    refused = await client.get("/graphql", params={"query": source})
    assert (refused.status_code, code_of(refused)) == (400, "document_refused")
    assert await market.fetch("select from users") == []


@pytest.mark.parametrize("typed", ["[]", "1", "{", "null", quote("\ud800", errors="surrogatepass"), "{" * 5_000])
async def test_variables_in_an_address_must_be_an_object(client, typed):
    response = await client.get("/graphql?query={__typename}&variables=" + typed)
    assert (response.status_code, code_of(response)) == (400, "request_not_understood")


async def test_other_methods_are_not_allowed(client):
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await client.request(method, "/graphql", json=ME)).status_code == 405


async def test_answers_are_never_kept_by_caches(client):
    response = await client.post("/graphql", json=ME)
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_page_of_the_site_may_ask_with_its_cookie_and_its_token(market: Marketplace, client):
    person = await market.join("client")
    await sign_in(client, person)
    token = form_token((await client.get("/account")).text)
    response = await client.post("/graphql", json=ME, headers={**JSON, "x-csrf-token": token})
    assert response.json() == {"data": {"me": {"email": person.email}}}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": ""},
        {"origin": "", "referer": "http://evil.example/"},
        {"x-csrf-token": ""},
        {"x-csrf-token": "x" * 43},
    ],
    ids=str,
)
async def test_another_site_cannot_ask_with_a_visitors_cookie(market: Marketplace, client, headers):
    person = await market.join("client")
    await sign_in(client, person)
    token = form_token((await client.get("/account")).text)
    rename = {"query": 'mutation { updateAccount(input: {name: "Eve"}) { __typename } }'}
    response = await client.post("/graphql", json=rename, headers={**JSON, "x-csrf-token": token, **headers})
    assert response.status_code == 403, response.text
    assert response.json()["code"] == "forbidden"
    assert [each["name"] for each in await market.fetch("select name from users")] == ["Ada Person"]


async def test_a_token_of_another_person_does_not_do(market: Marketplace, client):
    one, other = await market.join("client"), await market.join("client")
    async with market.browser() as browser:
        await sign_in(browser, other)
        token = form_token((await browser.get("/account")).text)
    await sign_in(client, one)
    response = await client.post("/graphql", json=ME, headers={**JSON, "x-csrf-token": token})
    assert response.status_code == 403


async def test_the_console_has_no_graphql(console: Marketplace):
    assert (await console.post_graphql("{ me { id } }")).status_code == 404


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"query": text}).encode()))
async def test_any_bytes_at_all_are_answered(client, body):
    response = await post(client, body)
    assert response.status_code == 400
    assert code_of(response) in {"request_not_understood", "document_refused"}
