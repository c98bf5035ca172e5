"""Filling tenants with demo data."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from ctorendang.demo.attachments import ATTACHMENT_COLUMNS, attach
from ctorendang.demo.engagements import Matchmaker
from ctorendang.demo.histories import HistoryTeller
from ctorendang.demo.market import Market, Member, make_market
from ctorendang.demo.people import Person
from ctorendang.demo.phrases import texts
from ctorendang.demo.portfolio import ITEM_COLUMNS, MEDIA_COLUMNS, Portfolio
from ctorendang.demo.rows import COLUMNS, RowMaker, TenantRows
from ctorendang.demo.sign_on import connect
from ctorendang.demo.store import DemoStore
from ctorendang.demo.vectors import CTO_COLUMNS, PROJECT_COLUMNS, Vocabulary, cto_vectors, project_vectors
from ctorendang.demo.work_rows import WorkRows
from ctorendang.domains.accounts.passwords import hash_password
from ctorendang.domains.matching.jobs import SUBSCRIPTIONS as MATCHING
from ctorendang.domains.search.jobs import SUBSCRIPTIONS as SEARCH
from ctorendang.infra.gateways.embeddings import create_embedder
from ctorendang.infra.gateways.files import create_files
from ctorendang.settings import InvalidSetting, Settings, require

PASSWORD = "ctorendang-demo"  # noqa: S105 - known to everybody, which is why production has no demo data
TENANTS = ("acme", "northwind", "globex")

# The worker reads some 20 profiles a second; of more than this many the composed vectors stay.
_MOST_READ = 1_000

_MESSAGE = ("tenant_id", "event", "handler", "bulk", "payload")

_ROOT = Person("Wilhelmina Asare", "root@platform.example", "west_african", "Africa/Accra", "Accra")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load has added."""

    tenants: int
    ctos: int


@dataclass(frozen=True, slots=True)
class _Tenant:
    id: UUID
    slug: str
    currency: str


async def load(settings: Settings, *, tenants: int | None = None, ctos: int | None = None, seed: int = 1) -> Loaded:
    """Fill the demo tenants, or any number of new ones; a tenant that has CTOs already is left as it is.

    Args:
        tenants: make this many tenants (demo-001 ...) and fill these, instead of acme, northwind and globex.
        ctos: CTOs a tenant, instead of each tenant's usual number.
        seed: another seed makes other people.

    Raises:
        InvalidSetting: this is no development environment, since everybody knows the demo people's password; or the
            platform's address is missing.
    """
    if not settings.development:
        raise InvalidSetting("Demo data is for development only: set CTORENDANG_ENVIRONMENT=development to load it.")
    platform = await asyncpg.connect(require(settings.database.platform_url, "PLATFORM_DATABASE_URL"))
    try:
        slugs = TENANTS if tenants is None else await _make_tenants(platform, tenants)
        found = await platform.fetch("select id, slug, currency from tenants where slug = any($1)", [*slugs, "console"])
    finally:
        await platform.close()
    by_slug = {row["slug"]: _Tenant(row["id"], row["slug"], row["currency"]) for row in found}
    wanted = [by_slug[slug] for slug in slugs if slug in by_slug]
    async with DemoStore.open(settings.database.url) as store:
        loader = _Loader(settings, store, seed=seed, ctos=ctos)
        if "console" in by_slug:
            await loader.add_root(by_slug["console"])
        loaded = await loader.fill(wanted, final=tenants is not None or (ctos or 0) > _MOST_READ)
    await connect(settings, {tenant.slug: tenant.id for tenant in wanted})
    return loaded


async def _make_tenants(platform: asyncpg.Connection, count: int) -> Sequence[str]:
    """Tenants demo-001 and on, each under <slug>.localhost, as far as they are missing."""
    cities = [city for table in texts("names").values() for city in table["cities"]]
    slugs = [f"demo-{number:03}" for number in range(1, count + 1)]
    names = [f"{cities[number % len(cities)]} Technology Circle" for number in range(count)]
    async with platform.transaction():
        await platform.execute(
            "insert into tenants (slug, name, tagline) select slug, name, 'Technical leadership by the day'"
            " from unnest($1::text[], $2::text[]) as made(slug, name) on conflict (slug) do nothing",
            slugs,
            names,
        )
        await platform.execute(
            "insert into tenant_domains (host, tenant_id, is_primary, verified_at)"
            " select slug || '.localhost', id, true, now() from tenants where slug = any($1) on conflict do nothing",
            slugs,
        )
    return slugs


