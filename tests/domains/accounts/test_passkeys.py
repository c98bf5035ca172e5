"""Passkeys against a lying browser: nothing forged, old, copied or of elsewhere is good."""

import json
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.domains.accounts.factor_steps import (
    is_signed_in,
)
from tests.domains.accounts.soft_authenticator import (
    OWN,
    SIGN_IN,
    SoftAuthenticator,
    ask,
    b64,
    send,
)
from tests.factories import PROBLEMS, Marketplace

PASSKEY = "... on Passkey { id name }" + PROBLEMS


LIES = {
    "a challenge of its own": {"challenge": b64(b"x" * 32)},
    "another origin": {"origin": "https://evil.example"},
    "another port": {"origin": "http://HOST:8443"},
    "another host": {"rp_id": "evil.example"},
    "no verification of the user": {"verified": False},
    "the other ceremony": {"type": "webauthn.SWAPPED"},
}


def lie(market: Marketplace, name: str, swapped: str) -> dict:
    texts = {"HOST": market.host, "webauthn.SWAPPED": swapped}
    found = dict(LIES[name])
    for key, value in found.items():
        for old, new in texts.items():
            found[key] = value.replace(old, new) if isinstance(value, str) else value
            value = found[key]
    return found


@pytest.mark.parametrize("name", [*LIES, "another key", "somebody else's name", "no name"])
async def test_a_lying_signature_signs_nobody_in(market, holder, client, name):
    others = {
        "another key": {"key": ec.generate_private_key(ec.SECP256R1())},
        "somebody else's name": {"user_handle": uuid4().bytes},
        "no name": {"user_handle": None},
    }
    lies = others[name] if name in others else lie(market, name, "webauthn.create")
    answer = await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN), **lies))
    assert answer.status_code == 401, name
    assert "This passkey was not accepted here" in answer.text
    assert not await is_signed_in(client)
    # The honest answer is accepted, so it was the lie that was refused.
    assert (await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN)))).status_code == 303


@pytest.mark.parametrize("name", LIES)
async def test_a_lying_new_passkey_is_not_kept(market, holder, name):
    made = holder.device.create(await ask(holder.browser, OWN), **lie(market, name, "webauthn.get"))
    assert (await send(holder.browser, OWN, made, name="Liar")).status_code == 401
    assert len(await market.fetch("select from passkeys")) == 1


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{",
        "[]",
        "null",
        "1",
        '{"id": 1}',
        json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}}),
        json.dumps({"id": "x", "rawId": "x", "type": "x", "response": {"clientDataJSON": "e30"}}),
        json.dumps({"id": "é", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "{}"}}),
        json.dumps({"id": "eA", "response": {"clientDataJSON": b64(b'{"challenge": 1, "type": 2, "origin": []}')}}),
        "[" * 10_000,
        "x" * 30_000,
    ],
)
async def test_what_is_no_answer_at_all_is_refused(holder, client, sent):
    assert (await send(client, SIGN_IN, sent)).status_code == 401
    assert (await send(holder.browser, OWN, sent)).status_code == 401


async def test_an_answer_with_broken_parts_is_refused(holder, client):
    for part in ("authenticatorData", "signature", "userHandle"):
        for value in ("", "AAAA", "%%%", 7, None, "A" * 5000):
            answer = json.loads(holder.device.get(await ask(client, SIGN_IN)))
            answer["response"][part] = value
            assert (await send(client, SIGN_IN, json.dumps(answer))).status_code == 401, (part, value)
    for value in ("AAAA", "%%%", 7, None, b64(b"\xbf" * 40)):
        made = json.loads(holder.device.create(await ask(holder.browser, OWN)))
        made["response"]["attestationObject"] = value
        assert (await send(holder.browser, OWN, json.dumps(made))).status_code == 401, value


async def test_an_answer_is_good_once(holder, client):
    sent = holder.device.get(await ask(client, SIGN_IN), count=0)
    assert (await send(client, SIGN_IN, sent)).status_code == 303
    client.cookies.delete("session")
    assert (await send(client, SIGN_IN, sent)).status_code == 401


async def test_a_challenge_is_used_up_by_a_wrong_answer_too(holder, client):
    options = await ask(client, SIGN_IN)
    assert (await send(client, SIGN_IN, holder.device.get(options, verified=False))).status_code == 401
    assert (await send(client, SIGN_IN, holder.device.get(options))).status_code == 401


async def test_an_old_challenge_is_not_answered_any_more(market, holder, client):
    options = await ask(client, SIGN_IN)
    await market.fetch("update passkey_challenges set expires_at = now() - interval '1 second'")
    assert (await send(client, SIGN_IN, holder.device.get(options))).status_code == 401


async def test_a_challenge_belongs_to_the_browser_that_asked(market, holder, client):
    options = await ask(client, SIGN_IN)
    async with market.browser() as other:
        assert (await send(other, SIGN_IN, holder.device.get(options))).status_code == 401
        assert not await is_signed_in(other)


async def test_a_challenge_for_one_thing_is_no_good_for_another(holder, client):
    options = await ask(holder.browser, OWN)
    options["rpId"] = options["rp"]["id"]
    assert (await send(holder.browser, SIGN_IN, holder.device.get(options))).status_code == 401
    asked = await ask(holder.browser, "/step-up/passkey")
    assert (await send(holder.browser, SIGN_IN, holder.device.get(asked))).status_code == 401


async def test_a_copied_passkey_is_noticed(market, holder, client):
    assert (await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN), count=7))).status_code == 303
    client.cookies.delete("session")
    for count in (7, 6, 0):
        copied = holder.device.get(await ask(client, SIGN_IN), count=count)
        assert (await send(client, SIGN_IN, copied)).status_code == 401
    actions = [row["action"] for row in await market.fetch("select action from audit_events")]
    assert actions.count("accounts.passkey.copy_suspected") == 3
    assert (await send(client, SIGN_IN, holder.device.get(await ask(client, SIGN_IN), count=8))).status_code == 303


async def test_an_authenticator_that_does_not_count_is_fine(holder, client):
    for _ in range(2):
        sent = holder.device.get(await ask(client, SIGN_IN), count=0)
        assert (await send(client, SIGN_IN, sent)).status_code == 303
        client.cookies.delete("session")


async def test_a_passkey_of_one_tenant_is_nothing_on_another(market, other_market, holder):
    async with other_market.browser() as browser:
        device = SoftAuthenticator(other_market.origin, holder.device.credentials)
        device.credentials[0].rp_id = other_market.host
        assert (await send(browser, SIGN_IN, device.get(await ask(browser, SIGN_IN)))).status_code == 401
        assert not await is_signed_in(browser)
