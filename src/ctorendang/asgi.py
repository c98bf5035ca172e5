"""The web process: one application for every tenant's host and the console."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import ASGIApp

from ctorendang.domains.accounts.keys.service import owner_of
from ctorendang.domains.accounts.sessions import Sessions
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.graphql.endpoint import graphql_get, graphql_post
from ctorendang.infra.graphql.executor import GraphQLExecutor
from ctorendang.infra.graphql.explorer import explorer, explorer_file
from ctorendang.infra.logs import configure_logs
from ctorendang.infra.product import Product
from ctorendang.infra.web.errors import ErrorRenderer
from ctorendang.infra.web.gate import Gate
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.routes import asset, health, ready
from ctorendang.registry import DOMAINS
from ctorendang.settings import Settings
from ctorendang.wiring import create_schema, open_product

_MOST_BODY = 1_000_000


def app() -> ASGIApp:
    """What a server starts, configured by the environment."""
    return create_app(Settings.from_env())


def create_app(settings: Settings) -> ASGIApp:
    """The application; its parts connect when the server starts it."""
    app = Litestar(
        route_handlers=[
            health,
            ready,
            asset,
            graphql_get,
            graphql_post,
            *((explorer, explorer_file) if settings.development else ()),
            *(controller for domain in DOMAINS for controller in domain.controllers),
        ],
        dependencies={
            "product": Provide(_product, sync_to_thread=False),
            "executor": Provide(_executor, sync_to_thread=False),
            "pages": Provide(_pages, sync_to_thread=False),
        },
        exception_handlers={Exception: lambda request, error: request.app.state.errors.handle(request, error)},
        lifespan=[_lifespan(settings)],
        request_max_body_size=_MOST_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )

    async def identify(visitor: Actor, kind: str, token: str) -> Actor | None:
        if kind == "key":
            return await owner_of(app.state.product, visitor, token)
        return await Sessions(app.state.product, visitor).identify(kind, token)

    return Gate(app, settings.web, lambda host: app.state.product.directory.find(host), identify)


def _lifespan(settings: Settings) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        configure_logs()
        async with open_product(settings) as product:
            keep_parts(app, product)
            yield

    return lifespan


def keep_parts(app: Litestar, product: Product) -> None:
    """Put what handlers ask for where they find it."""
    executor = GraphQLExecutor(create_schema(), product, introspection=product.settings.development)
    app.state.product = product
    app.state.executor = executor
    app.state.pages = Pages(product, executor)
    app.state.errors = ErrorRenderer(product.gateways.themes, app.state.pages.token, app.state.pages.keep_typed)


def _product(state: State) -> Product:
    product: Product = state.product
    return product


def _executor(state: State) -> GraphQLExecutor:
    executor: GraphQLExecutor = state.executor
    return executor


def _pages(state: State) -> Pages:
    pages: Pages = state.pages
    return pages
