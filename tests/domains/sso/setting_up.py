"""An administrator who sets single sign-on up, and a provider whose metadata stands at an address."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import httpx
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, SLO_URL, SSO_URL, Scene, visitor
from tests.factories import PROBLEMS, Marketplace, Person, form_token, sign_in

CONNECTION = "... on SsoConnection { id name status version tested configured }" + PROBLEMS
DONE = "... on Done { message }" + PROBLEMS


def metadata_of(*signers: Signer, entity_id: str = IDP, use: str = ' use="signing"') -> str:
    """A provider's metadata with the certificates of some signers."""
    keys = "".join(
        f'<KeyDescriptor{use}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>'
        f"{''.join(signer.certificate.splitlines()[1:-1])}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
        for signer in signers
    )
    redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}">'
        f'<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}'
        f'<SingleLogoutService Binding="{redirect}" Location="{SLO_URL}"/>'
        f'<SingleSignOnService Binding="{redirect}" Location="{SSO_URL}"/>'
        "</IDPSSODescriptor></EntityDescriptor>"
    )


class MetadataHost:
    """A web server on loopback that answers with whatever the test puts there."""

    def __init__(self) -> None:
        self.content = ""
        self.status = 200
        self.url = ""
        self.asked = 0


@contextmanager
def hosting() -> Iterator[MetadataHost]:
    """Run one."""
    host = MetadataHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked += 1
            body = host.content.encode()
            self.send_response(host.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_address[1]}/metadata"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def create(admin: Person, name: str = "Acme account", protocol: str = "SAML", provider: str = "OKTA") -> str:
    """A new connection's id."""
    value = {"name": name, "protocol": protocol, "provider": provider}
    created = await admin.mutate("createSsoConnection", CONNECTION, value)
    assert created["__typename"] == "SsoConnection", created
    return created["id"]


async def configure(admin: Person, connection_id: str, **source: str) -> dict[str, Any]:
    """What telling a provider's side came to."""
    return await admin.mutate("configureSaml", CONNECTION, {"connectionId": connection_id, **source})


async def ready_to_test(admin: Person, signer: Signer, name: str = "Acme account") -> str:
    """A connection that knows its provider."""
    connection_id = await create(admin, name)
    configured = await configure(admin, connection_id, metadata=metadata_of(signer))
    assert configured["__typename"] == "SsoConnection", configured
    return connection_id


async def enabled(admin: Person, signer: Signer, name: str = "Acme account") -> str:
    """A connection that signs people in, as its administrator made it: tried out, then enabled."""
    connection_id = await ready_to_test(admin, signer, name)
    async with visitor(admin.market) as browser:
        await sign_in(browser, admin)
        await try_out(admin.market, browser, signer, connection_id)
    answer = await admin.mutate("enableSsoConnection", CONNECTION, {"connectionId": connection_id})
    assert answer["__typename"] == "SsoConnection", answer
    return connection_id


async def scene_of(market: Marketplace, browser: httpx.AsyncClient, signer: Signer, connection_id: str) -> Scene:
    """A browser and a provider of a connection."""
    scene = Scene(market, UUID(connection_id), signer, browser)
    await scene.read_metadata()
    return scene


async def try_out(
    market: Marketplace, browser: httpx.AsyncClient, signer: Signer, connection_id: str, **claims: Any
) -> httpx.Response:
    """A test sign-in of whoever sits at the browser; the answer of its end."""
    scene = await scene_of(market, browser, signer, connection_id)
    await scene.depart(purpose="test")
    arrived = await scene.send(scene.signed(**claims))
    assert arrived.status_code == 303, arrived.text
    return await browser.get(arrived.headers["location"])


async def link_as(browser: httpx.AsyncClient, market: Marketplace, signer: Signer, connection_id: str, subject: str):
    """Link a provider's subject to whoever sits at the browser."""
    scene = await scene_of(market, browser, signer, connection_id)
    page = await browser.get("/account/sso")
    left = await browser.post(f"{scene.path}/link", data={"_csrf": form_token(page.text)})
    assert left.status_code == 200, left.text
    import re
    from html import unescape

    found = re.search(r'href="(https://idp\.example/[^"]+)"', left.text)
    assert found, left.text
    from tests.domains.sso.saml_scene import asked

    request, scene.state = asked(unescape(found[1]))
    scene.request_id = request.get("ID")
    arrived = await scene.send(scene.signed(subject=subject))
    assert arrived.status_code == 303, arrived.text
    return await browser.get(arrived.headers["location"])
