"""Secrets, and what is kept of them."""

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from ctorendang.kit.crypto import keyed_digest, random_token, same, token_hash

URL_SAFE = re.compile(r"[A-Za-z0-9_-]{43}")

# Lone surrogates too: what arrives in a cookie or header need not be text.
anything = st.text(st.characters(), max_size=60)


def test_a_token_is_256_random_bits_fit_for_an_address():
    tokens = {random_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(URL_SAFE.fullmatch(token) for token in tokens)


def test_what_is_kept_of_a_token_is_its_sha256():
    assert token_hash("abc") == hashlib.sha256(b"abc").digest()


@given(anything)
def test_whatever_is_presented_as_a_token_can_be_looked_up(presented):
    assert len(token_hash(presented)) == 32


@given(anything, anything)
def test_secrets_are_the_same_only_if_they_are_equal(left, right):
    assert same(left, left)
    assert same(left, right) == (left == right)


@given(st.text(), st.text(), st.text(), st.text())
def test_a_digest_for_one_purpose_never_stands_in_for_another(purpose, value, other_purpose, other_value):
    if "\0" not in purpose + other_purpose and (purpose, value) != (other_purpose, other_value):
        assert keyed_digest("key", purpose, value) != keyed_digest("key", other_purpose, other_value)


def test_a_digest_needs_the_key():
    digest = keyed_digest("key", "purpose", "value")
    assert URL_SAFE.fullmatch(digest)
    assert digest == keyed_digest("key", "purpose", "value")
    assert digest != keyed_digest("another key", "purpose", "value")
