"""Typesense over HTTP, with a circuit breaker: while it does not answer, nobody waits for it.

The vendor's own client marks nodes, waits and repeats, which is what a breaker is there to prevent, and holds one key a
client, where every tenant's search carries a key of its own. What is sent is small enough to say here.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import msgspec
import structlog

from ctorendang.infra.gateways.typesense_keys import scoped_key, search_key
from ctorendang.settings import TypesenseSettings

_SEARCH_SECONDS = 0.8
_WRITE_SECONDS = 30.0
_PROBE_SECONDS = 1.0
_CONNECTIONS = 20

_log = structlog.get_logger(__name__)


class SearchUnavailable(OSError):
    """The search engine cannot be reached, is not ready, or does not have the collection."""


class SearchRefused(Exception):
    """The search engine understood a request, and did not like it."""


class Typesense:
    """A search server.

    Args:
        settings: where it is, and the key that may do everything.
        secret_key: of the product; search keys follow from it.
    """

    def __init__(self, settings: TypesenseSettings, secret_key: str) -> None:
        self._search_key = search_key(secret_key)
        self._scoped = lru_cache(maxsize=1024)(lambda tenant_id: scoped_key(self._search_key, str(tenant_id)))
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        # Two clients: what searches cannot even by mistake send the key that may do everything.
        self._searches = httpx.AsyncClient(base_url=settings.url, timeout=_SEARCH_SECONDS, limits=limits)
        self._admin = httpx.AsyncClient(
            base_url=settings.url, timeout=_WRITE_SECONDS, headers={"X-TYPESENSE-API-KEY": settings.api_key}
        )
        self._probing: asyncio.Task[None] | None = None

    @property
    def answers(self) -> bool:
        """Whether it did when it was last asked."""
        return self._probing is None or self._probing.done()

    async def search(self, tenant_id: UUID, searches: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Search within a tenant; the answers in order.

        Raises:
            SearchUnavailable: at once while it is known not to answer, within 0.8 seconds when that turns out now.
            SearchRefused: a search makes no sense to it.
        """
        if not self.answers:
            raise SearchUnavailable("Typesense did not answer a moment ago.")
        try:
            async with asyncio.timeout(_SEARCH_SECONDS):
                response = await self._searches.post(
                    "/multi_search",
                    content=msgspec.json.encode({"searches": searches}),
                    headers={"X-TYPESENSE-API-KEY": self._scoped(tenant_id), "Content-Type": "application/json"},
                )
        except (httpx.HTTPError, TimeoutError) as error:
            self._trip(error)
            raise SearchUnavailable(f"Typesense does not answer ({type(error).__name__}).") from None
        # 401 and 404: it has lost its keys or the collection, until the worker has brought them back.
        if response.status_code in {401, 404} or response.status_code >= 500:
            raise SearchUnavailable(f"Typesense answers with status {response.status_code}.")
        answer = msgspec.json.decode(response.content)
        return [_result(each) for each in answer.get("results", [answer])]

    def _trip(self, error: Exception) -> None:
        if self.answers:
            _log.warning("search engine does not answer, the database searches", error=type(error).__name__)
            self._probing = asyncio.create_task(self._probe(), name="probe-typesense")

    async def _probe(self) -> None:
        # Nobody can tell when it comes back but by asking.
        while not await self.healthy():  # noqa: ASYNC110
            await asyncio.sleep(_PROBE_SECONDS)
        _log.info("search engine answers again")

    async def healthy(self) -> bool:
        """Whether it is up and ready."""
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                return (await self._admin.get("/health")).status_code == 200
        except (httpx.HTTPError, TimeoutError):
            return False

    async def close(self) -> None:
        """Let go of connections."""
        if self._probing is not None:
            self._probing.cancel()
            with suppress(asyncio.CancelledError):
                await self._probing
        await self._searches.aclose()
        await self._admin.aclose()

    async def aliased(self, alias: str) -> str | None:
        """The collection that an alias stands for, None where there is no such alias.

        Raises:
            SearchUnavailable: it cannot be asked; so do all that follow.
        """
        response = await self._ask("GET", f"/aliases/{alias}")
        return None if response.status_code == 404 else str(_checked(response)["collection_name"])

    async def point(self, alias: str, collection: str) -> None:
        """Let an alias stand for another collection from now on."""
        _checked(await self._ask("PUT", f"/aliases/{alias}", {"collection_name": collection}))

    async def collections(self) -> list[str]:
        """The names of all collections."""
        return [each["name"] for each in _checked(await self._ask("GET", "/collections"))]

    async def create(self, schema: Mapping[str, Any], synonyms: Sequence[Sequence[str]]) -> None:
        """Make an empty collection in which the words of each group mean the same."""
        _checked(await self._ask("POST", "/collections", schema))
        for place, words in enumerate(synonyms):
            path = f"/collections/{schema['name']}/synonyms/{place}"
            _checked(await self._ask("PUT", path, {"synonyms": list(words)}))

    async def drop(self, collection: str) -> None:
        """Remove a collection; nothing happens where there is none."""
        await self._ask("DELETE", f"/collections/{collection}")

    async def allow_searching(self, collections: str) -> None:
        """Make the key that tenants' keys are derived from known to the server, for collections of a pattern."""
        key = {
            "description": "search only; tenants' keys are derived from it",
            "actions": ["documents:search"],
            "collections": [collections],
            "value": self._search_key,
        }
        response = await self._ask("POST", "/keys", key)
        if response.status_code != 409:  # known already
            _checked(response)

    async def put(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        """Add documents, replacing those of the same ids.

        Raises:
            SearchRefused: one of them cannot be taken.
        """
        lines = b"\n".join(map(msgspec.json.encode, documents))
        response = await self._ask("POST", f"/collections/{collection}/documents/import?action=upsert", lines)
        if response.status_code == 404:
            raise SearchUnavailable("The collection is gone.")
        for line in response.content.splitlines():
            result = msgspec.json.decode(line)
            if not result.get("success"):
                raise SearchRefused(str(result.get("error") or result.get("message"))[:200])

    async def remove(self, collection: str, ids: Sequence[str]) -> None:
        """Remove documents; nothing happens where there are none."""
        wanted = quote(f"id:[{','.join(ids)}]", safe="")
        response = await self._ask("DELETE", f"/collections/{collection}/documents?filter_by={wanted}")
        if response.status_code == 404:
            raise SearchUnavailable("The collection is gone.")
        _checked(response)

    async def export(self, collection: str, tenant_id: UUID, fields: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
        """Every document of a tenant, with some of its fields."""
        wanted = quote(f"tenant_id:={tenant_id}", safe="")
        path = f"/collections/{collection}/documents/export?filter_by={wanted}&include_fields={','.join(fields)}"
        response = await self._ask("GET", path)
        if response.status_code == 404:
            raise SearchUnavailable("The collection is gone.")
        if response.status_code != 200:
            _checked(response)
        for line in response.content.splitlines():
            yield msgspec.json.decode(line)

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None) -> httpx.Response:
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        try:
            response = await self._admin.request(method, path, content=content)
        except httpx.HTTPError as error:
            raise SearchUnavailable(f"Typesense does not answer ({type(error).__name__}).") from None
        if response.status_code in {401, 403} or response.status_code >= 500:
            raise SearchUnavailable(f"Typesense answers with status {response.status_code}.")
        return response


def create_typesense(settings: TypesenseSettings, secret_key: str) -> Typesense | None:
    """The search server of the settings, None where they name none."""
    return Typesense(settings, secret_key) if settings.url else None


def _checked(response: httpx.Response) -> Any:
    if response.is_error:
        raise SearchRefused(f"{response.status_code}: {response.text[:200]}")
    return msgspec.json.decode(response.content)


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("code") == 404:
        raise SearchUnavailable("The collection is gone.")
    if "error" in answer or "found" not in answer:
        raise SearchRefused(str(answer.get("error") or answer.get("message"))[:200])
    return answer
