"""Requests to addresses that somebody typed: metadata, discovery documents, keys, token endpoints.

Whoever names an address must not reach what only this machine can: the name is resolved once, every address of it must
be public, and the connection goes to just those. Nothing is followed, and size and time are capped.
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlencode

import httpcore
import httpx

from ctorendang.infra.errors import AppError
from ctorendang.infra.gateways.addresses import is_loopback, is_public

Resolve = Callable[[str], Awaitable[Sequence[str]]]

MOST_BYTES = 1_000_000
_SECONDS = 10.0
_CONNECT_SECONDS = 4.0
_LONGEST_URL = 2_000
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*{_LABEL}")
# What the C library, and with it most programs, would read as a number: 2130706433, 0x7f.1, 0177.0.0.1.
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


class AddressNotAllowed(AppError):
    """The address is none that the product asks on somebody's behalf."""

    code = "address_not_allowed"


class FetchFailed(AppError):
    """There was no usable answer from the address."""

    code = "fetch_failed"


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status but a redirect.

    Attributes:
        headers: by lower-case name; of those that came more than once the last.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    """An address, read once: what is checked is what is used."""

    secure: bool
    host: str
    port: int
    path: bytes

    @property
    def url(self) -> httpcore.URL:
        return httpcore.URL(
            scheme=b"https" if self.secure else b"http", host=self.host.encode(), port=self.port, target=self.path
        )

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class GuardedClient:
    """Asks public addresses by https.

    Args:
        loopback: addresses of this machine are allowed as well, by http too; for development.
        resolve: the addresses of a name, asked once a request.
        trust: whose certificates are believed; the usual authorities by default.
        seconds: that a request may take as a whole.
    """

    def __init__(
        self,
        *,
        loopback: bool = False,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._loopback = loopback
        self._resolve = resolve or _ask_system
        self._trust = trust
        self._seconds = seconds

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None, most_bytes: int = MOST_BYTES) -> Fetched:
        """Read an address.

        Raises:
            AddressNotAllowed: it is not public, or not https.
            FetchFailed: it cannot be reached, redirects, or its answer is too long or too slow.
        """
        return await self._send("GET", url, headers or {}, None, most_bytes)

    async def post(
        self,
        url: str,
        *,
        form: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> Fetched:
        """Send a form to an address.

        Raises:
            AddressNotAllowed: it is not public, or not https.
            FetchFailed: it cannot be reached, redirects, or its answer is too long or too slow.
        """
        content = urlencode(form).encode()
        return await self._send(
            "POST", url, {"content-type": "application/x-www-form-urlencoded", **(headers or {})}, content, most_bytes
        )

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, most_bytes: int
    ) -> Fetched:
        target = self._read(url)
        try:
            async with asyncio.timeout(self._seconds):
                addresses = await self._checked(target)
                return await self._exchange(method, target, addresses, headers, content, most_bytes)
        except (TimeoutError, httpcore.TimeoutException):
            raise FetchFailed(
                f"{target.host} did not answer within {self._seconds:.0f} seconds. Try again later."
            ) from None
        except httpcore.ConnectError as error:
            raise FetchFailed(_connecting(target, error)) from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise FetchFailed(f"{target.host} broke off its answer, or speaks something else than HTTP.") from None

    def _read(self, url: str) -> _Target:
        if len(url) > _LONGEST_URL:
            raise AddressNotAllowed("The address is too long.")
        try:
            read = httpx.URL(url)
        except (httpx.InvalidURL, TypeError, ValueError):
            raise AddressNotAllowed("This is no address: it should look like https://login.example.com/path.") from None
        if read.scheme != "https" and not (self._loopback and read.scheme == "http"):
            raise AddressNotAllowed("The address must start with https://.")
        if read.userinfo:
            raise AddressNotAllowed("The address must hold no user name and no password.")
        host = read.raw_host.decode("ascii").lower()
        if not _is_host(host):
            raise AddressNotAllowed("The address does not name a host, as login.example.com is one.")
        secure = read.scheme == "https"
        port = read.port or (443 if secure else 80)
        # Low ports belong to other protocols, whose servers should not be talked to by accident or on purpose.
        if port != (443 if secure else 80) and not 1024 <= port <= 65_535:
            raise AddressNotAllowed("The address's port must be 443, or from 1024 to 65535.")
        return _Target(secure, host, port, read.raw_path)

    async def _checked(self, target: _Target) -> Sequence[str]:
        """The addresses of the host, all of which may be connected to."""
        addresses = await self._addresses(target.host)
        if not addresses:
            raise FetchFailed(f"The name {target.host} is not known. Check its spelling.")
        local = self._loopback and all(map(is_loopback, addresses))
        if not local and not all(map(is_public, addresses)):
            raise AddressNotAllowed(f"{target.host} is not reachable on the public internet, so it is not asked.")
        if not local and not target.secure:
            raise AddressNotAllowed("The address must start with https://.")
        return addresses

    async def _addresses(self, host: str) -> Sequence[str]:
        if _is_address(host):
            return [host]
        if host == "localhost" or host.endswith(".localhost"):
            # Nobody is asked about these (RFC 6761 section 6.3).
            return ["127.0.0.1"]
        return await self._resolve(host)

    async def _exchange(
        self,
        method: str,
        target: _Target,
        addresses: Sequence[str],
        headers: Mapping[str, str],
        content: bytes | None,
        most_bytes: int,
    ) -> Fetched:
        sent = {"host": target.authority, "accept": "*/*", "accept-encoding": "identity", "user-agent": "sign-in/1.0"}
        sent |= {name.lower(): value for name, value in headers.items()} | {"host": target.authority}
        if content is not None:
            sent["content-length"] = str(len(content))
        if self._trust is None:
            self._trust = httpx.create_ssl_context()
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=_Pinned(addresses)) as pool,
            pool.stream(method, target.url, headers=[*sent.items()], content=content) as response,
        ):
            if 300 <= response.status < 400:
                raise FetchFailed(f"{target.host} sends on to another address. Enter the final address.")
            received = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            body = await _read_body(response.aiter_stream(), received.get("content-encoding", ""), most_bytes)
            if body is None:
                raise FetchFailed(f"The answer of {target.host} is longer than {most_bytes:,} bytes, or damaged.")
            return Fetched(response.status, received, body)


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, whatever name it is asked for."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers."""
        for address in self._addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, _CONNECT_SECONDS)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(self._addresses[-1], port, _CONNECT_SECONDS)


async def _read_body(chunks: AsyncIterable[bytes], encoding: str, most_bytes: int) -> bytes | None:
    """The body, unpacked where it was packed nevertheless; None where it is too long or cannot be unpacked."""
    if encoding.strip().lower() not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        return None
    packed = encoding.strip().lower() not in {"", "identity"}
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    body = bytearray()
    async for chunk in chunks:
        room = most_bytes + 1 - len(body)
        try:
            body += unpacker.decompress(chunk, room) if packed else chunk[:room]
        except zlib.error:
            return None
        if len(body) > most_bytes:
            return None
    return None if packed and body and not unpacker.eof else bytes(body)


def _is_host(host: str) -> bool:
    if _is_address(host):
        return True
    return bool(_NAME.fullmatch(host)) and not _ENDS_IN_A_NUMBER.fullmatch(host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    # A zone (RFC 4007) names an interface of this machine.
    return "%" not in host


def _connecting(target: _Target, error: Exception) -> str:
    cause = error.__context__
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"The certificate of {target.host} is not valid for it: {cause.verify_message}."
    if cause is not None:
        return f"{target.host} does not offer a secure connection there."
    return f"{target.host} cannot be reached on port {target.port}."


async def _ask_system(host: str) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
