"""What alerts keep to when things change between finding somebody and the mail, and who may have them made."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from tests.domains.search.directory import listed
from tests.domains.search.test_saved_searches import alerts_to, save
from tests.factories import ListedCto, Marketplace, Person
from tests.inbox import Inbox

from ctorendang.domains.search.alerts import AlertService
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.errors import Forbidden
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork

CHANGES = {
    "the CTO pauses": "update ctos set status = 'paused'",
    "the CTO is a draft again": "update ctos set status = 'draft'",
    "the search is removed": "update saved_searches set removed_at = now()",
    "the alerts are turned off": "update saved_searches set alerts = false",
    "nothing": "select 1",
}


@pytest.fixture
async def person(market: Marketplace) -> Person:
    return await market.join("client")


@pytest.fixture
async def saved_id(person: Person) -> UUID:
    return UUID((await save(person))["id"])


@pytest.fixture
async def cto(market: Marketplace, saved_id: UUID) -> ListedCto:
    """Somebody whom the search finds, since it was saved."""
    return await listed(market, "Newly There")


async def as_worker(product: Product, market: Marketplace, do: Callable[[AlertService], Awaitable[Any]]) -> None:
    async with product.units.begin(Actor.service(market.id, WORKER)) as work:
        await do(AlertService(work))


@pytest.mark.parametrize("change", CHANGES)
async def test_what_has_changed_until_the_mail_counts(
    market: Marketplace, product: Product, inbox: Inbox, person: Person, saved_id: UUID, cto: ListedCto, change: str
):
    await market.fetch_as("worker", CHANGES[change])
    await as_worker(product, market, lambda alerts: alerts.send(saved_id, [cto.id]))
    assert len(await alerts_to(inbox, person)) == (change == "nothing")


@pytest.mark.parametrize("change", CHANGES)
async def test_nobody_is_found_for_whom_nobody_waits(
    market: Marketplace, product: Product, saved_id: UUID, cto: ListedCto, change: str
):
    await market.fetch_as("worker", CHANGES[change])
    await as_worker(product, market, lambda alerts: alerts.look())
    found = await market.fetch("select payload from outbox where event = 'search.found'")
    assert len(found) == (change == "nothing")
    seen = await market.fetch_as("worker", "select seen from saved_searches where id = $1", saved_id)
    assert (cto.id in seen[0]["seen"]) == (change == "nothing")


@pytest.mark.parametrize("role", ["client", "cto", "admin"])
async def test_nobody_but_the_worker_has_alerts_made(
    market: Marketplace, product: Product, inbox: Inbox, person: Person, saved_id: UUID, cto: ListedCto, role: str
):
    async def refused(work: UnitOfWork, do: Callable[[AlertService], Awaitable[Any]]) -> None:
        with pytest.raises(Forbidden):
            await do(AlertService(work))

    actor = (await market.join(role)).actor
    async with product.units.begin(actor) as work:
        await refused(work, lambda alerts: alerts.look())
        await refused(work, lambda alerts: alerts.send(saved_id, [cto.id]))
    assert await alerts_to(inbox, person) == []