class _Loader:
    def __init__(self, settings: Settings, store: DemoStore, *, seed: int, ctos: int | None) -> None:
        self._settings = settings
        self._store = store
        self._seed = seed
        self._ctos = ctos
        self._now = datetime.now(UTC)
        self._vocabulary: Vocabulary | None = None

    @cached_property
    def _password_hash(self) -> str:
        # Slow on purpose, so one does for all, and none where there is nothing to fill.
        return hash_password(PASSWORD)

    async def add_root(self, console: _Tenant) -> None:
        async with self._store.tenant(console.id):
            if not await self._store.anyone("users", console.id):
                rows = self._maker(console).user(Member(_ROOT, "platform_admin", self._now))
                await self._store.put_all(COLUMNS, rows.tables)

    async def fill(self, tenants: Iterable[_Tenant], *, final: bool) -> Loaded:
        filled = [await self._fill(tenant, final=final) for tenant in tenants]
        return Loaded(tenants=sum(ctos > 0 for ctos in filled), ctos=sum(filled))

    async def _fill(self, tenant: _Tenant, *, final: bool) -> int:
        """Fill one tenant; returns the number of CTOs added."""
        async with self._store.tenant(tenant.id):
            if await self._store.anyone("ctos", tenant.id):
                return 0
            market = make_market(tenant.slug, seed=self._seed, now=self._now, ctos=self._ctos)
            rows = self._maker(tenant).make(market)
            work = self._work(tenant, market, rows).make()
            await self._store.put_all(COLUMNS, rows.tables)
            for table in work:
                await self._store.put(table.name, table.columns, table.rows)
            await self._put_files(tenant, market, rows)
            await self._put_vectors(tenant, market, rows, final=final)
            await self._have_index_filled(tenant)
            if not final:
                await self._have_texts_read(tenant, market, rows)
            details = json.dumps({"ctos": len(rows.cto_ids), "projects": len(rows.project_ids), "seed": self._seed})
            event = (tenant.id, "tenants.demo_data.loaded", "tenant", tenant.id, details, "")
            columns = ("tenant_id", "action", "subject_type", "subject_id", "details", "request_id")
            await self._store.put("audit_events", columns, [event])
        return len(rows.cto_ids)

    def _maker(self, tenant: _Tenant) -> RowMaker:
        random = Random(f"{self._seed}:{tenant.slug}:rows")  # noqa: S311 - decides about nobody's security
        return RowMaker(tenant.id, tenant.currency, self._password_hash, self._now, random)

    async def _put_files(self, tenant: _Tenant, market: Market, rows: TenantRows) -> None:
        files = create_files(self._settings.files)
        await self._store.put("project_attachments", ATTACHMENT_COLUMNS, await attach(files, tenant.id, market, rows))
        portfolio = Portfolio(files, tenant.id)
        await portfolio.show(market, rows)
        await self._store.put("cto_portfolio_items", ITEM_COLUMNS, portfolio.items)
        await self._store.put("cto_portfolio_media", MEDIA_COLUMNS, portfolio.media)

    def _work(self, tenant: _Tenant, market: Market, rows: TenantRows) -> WorkRows:
        random = Random(f"{self._seed}:{tenant.slug}:work")  # noqa: S311 - decides about nobody's security
        teller = HistoryTeller(random, self._now)
        return WorkRows(Matchmaker(tenant.id, tenant.currency, market, rows, teller), self._now)

    async def _put_vectors(self, tenant: _Tenant, market: Market, rows: TenantRows, *, final: bool) -> None:
        if self._vocabulary is None:
            self._vocabulary = await Vocabulary.read(create_embedder(self._settings.embeddings))
        ctos = cto_vectors(self._vocabulary, tenant.id, market, rows, final=final)
        await self._store.put("cto_vectors", CTO_COLUMNS, ctos)
        await self._store.sketch(tenant.id)
        projects = project_vectors(self._vocabulary, tenant.id, market, rows, final=final)
        await self._store.put("project_vectors", PROJECT_COLUMNS, projects)

    async def _have_index_filled(self, tenant: _Tenant) -> None:
        """Ask the worker to tell the search engine of everybody at once, which nobody else does past the outbox."""
        (sync,) = (each for each in SEARCH if each.event == "search.sync_due")
        await self._store.put("outbox", _MESSAGE, [(tenant.id, sync.event, sync.handler, sync.bulk, "{}")])

    async def _have_texts_read(self, tenant: _Tenant, market: Market, rows: TenantRows) -> None:
        """Ask the worker to replace the composed vectors by those of the texts, projects first."""
        listed = [
            cto_id
            for candidate, cto_id in zip(market.candidates, rows.cto_ids, strict=True)
            if candidate.status == "listed"
        ]
        subjects = {"project": rows.project_ids, "cto": listed}
        messages: list[tuple[Any, ...]] = [
            (tenant.id, subscription.event, subscription.handler, True, json.dumps({f"{subject}_id": str(id_)}))
            for subject, ids in subjects.items()
            for subscription in MATCHING
            if subscription.event == f"{subject}.unread"
            for id_ in ids
        ]
        await self._store.put("outbox", _MESSAGE, messages)
