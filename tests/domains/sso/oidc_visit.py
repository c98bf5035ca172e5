"""A tenant connected to a provider, and a browser that goes there and comes back, one step at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.domains.sso.real_op import RealOp, serving
from tests.factories import Marketplace

from ctorendang.domains.sso.models import Connection, SignOnTrace
from ctorendang.domains.sso.oidc import flow as oidc_flow
from ctorendang.domains.sso.trace_storage import TraceContent, read_trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.kit.ids import uuid7


def somebody(**claims: Any) -> dict[str, Any]:
    """Claims about a person whom nobody has seen before."""
    name = uuid4().hex[:10]
    return {
        "sub": f"subject-{name}",
        "email": f"{name}@people.example",
        "email_verified": True,
        "name": "Ada Lovelace",
        **claims,
    }


@dataclass
class Connected:
    """A tenant's connection to a provider."""

    market: Marketplace
    op: RealOp
    id: UUID
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def work(self, *, role: str = AUTHENTICATOR):
        """A unit of work of the product itself."""
        return self.market.marketplaces.site.product.units.begin(Actor.service(self.market.id, role))

    async def change(self, **settings: Any) -> None:
        """Change settings of the connection, or with ``_status`` and the like the connection itself."""
        async with self.work() as work:
            connection = await work.session.get(Connection, (self.market.id, self.id))
            own = {name: value for name, value in settings.items() if not name.startswith("_")}
            connection.settings = {**connection.settings, **own}
            for name in settings.keys() - own.keys():
                setattr(connection, name[1:], settings[name])

    async def settings(self) -> dict[str, Any]:
        async with self.work() as work:
            return (await work.session.get(Connection, (self.market.id, self.id))).settings

    async def trace(self, page: httpx.Response) -> TraceContent:
        """The trace that a refusal's page names."""
        async with self.work() as work:
            for stored in await work.session.scalars(SignOnTrace.__table__.select().with_only_columns(SignOnTrace.id)):
                row = await work.session.get(SignOnTrace, (self.market.id, stored))
                if row.reference in page.text:
                    return await read_trace(work, row)
        raise AssertionError(f"no trace for {page.text[-2000:]}")

    async def leave(self, browser: httpx.AsyncClient, query: str = "") -> str:
        """The provider's address that a browser is sent to."""
        answer = await browser.get(f"/sso/{self.id}/login{query}")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def come_back(self, browser: httpx.AsyncClient, query: str = "") -> str:
        """The address that the provider sends a browser back to."""
        return await at_provider(await self.leave(browser, query))

    async def call_back(self, browser: httpx.AsyncClient, query: str = "") -> httpx.Response:
        """The answer of our callback to what the provider sends."""
        return await self.answer(await self.come_back(browser, query))

    async def answer(self, address: str, **headers: str) -> httpx.Response:
        """Our callback's answer, asked without any cookie: it must not need one."""
        async with self.market.browser(**headers) as stranger:
            return await stranger.get(address)

    async def sign_on(self, browser: httpx.AsyncClient, query: str = "") -> httpx.Response:
        """The whole way, to where the session is opened."""
        called = await self.call_back(browser, query)
        assert called.status_code == 303, called.text
        assert called.headers["location"].startswith(f"/sso/{self.id}/finish?ticket=")
        return await browser.get(called.headers["location"])

    async def tell(self, token: str, **headers: str) -> httpx.Response:
        """Our answer to a logout token."""
        async with self.market.browser(origin=self.op.issuer, **headers) as caller:
            return await caller.post(f"/sso/{self.id}/backchannel-logout", data={"logout_token": token})


async def connect(market: Marketplace, op: RealOp, secret: str | None = None, **values: Any) -> Connected:
    """Connect a tenant to a provider by its own description of itself."""
    product = market.marketplaces.site.product
    settings = await oidc_flow.discover(product.gateways.outgoing, op.issuer, "marketplace")
    return await insert(market, op, msgspec.to_builtins(settings), secret or op.clients["marketplace"], **values)


async def insert(market: Marketplace, op: RealOp, settings: dict[str, Any], secret: str, **values: Any) -> Connected:
    """An active connection."""
    connected = Connected(market, op, uuid7())
    async with connected.work() as work:
        given = {"name": f"Provider {connected.id}", "protocol": "oidc", "status": "active"} | values
        connection = Connection(tenant_id=market.id, id=connected.id, settings=settings, **given)
        await oidc_flow.seal_secret(work, connection, secret)
        work.session.add(connection)
    return connected


async def at_provider(url: str) -> str:
    """What the provider answers to a browser that was sent there."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def is_signed_in(browser: httpx.AsyncClient) -> bool:
    return bool(browser.cookies.get("session"))


async def opens_account(browser: httpx.AsyncClient) -> bool:
    """Whether the browser's session is good now."""
    return (await browser.get("/account")).status_code == 200


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@contextmanager
def provider(op: RealOp | None = None) -> Iterator[RealOp]:
    """A provider with somebody at the browser."""
    op = op or RealOp()
    op.person = somebody()
    with serving(op):
        yield op
