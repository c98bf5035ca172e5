"""The worker process: runs deferred work until told to stop."""

import uvloop

from ctorendang.infra.jobs.worker import work
from ctorendang.settings import Settings
from ctorendang.wiring import open_product


async def serve(settings: Settings) -> None:
    """Run the product's jobs."""
    async with open_product(settings) as product:
        await work(settings, product.units, product.subscriptions)


def main() -> None:
    """Run as a process of its own, configured by the environment."""
    uvloop.run(serve(Settings.from_env()))


if __name__ == "__main__":
    main()
