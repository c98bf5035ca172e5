"""Signing on and out at a SAML provider in Chromium: the answer is posted across sites, and carries no cookie there."""

import base64
import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from lxml import etree
from tests.domains.sso.hostile_idp import (
    SUCCESS,
    Claims,
    Signer,
    assertion,
    encode,
    logout_response,
    response,
    signed_query,
)
from tests.domains.sso.saml_scene import IDP, asked, connect

pytestmark = pytest.mark.browser


class Provider:
    """An honest provider whose person is known to it already."""

    def __init__(self, web_port: int) -> None:
        self.signer = Signer()
        self.web_port = web_port
        self.email = ""
        self.entity_id = ""
        self.cookies: list[str] = []

    def here(self, address: str) -> str:
        """An address of the site, at the port that the web process of this run really has."""
        return address.replace(":8000/", f":{self.web_port}/", 1)

    def sign_on(self, request: etree._Element, state: str) -> str:
        """A page that posts the answer by itself."""
        acs = request.get("AssertionConsumerServiceURL")
        claims = Claims(
            IDP, acs, acs, ((request.findtext("{*}Issuer"),),), request.get("ID"), request.get("ID"),
            attributes=(("email", self.email), ("name", "Ada Corp")),
        )  # fmt: skip
        answer = encode(response(claims, self.signer.sign(assertion(claims))))
        fields = {"SAMLResponse": answer, "RelayState": state}
        inputs = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in fields.items())
        form = f'<form method="post" action="{self.here(acs)}">{inputs}<button>Go on</button></form>'
        return f"<!doctype html>{form}<script>document.forms[0].submit()</script>"

    def sign_out(self, request: etree._Element, state: str, slo: str) -> str:
        """The address that takes the answer back."""
        answer = logout_response(IDP, slo, request.get("ID"), SUCCESS)
        query = signed_query(self.signer, answer, parameter="SAMLResponse", relay_state=state)
        return f"{self.here(slo)}?{query}"


@contextmanager
def serving(provider: Provider) -> Iterator[int]:
    """The provider on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(("/sso", "/slo")):
                self.send_error(404)
                return
            message, state = asked(self.path)
            if self.path.startswith("/sso"):
                self.show(provider.sign_on(message, state))
            else:
                self.lead(provider.sign_out(message, state, message.findtext("{*}Issuer").replace("metadata", "slo")))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            message = etree.fromstring(base64.b64decode(form["SAMLRequest"][0]))
            self.show(provider.sign_on(message, form["RelayState"][0]))

        def show(self, page: str) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def lead(self, address: str) -> None:
            self.send_response(302)
            self.send_header("location", address)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_somebody_signs_on_and_out_here_and_at_the_provider(windows, live_market, port, binding):
    provider = Provider(port)
    with serving(provider) as own:
        site = f"http://idp.localhost:{own}"
        connection_id = await connect(
            live_market, provider.signer, sso_url=f"{site}/sso", slo_url=f"{site}/slo", sso_binding=binding
        )
        provider.email = f"ada@{connection_id.hex[-8:]}.corp.example"
        window = await windows()
        page = await window.open(f"/sso/{connection_id}/login?next=/projects")
        await page.wait_for_url(f"{window.base}/projects")
        await page.locator("details[data-menu] summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.wait_for_url(f"{window.base}/")
        assert await page.get_by_text("You are signed out here and at your organisation.").is_visible()
        assert (await page.goto(f"{window.base}/account")).status == 401
        window.problems.clear()  # that the account is closed is an error in the console


async def test_another_browsers_answer_signs_nobody_on(windows, live_market, port):
    """Login CSRF: a page that posts an answer which the attacker's own browser has asked for."""
    provider = Provider(port)
    with serving(provider) as own:
        site = f"http://idp.localhost:{own}"
        connection_id = await connect(live_market, provider.signer, sso_url=f"{site}/sso")
        provider.email = f"ada@{connection_id.hex[-8:]}.corp.example"
        window = await windows()
        host = window.base.removeprefix("http://")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"host": host}) as attacker:
            away = await attacker.get(f"/sso/{connection_id}/login")
        victim = await window.context.new_page()
        await victim.goto(f"{site}/sso?{urlsplit(away.headers['location']).query}")
        await victim.wait_for_url(re.compile(r"/finish\?ticket="))
        assert await victim.get_by_text("Single sign-on did not work").first.is_visible()
        assert (await victim.goto(f"{window.base}/account")).status == 401
