"""What an administrator types by hand about a provider."""

import time

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, SSO_URL

from ctorendang.domains.sso.saml.source import SamlSource, by_hand
from ctorendang.infra.errors import InvalidInput


def typed(certificates: str) -> SamlSource:
    return SamlSource(entity_id=IDP, sso_url=SSO_URL, certificates=certificates)


def test_certificates_stand_one_after_the_other() -> None:
    one, other = Signer().certificate, Signer().certificate
    assert by_hand(typed(f"the first:\n{one}\nand:\n{other}")).certificates == (one, other)


def test_many_beginnings_without_an_end_are_seen_at_once() -> None:
    began = time.perf_counter()
    with pytest.raises(InvalidInput):
        by_hand(typed("-----BEGIN CERTIFICATE-----" * 30_000))
    assert time.perf_counter() - began < 1
