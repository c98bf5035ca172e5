"""Signatures of tokens: every algorithm that can prove something, and none that cannot, whatever a connection says."""

import json
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from tests.domains.sso.hostile_op import unsigned
from tests.domains.sso.real_op import shared_key

from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.oidc.relying_party import SIGNATURES, OidcSettings
from ctorendang.domains.sso.oidc.tokens import find_key, read_header, usable_keys, verify
from ctorendang.domains.sso.trace import Trace

EVERYTHING = OidcSettings(
    issuer="https://login.example",
    client_id="client",
    authorization_endpoint="https://login.example/a",
    token_endpoint="https://login.example/t",
    jwks_uri="https://login.example/j",
    algorithms=(*SIGNATURES, "HS256", "none", "ES256K", "nonsense"),
)
KEYS: dict[str, Any] = {
    "RS": shared_key(),
    "PS": shared_key(),
    "ES256": ECKey.generate_key("P-256"),
    "ES384": ECKey.generate_key("P-384"),
    "ES512": ECKey.generate_key("P-521"),
    "Ed": OKPKey.generate_key("Ed25519"),
}


def published(*keys: Any, **members: Any) -> dict[str, Any]:
    found = usable_keys(json.dumps({"keys": [{**key.as_dict(private=False), **members} for key in keys]}).encode())
    assert found is not None
    return found


def token_by(key: Any, algorithm: str, **header: Any) -> str:
    registry = jws.JWSRegistry(algorithms=[algorithm])
    return jws.serialize_compact({"alg": algorithm, **header}, '{"sub": "x"}', key, registry=registry)


def believed(token: str, jwks: dict[str, Any], settings: OidcSettings = EVERYTHING) -> object:
    header = read_header(token, settings, Trace("test"))
    return verify(token, header, find_key(jwks, header))


@pytest.mark.parametrize("algorithm", SIGNATURES)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_every_good_algorithm_works(algorithm):
    key = KEYS.get(algorithm) or KEYS[algorithm[:2]]
    assert believed(token_by(key, algorithm), published(key)) == {"sub": "x"}


def test_neither_none_nor_hmac_counts_though_a_connection_says_so():
    shared = OctKey.generate_key(256)
    for token in (token_by(shared, "HS256"), unsigned(None, {"sub": "x"})):
        with pytest.raises(SignOnRefused):
            read_header(token, EVERYTHING, Trace("test"))


def test_only_public_keys_for_signing_are_kept_and_of_those_only_what_is_public():
    shared, signing = OctKey.generate_key(256), KEYS["ES256"]
    document = {"keys": [shared.as_dict(private=True), {**signing.as_dict(private=True), "x5c": ["long"], "kid": "a"}]}
    kept = usable_keys(json.dumps(document).encode())
    assert kept is not None
    assert [set(key) for key in kept["keys"]] == [{"kty", "crv", "x", "y", "kid"}]


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"keys": {}}', b"[" * 100_000])
def test_what_is_no_list_of_keys_is_not_taken_for_one(document):
    assert usable_keys(document) is None


def test_a_token_without_a_key_name_is_good_where_there_is_one_such_key():
    curve, other = KEYS["ES256"], RSAKey.generate_key(2048)
    token = token_by(KEYS["RS"], "RS256")
    assert believed(token, published(KEYS["RS"], curve)) == {"sub": "x"}
    assert believed(token, published(KEYS["RS"], other)) is None


def test_a_key_is_good_for_the_algorithm_that_it_is_published_for():
    assert believed(token_by(KEYS["RS"], "PS256"), published(KEYS["RS"], alg="RS256")) is None


def test_a_curve_of_another_size_proves_nothing():
    assert believed(token_by(KEYS["ES256"], "ES256"), published(KEYS["ES384"])) is None


def test_a_changed_claim_breaks_the_signature():
    header, payload, signature = token_by(KEYS["RS"], "RS256").split(".")
    for spoilt in (
        f"{header}.{payload[:-2]}AA.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}.",
    ):
        assert believed(spoilt, published(KEYS["RS"])) is None


def test_the_connection_narrows_the_algorithms():
    narrow = msgspec.structs.replace(EVERYTHING, algorithms=("ES256",))
    with pytest.raises(SignOnRefused):
        read_header(token_by(KEYS["RS"], "RS256"), narrow, Trace("test"))
