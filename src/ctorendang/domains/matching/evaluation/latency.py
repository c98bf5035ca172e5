"""How long a project's matches take in a large tenant."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import text

from ctorendang.domains.matching.evaluation.benchmark import tuning_samples
from ctorendang.domains.matching.evaluation.world import World, settle
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.domains.matching.service import MatchFilter, MatchService
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.product import Product

# Made up within the database, since telling 20,000 stories would take longer than the measurement. What the vectors
# mean does not matter to how long it takes to compare them.
_FILL = (
    "insert into users (tenant_id, email, name, roles) select :tenant_id, 'c' || n || '@bench.example', 'CTO ' || n,"
    " '{cto}' from generate_series(1, cast(:ctos as integer)) n",
    "insert into ctos (tenant_id, user_id, name, headline, bio, hourly_rate, currency, availability, years_experience,"
    " industries, status, rating, review_count, published_at) select tenant_id, id, name, 'Leads platform teams',"
    " repeat('Led ' || name || ' and other teams through growth, audits, migrations and hiring. ', 8),"
    " 8000 + (random() * 14000)::int, 'EUR', (random() * 30)::int, 15, '{Banking}', 'listed',"
    " round((3 + random() * 2)::numeric, 2), 4, now() - interval '200 days' from users where tenant_id = :tenant_id",
    "with own as (select array_agg(id) as ids from skills where source = 'own') insert into cto_skills (tenant_id,"
    " cto_id, skill_id, level) select c.tenant_id, c.id, ids[1 + abs(hashtext(c.id::text || k)) % cardinality(ids)],"
    " 1 + k % 5 from ctos c, own, generate_series(1, 5) k where c.tenant_id = :tenant_id on conflict do nothing",
    "with pool as materialized (select array_agg(vector) as vectors from (select"
    " l2_normalize(array_agg(random() - 0.5)::halfvec(384)) as vector from generate_series(1, 1000) n,"
    " generate_series(1, 384) group by n) made) insert into cto_vectors (tenant_id, cto_id, section, model,"
    " source_hash, availability, hourly_rate, embedding) select c.tenant_id, c.id, s.section, :model, '',"
    " c.availability, c.hourly_rate, vectors[1 + abs(hashtext(c.id::text || s.section)) % cardinality(vectors)]"
    " from ctos c, pool, (values ('headline'), ('bio'), ('skills')) s(section)"
    " where c.tenant_id = :tenant_id order by c.id",
    "insert into cto_sketches (tenant_id, cto_id, model, availability, hourly_rate, currency, claims, headline, bio,"
    " skills) select c.tenant_id, c.id, :model, c.availability, c.hourly_rate, c.currency, 5,"
    " bit_or(binary_quantize(v.embedding)) filter (where v.section = 'headline'),"
    " bit_or(binary_quantize(v.embedding)) filter (where v.section = 'bio'),"
    " bit_or(binary_quantize(v.embedding)) filter (where v.section = 'skills')"
    " from ctos c join cto_vectors v on v.tenant_id = c.tenant_id and v.cto_id = c.id"
    " where c.tenant_id = :tenant_id group by c.tenant_id, c.id",
    "insert into cto_readings (tenant_id, cto_id, source_hash, words) select tenant_id, id, '',"
    " to_tsvector('english', headline || ' ' || bio) from ctos where tenant_id = :tenant_id",
    "insert into cto_mentions (tenant_id, cto_id, skill_id) select tenant_id, cto_id, skill_id from cto_skills"
    " where tenant_id = :tenant_id and level > 3",
)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    median: float
    slowest_tenth: float
    statement: float
    """The median of the one statement alone, without sign-in, policy, weights and places."""


async def fill(product: Product, ctos: int) -> World:
    """A tenant of so many CTOs with the projects of the tuning sample, all of it read."""
    sample = replace(tuning_samples()[0], ctos=())
    world = await settle(product, replace(sample, briefs=sample.briefs[:20]))
    parameters = {"tenant_id": world.tenant_id, "ctos": ctos, "model": product.gateways.embedder.model}
    for statement in _FILL:
        async with product.units.begin(Actor.service(world.tenant_id, AUTHENTICATOR)) as work:
            prepared = text(statement)
            await work.session.execute(
                prepared, {name: value for name, value in parameters.items() if f":{name}" in statement}
            )
    return world


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
