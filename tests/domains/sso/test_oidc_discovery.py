"""What is believed of what a provider says of itself."""

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.sso.oidc_visit import provider

from ctorendang.domains.sso.oidc import flow as oidc_flow
from ctorendang.domains.sso.oidc.relying_party import (
    Asked,
    OidcSettings,
    ProviderNotUsable,
    discovered,
    discovery_address,
    logout_url,
    moment,
    safe_address,
    shown,
    token_request,
)
from ctorendang.infra.gateways.outgoing import AddressNotAllowed, GuardedClient

ISSUER = "https://login.example"
GOOD = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "end_session_endpoint": f"{ISSUER}/logout?from=us",
    "id_token_signing_alg_values_supported": ["none", "HS256", "ES256", "RS256"],
}


def read(**changes: object) -> OidcSettings:
    said = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return discovered(json.dumps(said).encode(), ISSUER, "client")


def test_what_a_provider_says_is_kept_but_for_algorithms_that_prove_nothing():
    settings = read()
    assert settings.algorithms == ("RS256", "ES256")
    assert (settings.token_auth_method, settings.iss_parameter) == ("client_secret_basic", False)
    assert settings.require_verified_email


def test_entra_has_no_word_on_addresses_and_is_not_asked_for_one():
    issuer = "https://login.microsoftonline.com/0f1c/v2.0"
    said = {**GOOD, "issuer": issuer}
    assert not discovered(json.dumps(said).encode(), issuer, "client").require_verified_email


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": f"{ISSUER}/"}, "calls itself"),
        ({"issuer": "https://evil.example"}, "calls itself"),
        ({"issuer": None}, "calls itself"),
        ({"token_endpoint": None}, "lacks token_endpoint"),
        ({"jwks_uri": "http://login.example/jwks"}, "not an https address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "not an https address"),
        ({"authorization_endpoint": "https://user@login.example/"}, "not an https address"),
        ({"end_session_endpoint": "//login.example"}, "not an https address"),
        ({"userinfo_endpoint": "https://[login"}, "not an https address"),
        ({"token_endpoint": ["https://login.example"]}, "not an https address"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "have it sign with RS256"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "takes no client secret"),
    ],
)
def test_a_provider_that_cannot_be_worked_with_safely_is_refused(changes, words):
    with pytest.raises(ProviderNotUsable, match=words):
        read(**changes)


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"[" * 100_000, b"\xff", b"null"])
def test_a_document_that_is_none_is_refused(document):
    with pytest.raises(ProviderNotUsable, match="no OpenID configuration"):
        discovered(document, ISSUER, "client")


ENDPOINTS = st.sampled_from(
    ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint", "userinfo_endpoint"]
)
ADDRESSES = st.sampled_from(
    [f"{ISSUER}/path", "http://login.example/path", "HTTPS://login.example/", "javascript:alert(1)", "https://[", ""]
)
ALGORITHMS = st.lists(st.sampled_from(["none", "HS256", "RS256", "ES256", "PS256"]))
ANYTHING = st.text() | st.none() | st.lists(st.integers()) | ALGORITHMS
SAID = st.dictionaries(ENDPOINTS, ADDRESSES) | st.dictionaries(st.sampled_from([*GOOD]), ANYTHING, max_size=2)


@given(SAID)
def test_whatever_it_says_there_are_safe_settings_or_a_refusal_in_words(changes):
    settings, words = None, b""
    try:
        settings = read(**changes)
    except ProviderNotUsable as refused:
        words = refused.detail.encode()
    if settings is None:
        assert words
        return
    assert settings.issuer == ISSUER
    needed = [settings.authorization_endpoint, settings.token_endpoint, settings.jwks_uri]
    asked = [each for each in (settings.userinfo_endpoint, settings.end_session_endpoint) if each]
    assert all(urlsplit(each).scheme == "https" and urlsplit(each).hostname for each in needed + asked)
    assert settings.algorithms
    assert not {"none", "HS256"} & set(settings.algorithms)


async def test_a_provider_is_asked_through_the_guarded_client(product):
    with provider() as op:
        settings = await oidc_flow.discover(product.gateways.outgoing, op.issuer, "marketplace")
        assert settings.jwks_uri == f"{op.issuer}/jwks"
        assert settings.iss_parameter
        with pytest.raises(ProviderNotUsable, match="HTTP 404"):
            await oidc_flow.discover(product.gateways.outgoing, f"{op.issuer}/elsewhere", "marketplace")
        with pytest.raises(AddressNotAllowed):
            await oidc_flow.discover(GuardedClient(), op.issuer, "marketplace")


def test_http_will_do_on_ones_own_machine_alone():
    assert safe_address("http://127.0.0.1:4000/x", "http://localhost:4000")
    assert not safe_address("http://login.example/x", "http://localhost:4000")
    assert not safe_address("http://127.0.0.1/x", ISSUER)
    assert not safe_address("https://login.example/a b", ISSUER)


@pytest.mark.parametrize(
    "address", ["https://lögin.example", "https://login.example;script-src", "https://login.example/ö", "https://a,b"]
)
def test_an_address_is_of_characters_that_a_header_can_hold(address):
    assert not safe_address(address, address)
    with pytest.raises(ProviderNotUsable):
        read(authorization_endpoint=address)


def test_where_providers_describe_themselves():
    assert discovery_address(f"{ISSUER}/realms/acme/") == f"{ISSUER}/realms/acme/.well-known/openid-configuration"


def test_a_public_client_sends_its_name_and_the_verifier():
    asked = Asked.new("https://acme.example/callback", force=False)
    form, headers = token_request("client", "", "none", asked, "code")
    assert form["client_id"] == "client"
    assert form["code_verifier"] == asked.verifier
    assert not {"client_secret", "authorization"} & {*form, *headers}


def test_the_way_to_sign_out_at_the_provider():
    url = logout_url(read(), hint="a.b.c", back="https://acme.example/back", state="s&s")
    assert url == (
        f"{ISSUER}/logout?from=us&client_id=client&post_logout_redirect_uri=https%3A%2F%2Facme.example%2Fback"
        "&state=s%26s&id_token_hint=a.b.c"
    )
    assert "id_token_hint" not in str(logout_url(read(), hint="a" * 5_000, back="https://x", state="s"))
    assert logout_url(read(end_session_endpoint=None), hint="", back="https://x", state="s") is None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text() | st.integers(), st.lists))
def test_any_value_can_be_shown_in_a_trace_and_only_sensible_numbers_are_moments(value):
    assert len(shown(value).encode()) <= 800
    assert "\0" not in shown(value)
    assert moment(value) is None or 0 <= moment(value) < 1e11
