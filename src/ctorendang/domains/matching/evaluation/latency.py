"""How long a project's matches take in a large tenant."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.service import MatchFilter, MatchService
from ctorendang.domains.matching.vectors import VectorService
from ctorendang.domains.projects.models import Project
from ctorendang.infra.auth.actor import WORKER, Actor
from ctorendang.infra.product import Product

# What the worker would have read of each profile, without hours of reading: the words, and the skills by name.
_READ = text("""
    insert into cto_readings (tenant_id, cto_id, source_hash, words, claims)
    select c.tenant_id, c.id, '', to_tsvector('english', c.headline || ' ' || c.bio), 5
    from ctos c where c.tenant_id = :tenant_id and c.status = 'listed' on conflict do nothing
""")
_MENTION = text("""
    insert into cto_mentions (tenant_id, cto_id, skill_id)
    select h.tenant_id, h.cto_id, h.skill_id from cto_skills h where h.tenant_id = :tenant_id and h.level > 3
    on conflict do nothing
""")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    median: float
    slowest_tenth: float
    statement: float
    """The median of the one statement alone, without sign-in, policy, weights and places."""


async def read_everything(product: Product, tenant_id: UUID) -> Sequence[UUID]:
    """Have every profile and project of a tenant count as read; the projects' ids."""
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        await work.session.execute(_READ, {"tenant_id": tenant_id})
        await work.session.execute(_MENTION, {"tenant_id": tenant_id})
        ids = (await work.session.scalars(select(Project.id).where(Project.tenant_id == tenant_id))).all()
        for project_id in ids:
            await VectorService(work).embed_project(project_id)
    return ids


async def time_matches(product: Product, tenant_id: UUID, project_ids: Sequence[UUID], rounds: int) -> Latency:
    """Ask for the first ten of each project, round after round."""
    actor = Actor(tenant_id, user_id=UUID(int=1), roles=frozenset({"admin"}))
    whole: list[float] = []
    alone: list[float] = []
    for number in range(rounds + 1):
        for project_id in project_ids:
            async with product.units.begin(actor) as work:
                started = time.perf_counter()
                await MatchService(work).matches(project_id, 10, MatchFilter())
                between = time.perf_counter()
                repository = MatchRepository(work.session, tenant_id)
                weights = await repository.weights()
                begun = time.perf_counter()
                await repository.best(project_id, 10, weights)
                if number:  # the first round warms up
                    alone.append(1_000 * (time.perf_counter() - begun))
                    whole.append(1_000 * (between - started))
    return Latency(statistics.median(whole), statistics.quantiles(whole, n=10)[-1], statistics.median(alone))
