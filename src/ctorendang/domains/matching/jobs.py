"""Reading what was saved, everything again when the model changes, and telling owners and CTOs who newly fits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ctorendang.domains.matching import matches_found, projects_found
from ctorendang.domains.matching.matches_found import MatchesFoundService
from ctorendang.domains.matching.places import PlaceService
from ctorendang.domains.matching.projects_found import ProjectsFoundService
from ctorendang.domains.matching.vectors import VectorService
from ctorendang.domains.tenants.platform import tenant_ids
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.events import Subscription
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork


async def _embed_cto(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Read a profile, then look at the lists that it may be on."""
    cto_id = UUID(payload["cto_id"])
    await VectorService(work).embed_cto(cto_id)
    for project_id in await PlaceService(work).projects_near(cto_id):
        work.publish("match.moved", {"project_id": str(project_id)})


async def _embed_unread_cto(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await VectorService(work).embed_cto(UUID(payload["cto_id"]))


async def _embed_project(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    project_id = UUID(payload["project_id"])
    await VectorService(work).embed_project(project_id)
    work.publish("match.moved", {"project_id": str(project_id)})


async def _refresh_places(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await PlaceService(work).refresh(UUID(payload["project_id"]))


async def _plan_matches_found(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await MatchesFoundService(work).plan(UUID(payload["project_id"]), UUID(payload["cto_id"]))


async def _send_matches_found(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await MatchesFoundService(work).send(UUID(payload["project_id"]), datetime.fromisoformat(payload["since"]))


async def _plan_projects_found(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await ProjectsFoundService(work).plan(UUID(payload["cto_id"]))


async def _send_projects_found(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await ProjectsFoundService(work).send(UUID(payload["cto_id"]))


async def read_what_is_unread(product: Product) -> None:
    """Have the current model read every text that it has not: after a change of model, or an import past the outbox."""
    for tenant_id in await tenant_ids(product):
        async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
            vectors = VectorService(work)
            if await vectors.is_busy():
                continue
            for project_id in await vectors.unread_projects():
                work.publish("project.unread", {"project_id": str(project_id)})
            for cto_id in await vectors.unread_ctos():
                work.publish("cto.unread", {"cto_id": str(cto_id)})


SUBSCRIPTIONS = (
    Subscription("cto.saved", "matching.embed_cto", _embed_cto),
    Subscription("cto.unread", "matching.embed_unread_cto", _embed_unread_cto, bulk=True),
    Subscription("project.saved", "matching.embed_project", _embed_project),
    Subscription("project.unread", "matching.embed_unread_project", _embed_project, bulk=True),
    Subscription("match.moved", "matching.refresh_places", _refresh_places, bulk=True),
    Subscription("match.judged", "matching.refresh_judged_places", _refresh_places),
    Subscription("match.entered_top", "matching.plan_news", _plan_matches_found, bulk=True),
    Subscription("match.news_due", matches_found.SEND, _send_matches_found, bulk=True),
    Subscription("match.project_found", "matching.plan_cto_news", _plan_projects_found, bulk=True),
    Subscription("match.cto_news_due", projects_found.SEND, _send_projects_found, bulk=True),
)
