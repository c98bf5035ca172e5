"""Signing out by SAML, both ways: whoever begins, the sessions here end at once, on the server."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from tests.domains.sso.hostile_idp import encode, logout_request, logout_response, make, signed_query
from tests.domains.sso.saml_scene import IDP, SLO_URL, Scene, asked, visitor
from tests.domains.sso.saml_visit import Visit, posted, visiting
from tests.factories import Marketplace, form_token

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
PARTIAL = "urn:oasis:names:tc:SAML:2.0:status:Responder"


@pytest.fixture
async def visit(market: Marketplace, tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(market, tmp_path) as opened:
        await opened.sign_on()
        yield opened


async def by_address(scene: Scene, query: str) -> httpx.Response:
    """The provider sends a browser, with or without cookies."""
    async with visitor(scene.market) as courier:
        return await courier.get(f"{scene.path}/slo?{query}")


async def by_form(scene: Scene, **form: str) -> httpx.Response:
    async with visitor(scene.market) as courier:
        return await courier.post(f"{scene.path}/slo", data=form, headers={"origin": "https://idp.example"})


async def session_index(scene: Scene) -> str:
    row = (await scene.market.fetch("select session_index from sso_sessions order by created_at"))[0]
    return row["session_index"]


async def test_the_provider_signs_out_by_an_address(visit: Visit) -> None:
    answer = await by_address(visit, signed_query(visit.signer, logout_request(IDP, visit.slo), relay_state="theirs"))
    assert not await visit.signed_in()
    assert answer.status_code == 303
    url = answer.headers["location"]
    assert url.startswith(SLO_URL)
    assert parse_qs(urlsplit(url).query)["RelayState"] == ["theirs"]
    message, _ = asked(url)
    assert (message.get("Destination"), message.get("InResponseTo")[0]) == (SLO_URL, "_")
    assert "Success" in message.xpath("string(//*[local-name()='StatusCode']/@Value)")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert visit.peer.verifies_query(query, "SAMLResponse")


async def test_the_provider_signs_out_by_a_form(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, slo_binding="post") as visit:
        await visit.sign_on()
        answer = await by_form(visit, SAMLRequest=encode(visit.signer.sign(logout_request(IDP, visit.slo))))
        assert not await visit.signed_in()
        assert answer.status_code == 200
        form = posted(answer.text, SLO_URL)
        assert visit.peer.server.parse_logout_request_response(form["SAMLResponse"], BINDING_HTTP_POST) is not None


async def test_only_the_named_session_ends(visit: Visit) -> None:
    async with visitor(visit.market) as other:
        first, visit.browser = visit.browser, other
        await visit.leave()
        await visit.come_back()
        request = logout_request(IDP, visit.slo)
        request.append(make(SAMLP, "SessionIndex", await session_index(visit)))
        assert (await by_address(visit, signed_query(visit.signer, request))).status_code == 303
        assert await visit.signed_in()
        visit.browser = first
        assert not await visit.signed_in()


async def test_nobody_elses_session_ends(visit: Visit) -> None:
    request = logout_request(IDP, visit.slo, subject="grace")
    assert (await by_address(visit, signed_query(visit.signer, request))).status_code == 303
    assert await visit.signed_in()


async def test_a_session_of_another_connection_goes_on(visit: Visit, tmp_path: Path) -> None:
    async with visiting(visit.market, tmp_path) as other:
        request = logout_request(IDP, other.slo)
        assert (await by_address(other, signed_query(other.signer, request))).status_code == 303
        assert await visit.signed_in()


async def test_a_provider_that_takes_no_answers_gets_none(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, slo_url="") as visit:
        await visit.sign_on()
        answer = await by_address(visit, signed_query(visit.signer, logout_request(IDP, visit.slo)))
        assert answer.status_code == 303
        assert urlsplit(answer.headers["location"]).netloc == ""
        assert not await visit.signed_in()


async def go_out(visit: Visit) -> str:
    """Sign out at the page; where the browser is led to."""
    home = await visit.browser.get("/account")
    answer = await visit.browser.post("/logout", data={"_csrf": form_token(home.text)})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sso/logout"
    assert not await visit.signed_in()
    page = await visit.browser.get("/sso/logout")
    assert page.status_code == 200, page.text
    return page.text


def led_to(page: str) -> str:
    found = re.search(rf'href="({re.escape(SLO_URL)}[^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


async def test_signing_out_here_goes_on_to_the_provider(visit: Visit) -> None:
    index = await session_index(visit)
    url = led_to(await go_out(visit))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    request = visit.peer.server.parse_logout_request(
        query["SAMLRequest"], BINDING_HTTP_REDIRECT, query["RelayState"], query["SigAlg"], query["Signature"]
    ).message
    assert (request.name_id.text, [each.text for each in request.session_index]) == ("ada", [index])
    answer = logout_response(IDP, visit.slo, request.id)
    back = signed_query(visit.signer, answer, parameter="SAMLResponse", relay_state=query["RelayState"])
    returned = await visit.browser.get(f"{visit.path}/slo?{back}")
    assert returned.status_code == 303, returned.text
    home = await visit.browser.get(returned.headers["location"])
    assert home.headers["location"] == "/"
    assert "at your organisation" in (await visit.browser.get("/")).text


async def test_signing_out_here_goes_on_to_the_provider_by_a_form(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, slo_binding="post") as visit:
        await visit.sign_on()
        form = posted(await go_out(visit), SLO_URL)
        request = visit.peer.server.parse_logout_request(form["SAMLRequest"], BINDING_HTTP_POST).message
        answer = visit.signer.sign(logout_response(IDP, visit.slo, request.id))
        returned = await by_form(visit, SAMLResponse=encode(answer), RelayState=form["RelayState"])
        assert returned.status_code == 303, returned.text
        home = await visit.browser.get(returned.headers["location"])
        assert home.headers["location"] == "/"


async def test_a_provider_that_could_not_sign_out_everywhere_is_told_of(visit: Visit) -> None:
    message, state = asked(led_to(await go_out(visit)))
    answer = logout_response(IDP, visit.slo, message.get("ID"), PARTIAL)
    back = signed_query(visit.signer, answer, parameter="SAMLResponse", relay_state=state)
    returned = await visit.browser.get(f"{visit.path}/slo?{back}")
    assert returned.headers["location"] == "/"
    assert "may still know you" in (await visit.browser.get("/")).text


async def test_without_the_providers_address_signing_out_ends_here(market: Marketplace, tmp_path: Path) -> None:
    async with visiting(market, tmp_path, slo_url="") as visit:
        await visit.sign_on()
        home = await visit.browser.get("/account")
        await visit.browser.post("/logout", data={"_csrf": form_token(home.text)})
        answer = await visit.browser.get("/sso/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert not await visit.signed_in()
