"""What is written down about a request, and what never is."""

import asyncio
import json
import os
import sys
import textwrap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctorendang.infra.logs import hide_secrets
from tests.factories import PASSWORD, Marketplace

SECRET = "s3cr3t-Value_of.somebody~x"  # characters that tokens and passwords are made of

telling_names = st.sampled_from(
    ["password", "Passwd", "new_password", "currentPassword", "secret_key", "access_token", "refreshToken", "Cookie",
     "set-cookie", "Authorization", "api_key", "apikey", "X-Api-Key", "otp", "credentials"]
)  # fmt: skip
harmless = st.text(alphabet="abc xyz", max_size=8)
telling_texts = st.sampled_from(
    [
        "Authorization: Bearer {}",
        "bearer {}",
        "GET /verify?token={}&x=1",
        "password={}",
        "client_secret={}",
        "postgresql://user:{}@db.internal/name",
        "redis://:{}@cache.internal:6379/0",
        "smtp://mail:{}@mail.internal",
    ]
).map(lambda text: text.format(SECRET))


def wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value inside others, as deep as events get."""
    return st.recursive(
        inner,
        lambda each: st.one_of(
            st.lists(each, min_size=1, max_size=2),
            st.tuples(harmless, each),
            st.fixed_dictionaries({"a": each, "b": harmless}),
        ),
        max_leaves=4,
    )


def hidden(event: dict[str, Any]) -> str:
    return json.dumps(hide_secrets(None, "info", event))


@given(telling_names, wrapped(st.just(SECRET)))
def test_the_value_of_a_telling_name_is_not_written_down(name: str, value: Any):
    assert SECRET not in hidden({"event": "x", name: value})
    assert SECRET not in hidden({"event": "x", "request": {"headers": {name: value}}})
    assert SECRET not in hidden({"event": "x", "headers": [{name: value}]})


@given(wrapped(telling_texts), harmless)
def test_what_follows_a_telling_word_is_not_written_down(value: Any, before: str):
    assert SECRET not in hidden({"event": "x", "value": value})
    assert SECRET not in hidden({"event": f"{before} {value}"})


@given(st.dictionaries(st.sampled_from(["path", "status", "ms", "tenant", "event"]), harmless | st.integers()))
def test_the_rest_is_written_down_as_it_is(event: dict[str, Any]):
    assert hide_secrets(None, "info", event) == event


@given(st.dictionaries(st.integers() | st.none() | st.booleans(), harmless, max_size=3))
def test_odd_names_are_no_reason_to_fail(values: dict[Any, str]):
    assert hide_secrets(None, "info", {"event": "x", "counts": values})["counts"] == values


SCRIPT = textwrap.dedent("""
    import asyncio, logging, os, httpx
    from ctorendang.asgi import create_app
    from ctorendang.settings import Settings
    from tests.serving import served

    async def main():
        async with served(create_app(Settings.from_env())) as site:
            transport = httpx.ASGITransport(site.app)
            base = "http://" + os.environ["HOST_UNDER_TEST"]
            async with httpx.AsyncClient(transport=transport, base_url=base, headers={"origin": base}) as client:
                await client.get("/verify?token=SECRET-TOKEN")
                await client.get("/nothing", headers={"authorization": "Bearer SECRET-TOKEN"})
                await client.get("/", headers={"cookie": "session=SECRET-TOKEN"})
                body = {"query": "mutation($i: SignInInput!) { signIn(input: $i) { __typename } }",
                        "variables": {"i": {"email": "a@b.example", "password": os.environ["PASSWORD_UNDER_TEST"]}}}
                await client.post("/graphql", json=body)
                await client.get("/", headers={"host": "nowhere.example"})
                logging.getLogger("library").warning("cannot reach postgresql://app:SECRET-TOKEN@db/name")
                try:
                    raise RuntimeError("refused password=SECRET-TOKEN")
                except RuntimeError:
                    logging.getLogger("library").exception("failed")

    asyncio.run(main())
""")


@pytest.fixture
async def lines(market: Marketplace, variables: dict[str, str]) -> list[str]:
    """What a process wrote to its standard output while it served."""
    environ = {**os.environ, **variables, "HOST_UNDER_TEST": market.host, "PASSWORD_UNDER_TEST": PASSWORD}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SCRIPT), env=environ, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode().splitlines()


async def test_a_log_is_json_with_request_and_tenant_and_without_secrets(lines: list[str], market: Marketplace):
    events = [json.loads(line) for line in lines]
    requests = [event for event in events if event["event"] == "request"]
    assert [event["status"] for event in requests] == [200, 404, 200, 200, 421]
    assert [event.get("tenant") for event in requests] == [market.slug] * 4 + [None]
    assert len({event["request_id"] for event in requests}) == 5
    assert all(event.keys() >= {"method", "path", "ms", "level", "timestamp"} for event in requests)
    assert {event["level"] for event in events} >= {"info", "warning", "error"}
    written = "\n".join(lines)
    for secret in ("SECRET-TOKEN", PASSWORD):
        assert secret not in written
