"""Many CTOs at once, for what needs a directory rather than a person."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg

from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.kit.ids import uuid7
from tests.factories import Marketplace

SKILLS = ("Kubernetes", "Terraform", "Rust", "PostgreSQL", "React", "Apache Kafka", "Docker", "Python")
_FIRST = ("Ada", "Grace", "Linus", "Margaret", "Edsger", "Barbara", "Donald", "Émile", "ada", "Åsa", "Zoë", "李")


@dataclass(frozen=True)
class Member:
    """A CTO of the crowd.

    Attributes:
        skills: level by name.
        newest_reviews: stars and author's name.
    """

    id: UUID
    name: str
    hourly_rate: int
    availability: int
    years: int
    industries: list[str]
    rating: Decimal | None
    skills: dict[str, int]
    newest_reviews: list[tuple[int, str]]


@dataclass(frozen=True)
class Crowd:
    """Who is there."""

    ctos: list[Member]


async def gather(
    market: Marketplace, size: int, *, skills: int = 3, reviews: int = 0, projects: int = 0, seed: int = 0
) -> Crowd:
    """Fill a tenant with listed CTOs, as an import would, and with clients who review each and post projects."""
    chance = random.Random(seed)
    app = await asyncpg.connect(market.marketplaces.settings.database.url)
    try:
        async with app.transaction():
            await app.execute("select set_config('app.tenant_id', $1, true)", str(market.id))
            ids = dict(await app.fetch("select name, id from skills where name = any($1)", list(SKILLS)))
            clients = [await _add_user(app, market, f"Client {number}", "client") for number in range(max(reviews, 1))]
            ctos = [await _add_cto(app, market, chance, clients[:reviews], ids, skills) for _ in range(size)]
            for number in range(projects):
                await _add_project(app, market, clients[0], f"Project {number}", ids[chance.choice(sorted(ids))])
    finally:
        await app.close()
    return Crowd(ctos)


async def _add_user(app: asyncpg.Connection, market: Marketplace, name: str, role: str) -> tuple[UUID, str]:
    id_ = uuid7()
    await app.execute(
        "insert into users (tenant_id, id, email, name, roles) values ($1, $2, $3, $4, $5)",
        market.id, id_, f"{id_}@crowd.example", name, [role],
    )  # fmt: skip
    return id_, name


async def _add_cto(
    app: asyncpg.Connection,
    market: Marketplace,
    chance: random.Random,
    reviewers: list[tuple[UUID, str]],
    skill_ids: dict[str, UUID],
    skills: int,
) -> Member:
    cto_id = uuid7()
    name = f"{chance.choice(_FIRST)} {cto_id.hex[-6:]}"
    user_id, _ = await _add_user(app, market, name, "cto")
    stars = [chance.randint(1, 5) for _ in reviewers]
    member = Member(
        id=cto_id,
        name=name,
        # Few different values, so that orders have ties.
        hourly_rate=chance.choice([9_000, 12_000, 15_000]),
        availability=chance.choice([0, 8, 16, 40]),
        years=chance.choice([3, 12, 25]),
        industries=chance.sample(INDUSTRIES, chance.randint(0, 3)),
        rating=round(Decimal(sum(stars)) / len(stars), 2) if stars else None,
        skills={each: chance.randint(1, 5) for each in chance.sample(sorted(skill_ids), skills)},
        newest_reviews=[(star, author) for star, (_, author) in zip(stars, reviewers, strict=True)],
    )
    await app.execute(
        "insert into ctos (tenant_id, id, user_id, name, headline, bio, hourly_rate, currency, availability,"
        " years_experience, industries, time_zone, status, rating, review_count, published_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, 'EUR', $8, $9, $10, 'UTC', 'listed', $11, $12, now())",
        market.id, cto_id, user_id, name, f"Leads {name}", "Has led platform teams for years." * 2,
        member.hourly_rate, member.availability, member.years, member.industries, member.rating, len(stars),
    )  # fmt: skip
    await app.executemany(
        "insert into cto_skills (tenant_id, cto_id, skill_id, level) values ($1, $2, $3, $4)",
        [(market.id, cto_id, skill_ids[each], level) for each, level in member.skills.items()],
    )
    authors = [author_id for author_id, _ in reviewers]
    await _add_reviews(app, market, cto_id, list(zip(authors, stars, strict=True)))
    return member


async def _add_reviews(
    app: asyncpg.Connection, market: Marketplace, cto_id: UUID, stars: list[tuple[UUID, int]]
) -> None:
    now = datetime.now(UTC)
    await app.executemany(
        "insert into reviews (tenant_id, cto_id, author_id, rating, body, created_at)"
        " values ($1, $2, $3, $4, 'Good.', $5)",
        [
            (market.id, cto_id, author_id, star, now - timedelta(days=age))
            for age, (author_id, star) in enumerate(stars)
        ],
    )


async def _add_project(
    app: asyncpg.Connection, market: Marketplace, owner: tuple[UUID, str], title: str, skill_id: UUID
) -> None:
    project_id = uuid7()
    await app.execute(
        "insert into projects (tenant_id, id, owner_id, title, description, currency)"
        " values ($1, $2, $3, $4, 'Work.', 'EUR')",
        market.id, project_id, owner[0], title,
    )  # fmt: skip
    await app.execute(
        "insert into project_skills (tenant_id, project_id, skill_id) values ($1, $2, $3)",
        market.id,
        project_id,
        skill_id,
    )
