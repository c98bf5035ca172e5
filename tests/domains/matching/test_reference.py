"""The fast statement answers what a plain one does, as long as nobody falls through the choice of candidates."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid
from tests.crowd import SKILLS, gather
from tests.domains.matching.test_matches import create
from tests.factories import Marketplace

from ctorendang.domains.matching import repository
from ctorendang.domains.matching.jobs import read_what_is_unread
from ctorendang.domains.matching.repository import Bounds, MatchRepository
from ctorendang.domains.matching.scoring import COMPONENTS
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.product import Product

REFERENCE = text(Path(__file__).with_name("reference.sql").read_text("utf-8")).bindparams(
    bindparam("must_skills", type_=ARRAY(Uuid())), bindparam("stages", type_=ARRAY(Text()))
)
WEIGHTS = dict.fromkeys(COMPONENTS, 0.1)
SAYS = (
    "Our bill from the cloud grows and grows. We are sixty people. We want cheaper servers.",
    "Releases scare us. Somebody must look after Kubernetes, Terraform and the databases.",
    "Firmware for tractors in Rust. There are five of us and no revenue yet.",
    "Help.",
)
NAMED = ("has", "near", "lacks", "misses", "suggested")
TOLD = ("hours", "stars", "review_count", "stages", "rate_share", "hours_per_week", "project_industry", "company_stage")


def described(chance: random.Random, number: int) -> dict[str, Any]:
    """A project that says this and that."""
    skills = chance.sample(SKILLS, chance.randint(0, 5))
    return {
        "description": SAYS[number % len(SAYS)],
        "skills": skills[:3],
        "niceSkills": skills[3:],
        **({"maxHourlyRate": chance.choice([9_000, 12_000, 15_000])} if chance.random() < 0.5 else {}),
        **({"hoursPerWeek": chance.choice([8, 24])} if chance.random() < 0.5 else {}),
        **({"industry": "Banking"} if chance.random() < 0.5 else {}),
    }


def bounded(chance: random.Random, skill_ids: Sequence[UUID]) -> Bounds:
    """Filters of all kinds, and often none."""
    return Bounds(
        max_hourly_rate=chance.choice([None, None, 9_000, 12_000]),
        min_availability=chance.choice([None, None, 16]),
        min_rating=chance.choice([None, None, 3.0]),
        skill_ids=chance.sample(list(skill_ids), chance.choice([0, 0, 1])),
    )


def assert_same(fast: Sequence[Row[Any]], plain: Sequence[Row[Any]]) -> None:
    assert [row.id for row in fast] == [row.id for row in plain]
    for one, other in zip(fast, plain, strict=True):
        assert one.shares == pytest.approx(other.shares, abs=1e-12)
        values = [{name: getattr(row, name) for name in COMPONENTS} for row in (one, other)]
        assert values[0] == pytest.approx(values[1], abs=1e-8)
        for name in (*NAMED, *TOLD):
            assert getattr(one, name) == getattr(other, name), name


@pytest.mark.parametrize("read", [True, False], ids=["read", "not read yet"])
async def test_the_statement_answers_what_a_plain_one_does(
    market: Marketplace, product: Product, monkeypatch: pytest.MonkeyPatch, read: bool
):
    chance = random.Random(11)
    crowd = await gather(market, 45, skills=3, reviews=1)
    await market.listed_cto(bio="I have kept k8s clusters alive for companies of 60 people. Golang as well.")
    owner = await market.join("client")
    projects = [await create(owner, **described(chance, number)) for number in range(8)]
    dismissed = {"projectId": projects[0], "ctoId": str(next(each.id for each in crowd.ctos if each.availability))}
    await owner.mutate("dismissMatch", "__typename", dismissed)
    if read:
        await read_what_is_unread(product)
        await market.work_off()
    assert len(await market.fetch("select from cto_sketches")) == (46 if read else 0)
    skill_ids = [row["id"] for row in await market.fetch("select id from skills where name = any($1)", list(SKILLS))]
    compared = 0
    async with product.units.begin(Actor.service(market.id, "worker")) as work:
        matches = MatchRepository(work.session, market.id)
        for project_id in projects:
            for bounds in (Bounds(), *(bounded(chance, skill_ids) for _ in range(3))):
                first = chance.choice([1, 10, 40, 200])
                weights = {name: chance.random() for name in COMPONENTS}
                fast = await matches.best(UUID(project_id), first, weights, bounds)
                with monkeypatch.context() as plainly:
                    plainly.setattr(repository, "_SQL", REFERENCE)
                    plain = await matches.best(UUID(project_id), first, weights, bounds)
                assert_same(fast, plain)
                compared += len(plain)
    assert compared > 200


async def test_of_a_crowd_larger_than_the_candidates_the_best_are_found(market: Marketplace, product: Product):
    chance = random.Random(5)
    await gather(market, 90, skills=3, reviews=1)
    owner = await market.join("client")
    projects = [await create(owner, **described(chance, number)) for number in range(8)]
    await read_what_is_unread(product)
    await market.work_off()
    found = 0
    async with product.units.begin(Actor.service(market.id, "worker")) as work:
        matches = MatchRepository(work.session, market.id)
        for project_id in projects:
            best = await matches.best(UUID(project_id), 10, WEIGHTS, candidates=90)
            few = await matches.best(UUID(project_id), 10, WEIGHTS, candidates=30)
            found += len({row.id for row in best} & {row.id for row in few})
    assert found >= 72, "nine of ten"


async def test_those_who_were_chosen_are_ranked_as_they_are_among_all(market: Marketplace, product: Product):
    crowd = await gather(market, 30, skills=3, reviews=1)
    owner = await market.join("client")
    project = await create(owner, skills=["Rust", "Python"])
    chosen = [each.id for each in crowd.ctos[:4]]
    async with product.units.begin(Actor.service(market.id, "worker")) as work:
        matches = MatchRepository(work.session, market.id)
        all_of_them = [row for row in await matches.best(UUID(project), 30, WEIGHTS) if row.id in chosen]
        assert_same(await matches.best(UUID(project), 4, WEIGHTS, chosen=chosen), all_of_them)
    assert all_of_them


async def test_a_large_tenants_ctos_are_not_counted_again_each_time(
    market: Marketplace, product: Product, monkeypatch: pytest.MonkeyPatch
):
    await gather(market, 20, skills=3, reviews=1)
    project = await create(await market.join("client"), skills=["Rust", "Python"])
    for most in (2_000, 10):
        monkeypatch.setattr(repository, "_MOST_SEARCHED", most)
        async with product.units.begin(Actor.service(market.id, "worker")) as work:
            matches = MatchRepository(work.session, market.id)
            counted = await matches.best(UUID(project), 10, WEIGHTS)
            await work.session.execute(text("update ctos set rating = 5 where rating is not null"))
            await work.session.execute(text("update ctos set status = 'paused' where rating is null"))
            again = await matches.best(UUID(project), 10, WEIGHTS)
            assert ((again[0].ctos, again[0].mean_rating) == (counted[0].ctos, counted[0].mean_rating)) == (most == 10)
            await work.session.rollback()
