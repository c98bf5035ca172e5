"""Vectors stay in step with what they were made of."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.factories import PROBLEMS, Marketplace, Person, profile, project

from ctorendang.domains.matching.jobs import read_what_is_unread
from ctorendang.domains.matching.texts import source_hash
from ctorendang.domains.matching.vectors import VectorService
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.db.session import Database
from ctorendang.infra.gateways.gateways import Embedder
from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitsOfWork

READY = "query($id: ID!) { matchesReady(projectId: $id) }"


class Reader:
    """The product's model, under a name of its own, that notes what it reads and waits when told to."""

    def __init__(self, embedder: Embedder, model: str = "") -> None:
        self._embedder = embedder
        self.model = model or embedder.model
        self.read: list[str] = []
        self.reading = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.read += texts
        self.reading.set()
        await self.go_on.wait()
        return await self._embedder.embed(texts)


@pytest.fixture
async def database(settings) -> AsyncIterator[Database]:
    database = Database(settings.database.url, pool_size=4)
    yield database
    await database.close()


def with_reader(product: Product, database: Database, reader: Reader) -> Product:
    """The product, had it this model."""
    gateways = replace(product.gateways, embedder=reader)

    async def nobody() -> None:
        """There is no worker to wake."""

    units = UnitsOfWork(database, product.grants, product.subscriptions, gateways, nobody)
    return replace(product, gateways=gateways, units=units)


async def create(person: Person, **changes: Any) -> str:
    return (await person.mutate("createProject", "... on Project { id }" + PROBLEMS, project(**changes)))["id"]


async def embed(product: Product, market: Marketplace, kind: str, id_: object) -> None:
    async with product.units.begin(Actor.service(market.id, "worker")) as work:
        service = VectorService(work)
        await (service.embed_cto if kind == "cto" else service.embed_project)(UUID(str(id_)))


async def cto_vectors(market: Marketplace) -> dict[str, Any]:
    return {row["section"]: row for row in await market.fetch("select * from cto_vectors")}


async def test_a_project_saved_while_no_worker_runs_is_read_as_soon_as_one_does(market: Marketplace):
    await market.listed_cto()
    owner = await market.join("client")
    id_ = await create(owner)
    assert await market.fetch("select from project_vectors") == []
    assert (await owner.query(READY, id=id_))["matchesReady"] is False
    waiting = await market.fetch("select handler from outbox where done_at is null")
    assert "matching.embed_project" in {row["handler"] for row in waiting}
    await market.work_off()
    assert (await owner.query(READY, id=id_))["matchesReady"] is True
    assert await market.fetch("select from outbox where done_at is null and handler like 'matching.%'") == []


async def test_what_a_project_says_now_is_what_was_read(market: Marketplace, product: Product):
    owner = await market.join("client")
    id_ = await create(owner)
    await market.work_off()
    (before,) = await market.fetch("select source_hash, embedding::text from project_vectors")
    update = {"projectId": id_, "title": "Another", "description": "Write firmware for tractors."}
    await owner.mutate("updateProject", "__typename", update)
    await market.work_off()
    (after,) = await market.fetch("select source_hash, embedding::text, model from project_vectors")
    assert after["source_hash"] == source_hash("Another\nWrite firmware for tractors.") != before["source_hash"]
    assert after["embedding"] != before["embedding"]
    assert after["model"] == product.gateways.embedder.model


async def test_a_text_that_has_not_changed_is_not_read_again(market: Marketplace, product: Product, database: Database):
    reader = Reader(product.gateways.embedder)
    reading = with_reader(product, database, reader)
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    # Once, so that the names of skills are known; these are read once a process.
    await embed(reading, market, "cto", cto.id)
    reader.read.clear()
    await embed(reading, market, "project", project_id)
    read = len(reader.read)
    assert read > 1
    for _ in range(2):
        await embed(reading, market, "cto", cto.id)
        await embed(reading, market, "project", project_id)
    assert len(reader.read) == read
    saved = profile(hourlyRate=99_00, availability=3, skills=[{"name": "Rust", "level": 5}])
    await cto.person.mutate("updateCtoProfile", "__typename", saved)
    await embed(reading, market, "cto", cto.id)
    assert reader.read[read:] == ["Rust"]
    # What filters candidates follows without reading anything.
    (sketch,) = await market.fetch("select availability, hourly_rate, claims from cto_sketches")
    assert tuple(sketch) == (3, 99_00, 1)
    vectors = await market.fetch("select section, binary_quantize(embedding)::text as signs from cto_vectors")
    (sketch,) = await market.fetch("select headline::text, bio::text, experience::text, skills::text from cto_sketches")
    assert dict(sketch) == {"experience": None, **{row["section"]: row["signs"] for row in vectors}}


