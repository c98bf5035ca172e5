"""The worker process: runs deferred work until told to stop."""

import asyncio

import structlog

from ctorendang.infra.events import Subscription
from ctorendang.infra.jobs.worker import work
from ctorendang.infra.logs import configure_logs
from ctorendang.infra.product import Product
from ctorendang.registry import DOMAINS
from ctorendang.settings import Settings
from ctorendang.wiring import open_product

_log = structlog.get_logger(__name__)


async def run(settings: Settings, also: tuple[Subscription, ...] = ()) -> None:
    """Run the product's jobs, those of subscriptions besides its own, and what the domains do when a worker starts."""
    configure_logs()
    async with open_product(settings, also) as product:
        besides = [asyncio.create_task(_begin(product), name="at-start")]
        besides += [asyncio.create_task(step(product)) for domain in DOMAINS for step in domain.alongside]
        try:
            await work(settings, product.units, product.subscriptions)
        finally:
            for task in besides:
                task.cancel()
            await asyncio.gather(*besides, return_exceptions=True)


async def _begin(product: Product) -> None:
    for domain in DOMAINS:
        for step in domain.at_start:
            try:
                await step(product)
            except Exception as error:  # noqa: BLE001 - one domain's trouble keeps neither the others nor the jobs waiting
                _log.error("a domain could not start", domain=domain.name, exc_info=error)
