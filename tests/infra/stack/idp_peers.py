"""What the demo identity provider talks with: a tenant's server, and a browser that a person uses."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from ctorendang.infra.stack.idp.keys import _make


@dataclass
class Tenant:
    """A tenant's server on this machine, as a provider sees it; keeps what it is sent."""

    idp: str
    port: int = 0
    private_key: str = ""
    certificate: str = ""
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://acme.localhost:{self.port}"

    def settings(self, **changes) -> OneLogin_Saml2_Settings:
        """The same SAML application, by another implementation."""
        provider = OneLogin_Saml2_IdPMetadataParser.parse(httpx.get(f"{self.idp}/acme/metadata").text)["idp"]
        redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
        application = {
            "entityId": f"{self.origin}/metadata",
            "assertionConsumerService": {"url": f"{self.origin}/acs"},
            "singleLogoutService": {"url": f"{self.origin}/slo", "binding": redirect},
            "x509cert": self.certificate,
            "privateKey": self.private_key,
        }
        security = {
            "authnRequestsSigned": True,
            "logoutRequestSigned": True,
            "logoutResponseSigned": True,
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
        }
        values = {"strict": True, "sp": application | changes, "idp": provider, "security": security}
        return OneLogin_Saml2_Settings(values)

    def auth(self, path: str = "/", query: str = "", form: dict[str, str] | None = None, **changes):
        """One request to the application."""
        request = {
            "https": "off",
            "http_host": f"acme.localhost:{self.port}",
            "script_name": path,
            "get_data": dict(parse_qsl(query)),
            "post_data": form or {},
            "query_string": query,
        }
        return OneLogin_Saml2_Auth(request, old_settings=self.settings(**changes))


@contextmanager
def tenant_of(idp: str) -> Iterator[Tenant]:
    """A running tenant."""
    private_key, certificate = _make()
    tenant = Tenant(idp, private_key=private_key.decode(), certificate=certificate.decode())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(tenant.settings().get_sp_metadata() if self.path == "/metadata" else b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            tenant.posted.append((self.path, dict(parse_qsl(body.decode()))))
            self.answer(b"")

        def answer(self, body: bytes) -> None:
            self.send_response(200 if body or self.command == "POST" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tenant.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tenant
    server.shutdown()
    thread.join()


class Visitor:
    """A browser at the provider."""

    def __init__(self, idp: str) -> None:
        self.http = httpx.Client(base_url=idp)

    def choose(self, address: str, person: str) -> httpx.Response:
        """Follow an address to the people, and pick one."""
        page = self.http.get(address)
        assert page.status_code == 200, page.text
        request = re.search(r'name="request" value="([^"]+)"', page.text)
        action = re.search(r'action="([^"]+)"', page.text)
        assert request, page.text
        assert action
        return self.http.post(action[1], data={"request": request[1], "person": person})


def form_of(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where a page's form goes, and with what."""
    action = re.search(r'action="([^"]+)"', page.text)
    assert action, page.text
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in fields}


def query_of(address: str) -> dict[str, str]:
    """The values in an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
