"""A sample as a tenant of the real database, read by the real model."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.accounts.models import User
from ctorendang.domains.ctos.models import Cto, CtoSkill, Skill
from ctorendang.domains.matching.evaluation.sample import Sample, VisibleBrief
from ctorendang.domains.matching.service import MatchFilter, MatchService
from ctorendang.domains.matching.vectors import VectorService
from ctorendang.domains.projects.models import Project, ProjectSkill
from ctorendang.domains.tenants.models import TenantRecord
from ctorendang.infra.auth.actor import AUTHENTICATOR, NO_TENANT, WORKER, Actor
from ctorendang.infra.product import Product

_DEPTH = 50


@dataclass(frozen=True, slots=True)
class World:
    """A sample that stands in the database.

    Attributes:
        product: whose pipeline is asked.
        ctos: the keys by id.
        projects: the ids by key.
    """

    product: Product
    sample: Sample
    tenant_id: UUID
    ctos: dict[UUID, str]
    projects: dict[str, UUID]

    @property
    def administrator(self) -> Actor:
        """Somebody who may ask for the matches of any project."""
        return Actor(self.tenant_id, user_id=UUID(int=1), roles=frozenset({"admin"}))

    async def ranking(self, brief: VisibleBrief, first: int = _DEPTH) -> list[str]:
        """What the product answers."""
        async with self.product.units.begin(self.administrator) as work:
            found = await MatchService(work).matches(self.projects[brief.key], first, MatchFilter())
            return [self.ctos[match.cto.id] for match in found]


async def settle(product: Product, sample: Sample) -> World:
    """Make a tenant of the sample, and have the model read all of it.

    Args:
        product: on a database of the benchmark's own, which is thrown away.
    """
    tenant_id = await _make_tenant(product, sample.name)
    async with product.units.begin(Actor.service(tenant_id, AUTHENTICATOR)) as work:
        skills = await _skills(work.session, sample)
        ctos = await _add_ctos(work.session, tenant_id, sample, skills)
        projects = await _add_projects(work.session, tenant_id, sample, skills)
    async with product.units.begin(Actor.service(tenant_id, WORKER)) as work:
        vectors = VectorService(work)
        for cto_id in ctos:
            await vectors.embed_cto(cto_id)
        for project_id in projects.values():
            await vectors.embed_project(project_id)
    return World(product, sample, tenant_id, ctos, projects)


async def _make_tenant(product: Product, name: str) -> UUID:
    async with product.platform_units.begin(Actor.service(NO_TENANT, "platform")) as work:
        row = insert(TenantRecord).values(slug=f"bench-{uuid4().hex[:12]}", name=f"Benchmark {name}")
        return (await work.session.scalars(row.returning(TenantRecord.id))).one()


async def _skills(session: AsyncSession, sample: Sample) -> dict[str, UUID]:
    names = {name for cto in sample.ctos for name, _ in cto.skills}
    names |= {name for brief in sample.briefs for name in brief.skills}
    rows = await session.execute(select(Skill.name, Skill.id).where(Skill.name.in_(names), Skill.source == "own"))
    found = {row.name: row.id for row in rows}
    if missing := names - found.keys():
        raise LookupError(f"The taxonomy has none of these: {', '.join(sorted(missing))}.")
    return found


def _id(sample: str, key: str) -> UUID:
    """The same in every run, since ids decide between equals."""
    return uuid5(NAMESPACE_OID, f"{sample}:{key}")


async def _add_person(session: AsyncSession, tenant_id: UUID, name: str, role: str) -> UUID:
    row = insert(User).values(tenant_id=tenant_id, email=f"{uuid4()}@bench.example", name=name, roles=[role])
    return (await session.scalars(row.returning(User.id))).one()


async def _add_ctos(session: AsyncSession, tenant_id: UUID, sample: Sample, skills: dict[str, UUID]) -> dict[UUID, str]:
    keys: dict[UUID, str] = {}
    for cto in sample.ctos:
        changed = datetime.now(UTC) - timedelta(days=cto.age)
        row = Cto(
            tenant_id=tenant_id,
            id=_id(sample.name, cto.key),
            user_id=await _add_person(session, tenant_id, cto.name, "cto"),
            name=cto.name,
            headline=cto.headline,
            bio=cto.bio,
            hourly_rate=cto.hourly_rate,
            currency="EUR",
            availability=cto.availability,
            years_experience=cto.years,
            industries=list(cto.industries),
            status="listed",
            rating=None if cto.rating is None else round(Decimal(cto.rating), 2),
            review_count=len(cto.stars),
            published_at=changed,
            updated_at=changed,
        )
        session.add(row)
        await session.flush()
        session.add_all(
            CtoSkill(tenant_id=tenant_id, cto_id=row.id, skill_id=skills[name], level=level)
            for name, level in cto.skills
        )
        keys[row.id] = cto.key
    return keys


async def _add_projects(
    session: AsyncSession, tenant_id: UUID, sample: Sample, skills: dict[str, UUID]
) -> dict[str, UUID]:
    owner = await _add_person(session, tenant_id, "Client", "client")
    ids: dict[str, UUID] = {}
    for brief in sample.briefs:
        row = Project(
            tenant_id=tenant_id,
            id=_id(sample.name, brief.key),
            owner_id=owner,
            title=brief.title,
            description=brief.description,
            status="published",
            industry=brief.industry,
            currency="EUR",
            max_hourly_rate=brief.max_hourly_rate,
            hours_per_week=brief.hours,
        )
        session.add(row)
        await session.flush()
        session.add_all(
            ProjectSkill(tenant_id=tenant_id, project_id=row.id, skill_id=skills[name]) for name in brief.skills
        )
        ids[brief.key] = row.id
    return ids
