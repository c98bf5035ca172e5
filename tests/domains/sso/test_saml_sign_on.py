"""Signing on by SAML with an honest provider of somebody else's making, as browsers do it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from tests.domains.sso.hostile_idp import Signer, assertion, encrypted, response
from tests.domains.sso.saml_scene import Scene, connect, failed_check, visitor
from tests.domains.sso.saml_visit import Visit, visiting
from tests.factories import Marketplace, Marketplaces, form_token, sign_in

from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.saml.keys import rotate_keys
from ctorendang.infra.auth.actor import Actor
from ctorendang.kit.clock import now


@pytest.fixture
async def visit(market: Marketplace, tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(market, tmp_path) as opened:
        yield opened


async def test_signs_on_by_redirect(visit: Visit) -> None:
    request = await visit.leave(next="/account/sso")
    assert request.requested_authn_context is None
    assert request.force_authn in (None, "false")
    assert request.assertion_consumer_service_url == visit.acs
    finished = await visit.come_back()
    assert finished.headers["location"] == "/account/sso"
    page = await visit.browser.get("/account")
    assert visit.email in page.text
    row = (await visit.market.fetch("select * from sso_sessions"))[0]
    assert (row["subject"], row["connection_id"]) == ("ada", visit.connection_id)
    assert row["session_index"]
    assert (await visit.market.fetch("select method, strong from sessions"))[0]["method"] == "sso"


async def test_signs_on_by_post(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, sso_binding="post") as visit:
        await visit.sign_on()


async def test_the_same_name_is_the_same_person_even_with_another_address(visit: Visit) -> None:
    await visit.sign_on()
    async with visitor(visit.market) as browser:
        first, visit.browser = visit.browser, browser
        await visit.leave()
        answer = visit.peer.answer(
            visit.acs, visit.entity_id, visit.request_id, {"email": f"new-{visit.email}", "name": "Ada"}, "ada"
        )
        arrived = await visit.send(answer)
        await browser.get(arrived.headers["location"])
        assert visit.email in (await browser.get("/account")).text
        visit.browser = first
    assert len(await visit.market.fetch("select * from sso_identities")) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"sign_assertion": True},
        {"sign_assertion": False, "sign_response": True},
        {"sign_assertion": True, "sign_response": True},
        {"sign_assertion": True, "encrypt_assertion": True},
        {"sign_assertion": False, "sign_response": True, "encrypt_assertion": True},
        {"sign_assertion": True, "sign_response": True, "encrypt_assertion": True},
    ],
    ids=lambda options: "+".join(name for name, wanted in options.items() if wanted),
)
async def test_accepts_what_providers_send(visit: Visit, options: dict[str, bool]) -> None:
    await visit.sign_on(**options)


async def test_encrypting_with_the_next_key_works_already(visit: Visit) -> None:
    assert len(set(visit.certificates)) == 2
    await visit.sign_on(encrypt_assertion=True, encrypt_cert_assertion=visit.certificates[1])


async def test_wanted_encryption_is_met(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, want_encrypted=True) as visit:
        await visit.sign_on(encrypt_assertion=True)


async def test_force_authn_is_asked_for(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, force_authn=True) as visit:
        request = await visit.leave()
        assert request.force_authn == "true"
        assert (await visit.come_back()).status_code == 303


async def test_stepping_up_asks_for_a_fresh_authentication(visit: Visit) -> None:
    await visit.sign_on()
    before = (await visit.market.fetch("select authenticated_at from sessions"))[0][0]
    request = await visit.leave(purpose="step_up", next="/account/sso")
    assert request.force_authn == "true"
    finished = await visit.come_back()
    assert finished.headers["location"] == "/account/sso"
    assert (await visit.market.fetch("select authenticated_at from sessions"))[0][0] > before


async def test_provider_may_begin_where_that_is_allowed(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, allow_idp_initiated=True) as visit:
        visit.request_id, visit.state = None, "https://tenant.example/anything"
        asked = await visit.come_back()
        assert asked.status_code == 200
        assert not await visit.signed_in()
        ticket = {"ticket": asked.url.params["ticket"], "_csrf": form_token(asked.text)}
        confirmed = await visit.browser.post(f"{visit.path}/finish", data=ticket)
        assert confirmed.status_code == 303, confirmed.text
        assert "tenant.example" not in confirmed.headers["location"]
        assert await visit.signed_in()


async def test_an_administrator_tries_a_draft_out(market: Marketplace, tmp_path: Path) -> None:
    """Nobody else gets anywhere with it, and the test leads to the trace of its checks."""
    async with visiting(market, tmp_path, status="draft") as visit:
        assert (await visit.browser.get(f"{visit.path}/login")).status_code == 404
        assert (await visit.browser.get(f"{visit.path}/login?purpose=test")).status_code in {401, 403}
        await sign_in(visit.browser, await market.join("admin"))
        await visit.leave(purpose="test")
        shown = await visit.come_back()
        assert shown.headers["location"].startswith(f"/admin{visit.path}/attempts/")
        reference = shown.headers["location"].rpartition("/")[2]
        assert await failed_check(market, reference) is None
        row = (await market.fetch("select status, version, tested_version from sso_connections"))[0]
        assert tuple(row) == ("tested", 1, 1)
        assert not await market.fetch("select 1 from sso_identities")


async def test_the_consumer_does_not_look_at_cookies(visit: Visit) -> None:
    """Whoever is signed in there already, or nobody: the answer is the same, and sets nothing."""
    await visit.sign_on()
    async with visitor(visit.market) as other:
        visit.browser, signed_in = other, visit.browser
        await visit.leave()
        body = {"SAMLResponse": visit.answer(subject="grace"), "RelayState": visit.state}
        arrived = await signed_in.post(f"{visit.path}/acs", data=body)
        assert arrived.status_code == 303
        assert "set-cookie" not in arrived.headers
        refused = await signed_in.get(arrived.headers["location"])
        assert refused.status_code == 400
        visit.browser = signed_in


async def test_another_entity_id_can_be_kept_from_before(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, sp_entity_id="https://old-product.example/saml") as visit:
        assert visit.entity_id == "https://old-product.example/saml"
        request = await visit.leave()
        assert request.issuer.text == "https://old-product.example/saml"
        assert (await visit.come_back()).status_code == 303


async def test_unsigned_requests_where_the_provider_takes_no_others(market: Marketplace) -> None:
    signer = Signer()
    connection_id = await connect(market, signer, sign_requests=False)
    async with visitor(market) as browser:
        scene = Scene(market, connection_id, signer, browser)
        away = await browser.get(f"{scene.path}/login")
        assert "Signature=" not in away.headers["location"]
        assert b'AuthnRequestsSigned="false"' in (await browser.get(f"{scene.path}/metadata")).content


async def test_several_certificates_while_the_provider_changes_its_own(market: Marketplace, tmp_path: Path) -> None:
    old = Signer()
    async with visiting(market, tmp_path) as visit:
        await trust(visit, old.certificate, visit.signer.certificate)
        await visit.sign_on()
        visit.signer = old
        assert (await Scene.sign_on(visit, subject="grace")).status_code == 303
        await trust(visit, Signer().certificate)
        await visit.depart()
        assert (await visit.send(visit.signed())).status_code == 400


async def test_keys_rotate_without_a_gap(visit: Visit) -> None:
    """The provider knows the next key from our metadata, and so verifies with it though it has not read them again."""
    before = visit.certificates
    await rotate(visit)
    await visit.read_metadata()
    assert visit.certificates[0] == before[1]
    assert visit.certificates[1] not in before
    await visit.leave()
    assert (await visit.come_back(encrypt_assertion=True, encrypt_cert_assertion=before[1])).status_code == 303
    claims = visit.claims()
    gone = response(claims, encrypted(visit.signer.sign(assertion(claims)), before[0]))
    await visit.depart()
    refused = await visit.send(gone)
    assert refused.status_code == 400
    failed = await visit.failed_check(refused)
    assert failed is not None
    assert failed.name == "Assertion can be decrypted"


async def test_whoever_comes_first_makes_the_keys_for_all(market: Marketplace) -> None:
    connection_id = await connect(market, Signer())
    async with visitor(market) as browser:
        answers = await asyncio.gather(*(browser.get(f"/sso/{connection_id}/metadata") for _ in range(4)))
    assert len({answer.content for answer in answers}) == 1
    assert len(await market.fetch("select 1 from sso_keys")) == 2


async def test_keys_are_sealed(visit: Visit) -> None:
    rows = await visit.market.fetch("select sealed_key from sso_keys")
    assert len(rows) == 2
    assert not any(b"PRIVATE KEY" in row["sealed_key"] for row in rows)


async def test_a_connection_that_knows_no_provider_yet_says_so(market: Marketplace) -> None:
    signer = Signer()
    connection_id = await connect(market, signer)
    await market_settings(market, connection_id, {})
    async with visitor(market) as browser:
        assert (await browser.get(f"/sso/{connection_id}/login")).status_code == 409
        assert (await browser.get(f"/sso/{connection_id}/metadata")).status_code == 200


async def test_a_tenant_with_several_hosts_signs_on_at_each(marketplaces: Marketplaces, tmp_path: Path) -> None:
    """The provider knows one host; the browser finishes at the one that it left from, which has its cookie."""
    name = uuid4().hex
    market = await marketplaces.open(domains=[f"a{name}.example", f"b{name}.example"])
    async with visiting(market, tmp_path) as visit:
        visit.browser.base_url = httpx.URL(f"http://b{name}.example")
        request = await visit.leave()
        assert request.assertion_consumer_service_url == visit.acs
        assert urlsplit(visit.acs).hostname == f"a{name}.example"
        arrived = await visit.send(visit.answer())
        assert arrived.headers["location"].startswith(f"http://b{name}.example/sso/")
        assert (await visit.browser.get(arrived.headers["location"])).status_code == 303
        assert await visit.signed_in()


async def test_metadata_is_nobody_elses(visit: Visit, other_market: Marketplace) -> None:
    async with visitor(other_market) as browser:
        assert (await browser.get(f"{visit.path}/metadata")).status_code == 404
        assert (await browser.get("/sso/nonsense/metadata")).status_code == 404


async def trust(scene: Scene, *certificates: str) -> None:
    """Let the connection trust these certificates."""
    async with _as_administrator(scene.market) as work:
        connection = await work.session.get(Connection, (scene.market.id, scene.connection_id))
        connection.settings = {**connection.settings, "certificates": list(certificates)}


async def market_settings(market: Marketplace, connection_id: Any, settings: dict[str, Any]) -> None:
    async with _as_administrator(market) as work:
        connection = await work.session.get(Connection, (market.id, connection_id))
        connection.settings = settings


async def rotate(scene: Scene) -> None:
    async with _as_administrator(scene.market) as work:
        connection = await work.session.get(Connection, (scene.market.id, scene.connection_id))
        await rotate_keys(work, connection)


def _as_administrator(market: Marketplace) -> Any:
    actor = Actor(market.id, roles=frozenset({"admin"}), authenticated_at=now())
    return market.marketplaces.site.product.units.begin(actor)
