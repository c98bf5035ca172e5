"""A browser that goes to an honest provider and comes back, by the rules that browsers have."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_peer import Peer
from tests.domains.sso.saml_scene import SSO_URL, Scene, connect, visitor
from tests.factories import Marketplace


class Visit(Scene):
    """One browser, and the provider of its person."""

    peer: Peer

    async def leave(self, **query: str) -> Any:
        """Go to the provider; what it is asked, verified by it."""
        answer = await self.browser.get(f"{self.path}/login", params=query)
        if answer.status_code == 303:
            url = answer.headers["location"]
            assert url.startswith(SSO_URL)
            self.state = parse_qs(urlsplit(url).query)["RelayState"][0]
            request = self.peer.read_request(url)
        else:
            assert answer.status_code == 200, answer.text
            assert "form-action https://idp.example;" in answer.headers["content-security-policy"]
            form = posted(answer.text, SSO_URL)
            self.state = form["RelayState"]
            request = self.peer.read_request(SSO_URL, form)
        self.request_id = request.id
        return request

    def answer(self, *, subject: str = "ada", **options: Any) -> str:
        """What the provider has to say."""
        attributes = {"email": self.email, "name": "Ada Corp"}
        return self.peer.answer(self.acs, self.entity_id, self.request_id, attributes, subject, **options)

    async def come_back(self, **options: Any) -> httpx.Response:
        """Bring the provider's answer, and follow to where it is decided."""
        arrived = await self.send(self.answer(**options))
        assert arrived.status_code == 303, arrived.text
        return await self.browser.get(arrived.headers["location"])

    async def sign_on(self, **options: Any) -> None:
        """There and back."""
        await self.leave()
        assert (await self.come_back(**options)).status_code == 303
        assert await self.signed_in()


@asynccontextmanager
async def visiting(market: Marketplace, folder: Path, **settings: Any) -> AsyncIterator[Visit]:
    """A browser on the tenant, and a provider that has read our metadata."""
    signer = Signer()
    connection_id = await connect(market, signer, **settings)
    async with visitor(market) as browser:
        visit = Visit(market, connection_id, signer, browser)
        await visit.read_metadata()
        visit.peer = Peer(folder, signer, (await browser.get(f"{visit.path}/metadata")).text)
        yield visit


def posted(page: str, action: str) -> dict[str, str]:
    """The fields of the form that a page posts to an address."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert found, page
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in fields}
