"""What is tried at the address where providers report that somebody has signed out."""

import json
import time
from collections.abc import Callable

import pytest
from tests.domains.sso.hostile_op import CURVE_KEY, OTHER_KEY, HostileOp, payload, signed, unsigned
from tests.domains.sso.oidc_visit import Connected, connect, opens_account, provider
from tests.domains.sso.real_op import LOGOUT_EVENT

Token = Callable[[HostileOp], str]


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


def claims_of(op: HostileOp) -> dict:
    return {
        "iss": op.issuer,
        "aud": "marketplace",
        "iat": ago(0),
        "jti": "1",
        "sub": op.newest.person["sub"],
        "events": {LOGOUT_EVENT: {}},
    }


LIES: dict[str, tuple[str, Token]] = {
    "nothing": ("Token is a signed JWT", lambda op: ""),
    "no token": ("Token is a signed JWT", lambda op: "x"),
    "alg none": ("Signature algorithm", lambda op: unsigned(op, claims_of(op))),
    "another algorithm": ("Signature algorithm", lambda op: signed(CURVE_KEY, "ES256")(op, claims_of(op))),
    "a key of somebody else": ("Signature", lambda op: signed(OTHER_KEY)(op, claims_of(op))),
    "a key that nobody publishes": ("Signing key", lambda op: signed(OTHER_KEY, kid="x")(op, claims_of(op))),
    "a token of another kind": ("Type", lambda op: op.logout_token(op.newest, typ="at+jwt")),
    "an ID token": ("Event", lambda op: op.id_token(op.newest)),
    "an ID token that says it is a logout token": ("No nonce", lambda op: op.logout_token(op.newest, nonce="n")),
    "no event": ("Event", lambda op: op.logout_token(op.newest, events=None)),
    "another event": ("Event", lambda op: op.logout_token(op.newest, events={"urn:other": {}})),
    "an event that is no object": ("Event", lambda op: op.logout_token(op.newest, events={LOGOUT_EVENT: True})),
    "events that are a list": ("Event", lambda op: op.logout_token(op.newest, events=[LOGOUT_EVENT])),
    "the issuer of somebody else": ("Issuer", lambda op: op.logout_token(op.newest, iss="https://evil.example")),
    "an audience of somebody else": ("Audience", lambda op: op.logout_token(op.newest, aud="other")),
    "issued long ago": ("Issued at", lambda op: op.logout_token(op.newest, iat=ago(3_600))),
    "never issued": ("Issued at", lambda op: op.logout_token(op.newest, iat=None)),
    "expired": ("Expiry", lambda op: op.logout_token(op.newest, exp=ago(300))),
    "about nobody": ("Subject or session", lambda op: op.logout_token()),
    "about a number": ("Subject or session", lambda op: op.logout_token(op.newest, sub=7)),
    "about somebody that cannot be kept": (
        "Subject or session",
        lambda op: payload(json.dumps({**claims_of(op), "sub": "a\0\ud800"}))(op, {}),
    ),
    "without an identifier": ("Identifier", lambda op: op.logout_token(op.newest, jti=None)),
    "with an identifier that cannot be kept": ("Identifier", lambda op: op.logout_token(op.newest, jti="\0")),
}


@pytest.fixture
async def scene(market, client):
    """A connection, and a browser that is signed in through it."""
    with provider(HostileOp()) as op:
        connected = await connect(market, op)
        await connected.sign_on(client)
        yield connected


async def failed_check(connected: Connected) -> str:
    (row,) = await connected.market.fetch(
        "select summary from sso_traces where outcome = 'refused' order by created_at desc limit 1"
    )
    return row["summary"]


@pytest.mark.parametrize("name", LIES)
async def test_a_lie_ends_no_session(name: str, scene: Connected, client):
    check, make = LIES[name]
    told = await scene.tell(make(scene.op))
    assert (told.status_code, told.headers["cache-control"]) == (400, "no-store")
    assert told.json()["error"] == "invalid_request"
    assert await failed_check(scene) == check
    assert await opens_account(client)


async def test_the_same_token_counts_once(scene: Connected):
    token = scene.op.logout_token(scene.op.newest)
    assert (await scene.tell(token)).status_code == 200
    async with scene.market.browser() as again:
        await scene.sign_on(again)
        assert (await scene.tell(token)).status_code == 400
        assert await failed_check(scene) == "Token was not seen before"
        assert await opens_account(again)


async def test_a_token_for_one_connection_ends_nothing_at_another(scene: Connected, client):
    """Two connections to one provider, where the same subject signs in through both."""
    other = await connect(scene.market, scene.op)
    await other.change(client_id="another")
    assert (await other.tell(scene.op.logout_token(scene.op.newest))).status_code == 400
    await other.change(client_id="marketplace")
    assert (await other.tell(scene.op.logout_token(scene.op.newest))).status_code == 200
    assert await opens_account(client)


async def test_a_token_ends_nothing_in_another_tenant(scene: Connected, client, other_market):
    abroad = await connect(other_market, scene.op)
    assert (await abroad.tell(scene.op.logout_token(scene.op.newest))).status_code == 200
    assert await opens_account(client)
    async with other_market.browser() as caller:
        path = f"/sso/{scene.id}/backchannel-logout"
        assert (await caller.post(path, data={"logout_token": "x"})).status_code == 404


async def test_a_disabled_connection_takes_no_reports(scene: Connected, client):
    await scene.change(_status="disabled")
    assert (await scene.tell(scene.op.logout_token(scene.op.newest))).status_code == 404


@pytest.mark.parametrize(
    "request_of",
    [
        {"json": {"logout_token": "x"}},
        {"content": b"\xff\xfe"},
        {"content": b"logout_token=a&logout_token=b"},
        {"content": b"&".join(b"a=b" for _ in range(5_000))},
        {"files": {"logout_token": b"x"}},
        {},
    ],
)
async def test_a_body_that_is_no_report_is_a_plain_400(request_of, scene: Connected):
    async with scene.market.browser() as caller:
        told = await caller.post(f"/sso/{scene.id}/backchannel-logout", **request_of)
        assert (told.status_code, told.headers["cache-control"]) == (400, "no-store")


async def test_other_methods_and_connections_that_are_not_there(scene: Connected):
    async with scene.market.browser() as caller:
        assert (await caller.get(f"/sso/{scene.id}/backchannel-logout")).status_code == 405
        for name in ("nonsense", "00000000-0000-0000-0000-000000000000"):
            assert (await caller.post(f"/sso/{name}/backchannel-logout")).status_code == 404
            assert (await caller.get(f"/sso/{name}/callback")).status_code == 404
            assert (await caller.get(f"/sso/{name}/login")).status_code == 404
