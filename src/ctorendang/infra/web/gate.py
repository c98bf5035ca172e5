"""The way in: every request gets an id, a tenant and an actor before the application sees it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import Message, Receive, Send

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.bearer import kind_of
from ctorendang.infra.errors import TooManyAttempts
from ctorendang.infra.tenancy.hosts import normalise_host
from ctorendang.infra.tenancy.tenant import Tenant
from ctorendang.infra.web.addresses import client_address, trusted_networks
from ctorendang.infra.web.context import RequestContext, keep_context
from ctorendang.infra.web.cookies import SESSION, Cookies
from ctorendang.kit.ids import uuid7
from ctorendang.settings import WebSettings

# What pages need and nothing else: no inline script or style, no framing, no plug-ins, no foreign hosts.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_PROBES = frozenset({"/health", "/ready"})
_API = "/graphql"
_LONGEST_TOKEN = 200
_LONGEST_QUERY = 16_000

_log = structlog.get_logger("ctorendang.access")


class Identify(Protocol):
    """Tells whom a credential stands for on a tenant; filled in by the accounts domain."""

    async def __call__(self, visitor: Actor, kind: str, token: str) -> Actor | None:
        """The person, None for a credential that is not good here.

        Args:
            visitor: who they are without it.
            kind: ``browser``, ``program`` or ``key``.
            token: what was presented.

        Raises:
            TooManyAttempts: enough bad ones came from this network address.
        """


class Gate:
    """Wraps the application.

    An unknown host is answered here, with 421 and nothing else: never a default tenant. A credential is looked up
    within the tenant of the host that it was sent to, so on another tenant's host it is nobody.
    """

    def __init__(
        self,
        app: Litestar,
        settings: WebSettings,
        find_tenant: Callable[[str], Awaitable[Tenant | None]],
        identify: Identify,
    ) -> None:
        self.litestar = app
        self._settings = settings
        self._find_tenant = find_tenant
        self._identify = identify
        self._proxies = trusted_networks(settings.trusted_proxies)
        self._cookies = Cookies(secure=settings.scheme == "https")
        self._headers = (*_HEADERS, *((_STRICT_TRANSPORT,) if self._cookies.secure else ()))

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        if scope["type"] != ScopeType.HTTP or scope["path"] in _PROBES:
            await self.litestar(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = str(uuid7())
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                ours = (*self._headers, (b"x-request-id", request_id.encode()))
                message["headers"] = [*message["headers"], *(each for each in ours if each[0] not in present)]
            await send(message)

        try:
            context = await self._let_in(scope, request_id, send_with_headers)
            if context is None:
                return
            structlog.contextvars.bind_contextvars(tenant=context.tenant.slug)
            keep_context(scope, context)
            await self.litestar(scope, receive, send_with_headers)
        finally:
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            _log.info("request", method=scope["method"], path=scope["path"], status=status, ms=elapsed)
            structlog.contextvars.clear_contextvars()

    async def _let_in(self, scope: Any, request_id: str, send: Send) -> RequestContext | None:
        """What is known of the request; None when it was answered here."""
        try:
            context = await self._context(scope, request_id)
        except TooManyAttempts as error:
            await _plain(send, 429, f"{error.detail}\n".encode(), retry_after=error.retry_after)
            return None
        except Exception as error:  # noqa: BLE001 - without tenant and actor there is no page to show it on
            _log.error("request could not be let in", exc_info=error)
            await _plain(send, 503, b"This site is not available right now. Try again in a moment.\n")
            return None
        if len(scope["query_string"]) > _LONGEST_QUERY:
            await _plain(send, 414, b"This address is too long.\n")
            return None
        if context is None:
            await _plain(send, 421, b"There is nothing at this address.\n")
        return context

    async def _context(self, scope: Any, request_id: str) -> RequestContext | None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        # Of two Host headers one would be for us, the other for a proxy on the way (RFC 9112 section 3.2): none counts.
        header, *others = connection.headers.getall("host", [""])
        host = None if others else normalise_host(header)
        tenant = await self._find_tenant(host) if host else None
        if tenant is None:
            return None
        visitor = Actor(tenant.id, request_id=request_id, address=self._address(connection))
        actor, token = await self._actor(connection, visitor)
        return RequestContext(request_id, tenant, actor, token, f"{self._settings.scheme}://{header.lower()}")

    async def _actor(self, connection: ASGIConnection[Any, Any, Any, Any], visitor: Actor) -> tuple[Actor, str]:
        """The actor, and the browser session's secret where that is what spoke for it."""
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and bearer:
            kind = kind_of(bearer.strip())
            # Keys are for programs: no page, form or file is theirs.
            if kind == "key" and connection.url.path != _API:
                return visitor, ""
            return await self._known(visitor, kind, bearer.strip()) or visitor, ""
        cookie = connection.cookies.get(self._cookies.name(SESSION), "")
        person = await self._known(visitor, "browser", cookie)
        return (person, cookie) if person else (visitor, "")

    async def _known(self, visitor: Actor, kind: str, token: str) -> Actor | None:
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        return await self._identify(visitor, kind, token)

    def _address(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        peer = connection.client.host if connection.client else ""
        return client_address(peer, connection.headers.getall("x-forwarded-for", []), self._proxies)


async def _plain(send: Send, status: int, body: bytes, *, retry_after: int | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    if retry_after is not None:
        headers.append((b"retry-after", b"%d" % retry_after))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _without_body(send: Send) -> Send:
    """Answers HEAD: what GET says, but for the body (RFC 9110 section 9.3.2)."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return send_head
