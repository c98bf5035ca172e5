"""The same wiring for every process: settings in, a running product out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import strawberry
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.infra.authz.policy import compile_grants, load_enforcer
from ctorendang.infra.db.session import Database
from ctorendang.infra.events import Subscription, Subscriptions
from ctorendang.infra.gateways.dns import SystemResolver
from ctorendang.infra.gateways.embeddings import create_embedder
from ctorendang.infra.gateways.files import create_files
from ctorendang.infra.gateways.gateways import Gateways
from ctorendang.infra.gateways.mail import create_mailer
from ctorendang.infra.gateways.outgoing import GuardedClient
from ctorendang.infra.gateways.typesense import create_typesense
from ctorendang.infra.jobs.wake import create_waker
from ctorendang.infra.keys.keyring import Keyring
from ctorendang.infra.product import Product
from ctorendang.infra.tenancy.directory import TenantDirectory
from ctorendang.infra.tenancy.links import Links
from ctorendang.infra.theming.renderer import ThemeRenderer
from ctorendang.infra.work import UnitsOfWork
from ctorendang.registry import DOMAINS
from ctorendang.settings import Settings

# A counter that answers late helps nobody: give up quickly and count in the process.
_REDIS_PATIENCE = 0.25
_PLATFORM_POOL = 2


def create_schema() -> strawberry.Schema:
    """The GraphQL schema of all domains."""
    queries = tuple(each for domain in DOMAINS for each in domain.queries)
    mutations = tuple(each for domain in DOMAINS for each in domain.mutations)
    return strawberry.Schema(
        query=merge_types("Query", queries),
        mutation=merge_types("Mutation", mutations),
        config=StrawberryConfig(auto_camel_case=True),
    )


@asynccontextmanager
async def open_product(settings: Settings, also: tuple[Subscription, ...] = ()) -> AsyncIterator[Product]:
    """Connect everything, and let go of it in the end.

    Args:
        settings: of this process.
        also: subscriptions besides those of the domains.

    Raises:
        InvalidSetting: an address is missing, or cannot be used.
    """
    settings.require_addresses()
    app = Database(settings.database.url, pool_size=settings.database.pool_size)
    platform = Database(settings.database.platform_url, pool_size=_PLATFORM_POOL)
    redis = Redis.from_url(
        settings.redis.url,
        socket_timeout=_REDIS_PATIENCE,
        socket_connect_timeout=_REDIS_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    grants = compile_grants(load_enforcer(settings.paths.root))
    subscriptions = Subscriptions([*(each for domain in DOMAINS for each in domain.subscriptions), *also])
    limiter = AttemptLimiter(redis)
    gateways = _open_gateways(settings, limiter)
    wake = create_waker(settings.redis)
    directory = TenantDirectory(app.engine, settings.database.url)
    await directory.start()
    try:
        yield Product(
            settings=settings,
            grants=grants,
            subscriptions=subscriptions,
            gateways=gateways,
            units=UnitsOfWork(app, grants, subscriptions, gateways, wake),
            platform_units=UnitsOfWork(platform, grants, subscriptions, gateways, wake),
            directory=directory,
            limiter=limiter,
            names={kind: naming for domain in DOMAINS for kind, naming in domain.names.items()},
        )
    finally:
        await directory.stop()
        await wake.close()
        await redis.aclose()
        await gateways.embedder.close()
        if gateways.search is not None:
            await gateways.search.close()
        await app.close()
        await platform.close()


def _open_gateways(settings: Settings, limiter: AttemptLimiter) -> Gateways:
    return Gateways(
        embedder=create_embedder(settings.embeddings),
        mailer=create_mailer(settings.mail),
        files=create_files(settings.files),
        themes=ThemeRenderer(settings.paths.root / "themes", development=settings.development),
        links=Links(settings.web.scheme, settings.web.public_port),
        keyring=Keyring(settings.master_keys),
        outgoing=GuardedClient(loopback=settings.development),
        dns=SystemResolver(),
        limiter=limiter,
        search=create_typesense(settings.typesense, settings.secret_key),
    )