@pytest.mark.parametrize("kind", ["cto", "project"])
async def test_an_old_text_never_has_the_last_word(
    market: Marketplace, product: Product, database: Database, kind: str
):
    slow, quick = Reader(product.gateways.embedder), Reader(product.gateways.embedder)
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    id_ = cto.id if kind == "cto" else project_id
    slow.go_on.clear()
    behind = asyncio.create_task(embed(with_reader(product, database, slow), market, kind, id_))
    await slow.reading.wait()
    # While one job still reads the old text, the new one is saved and read by another.
    if kind == "cto":
        new = profile(headline="Builds compilers", bio="Twenty years of compilers, linkers and languages for machines.")
        await cto.person.mutate("updateCtoProfile", "__typename", new)
        expected = source_hash(new["bio"])
    else:
        new = {"projectId": project_id, "title": "New", "description": "Something else altogether."}
        await owner.mutate("updateProject", "__typename", new)
        expected = source_hash("New\nSomething else altogether.")
    await embed(with_reader(product, database, quick), market, kind, id_)
    slow.go_on.set()
    await asyncio.wait_for(behind, 30)
    if kind == "cto":
        assert (await cto_vectors(market))["bio"]["source_hash"] == expected
    else:
        (row,) = await market.fetch("select source_hash from project_vectors")
        assert row["source_hash"] == expected
    assert slow.read
    assert quick.read


async def test_a_profile_that_leaves_the_directory_takes_its_vectors_along(market: Marketplace):
    cto = await market.listed_cto()
    await market.work_off()
    assert set(await cto_vectors(market)) == {"headline", "bio", "skills"}
    await cto.person.mutate("pauseCtoProfile", "__typename")
    await market.work_off()
    assert await cto_vectors(market) == {}
    assert await market.fetch("select cto_id from cto_readings union all select cto_id from cto_sketches") == []
    await cto.person.mutate("submitCtoProfile", "__typename")
    await market.work_off()
    assert set(await cto_vectors(market)) == {"headline", "bio", "skills"}


async def test_a_profile_that_was_never_listed_is_not_read(market: Marketplace):
    cto = await market.join("cto")
    await cto.mutate("updateCtoProfile", "__typename", profile())
    await market.work_off()
    assert await cto_vectors(market) == {}


async def test_another_model_reads_everything_again(market: Marketplace, product: Product, database: Database):
    cto, owner = await market.listed_cto(), await market.join("client")
    project_id = await create(owner)
    await market.work_off()
    reader = Reader(product.gateways.embedder, "another-model")
    changed = with_reader(product, database, reader)
    relay_database = market.marketplaces.relay

    async def unread() -> int:
        """How much of this tenant waits to be read; that of other tests' tenants is let go."""
        await read_what_is_unread(changed)
        async with relay_database.unit_of_work(Actor.service(market.id, "relay")) as session:
            await session.execute(text("delete from outbox where tenant_id <> :id"), {"id": market.id})
        return len(await market.fetch("select from outbox where done_at is null and handler like 'matching.embed%'"))

    assert await unread() == 2
    # Until then, vectors of different models are not compared: the rest of the score carries the match.
    query = "query($id: ID!) { matches(projectId: $id) { cto { id } explanation { component } } }"
    assert [match["cto"]["id"] for match in (await owner.query(query, id=project_id))["matches"]] == [str(cto.id)]
    relay = OutboxRelay(relay_database, lease_seconds=30)
    runner = JobRunner(changed.units, changed.subscriptions, relay)
    for job in await relay.claim(50):
        await runner.run(job)
    models = await market.fetch("select model from cto_vectors union all select model from project_vectors")
    assert [row["model"] for row in models] == ["another-model"] * 4
    assert await unread() == 0


async def test_a_vector_is_of_one_length_and_makes_near_what_means_the_same(market: Marketplace):
    cloud = await market.listed_cto(headline="Runs container platforms in the cloud")
    farm = await market.listed_cto(
        headline="Breeds cattle",
        bio="Thirty years of cattle, pastures, milk and cheese on mountain farms.",
        skills=[{"name": "COBOL", "level": 3}],
    )
    owner = await market.join("client")
    id_ = await create(
        owner, title="Kubernetes platform", description="Move our services into containers in the cloud."
    )
    await market.work_off()
    query = "query($id: ID!) { matches(projectId: $id) { cto { id } explanation { component value } } }"
    relevance = {
        match["cto"]["id"]: each["value"]
        for match in (await owner.query(query, id=id_))["matches"]
        for each in match["explanation"]
        if each["component"] == "relevance"
    }
    assert relevance[str(cloud.id)] > relevance[str(farm.id)] + 0.1
    lengths = await market.fetch("select l2_norm(embedding) as length from cto_vectors")
    assert all(abs(row["length"] - 1) < 0.01 for row in lengths)
