"""Who enters the first ten is told, and newcomers are given a bounded chance."""

import contextlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.crowd import gather
from tests.domains.matching.test_matches import create, matches_of
from tests.factories import Marketplace

from ctorendang.domains.matching.exploration import ENOUGH, SHOWN, Ranked, explored
from ctorendang.domains.matching.places import PlaceService
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.events import Subscription, Subscriptions
from ctorendang.infra.work import UnitsOfWork

ranked = st.lists(st.builds(Ranked, st.floats(0, 1), st.booleans(), st.integers(0, 5), st.booleans()), max_size=60)


@given(ranked)
def test_exploration_moves_one_newcomer_to_the_tenth_place_and_nobody_else_out_of_order(found):
    found = sorted(found, key=lambda each: -each.score)
    people = list(range(len(found)))
    ordered, index = explored(people, found)
    assert sorted(ordered) == people
    assert ordered[: SHOWN - 1] == people[: SHOWN - 1]
    if index is None:
        assert ordered == people
    else:
        assert index == SHOWN - 1
        chosen = found[ordered[index]]
        assert chosen.newcomer
        assert chosen.here or chosen.places < ENOUGH
        rest = [each for each in ordered if each != ordered[index]]
        assert rest == sorted(rest)


async def refresh(product, market: Marketplace, project_id: str) -> list[UUID]:
    async with product.units.begin(Actor.service(market.id, "worker")) as work:
        return await PlaceService(work).refresh(UUID(project_id))


async def test_the_first_ten_are_kept_in_the_order_of_the_list(market: Marketplace, product):
    await gather(market, 15, reviews=1)
    owner = await market.join("client")
    project_id = await create(owner)
    await market.work_off()
    shown = [match["cto"]["id"] for match in await matches_of(owner, project_id, first=10)]
    rows = await market.fetch("select cto_id from match_places where project_id = $1 order by place", UUID(project_id))
    assert [str(row["cto_id"]) for row in rows] == shown
    await owner.mutate("closeProject", "__typename", {"projectId": project_id})
    await market.work_off()
    assert await market.fetch("select from match_places") == []


async def entering(units: UnitsOfWork, market: Marketplace, project_id: str) -> tuple[list[UUID], list[dict]]:
    """Who would enter, and what would be told of it."""
    with contextlib.suppress(LookAgain):
        async with units.begin(Actor.service(market.id, "worker")) as work:
            entered = await PlaceService(work).refresh(UUID(project_id))
            rows = await work.session.execute(text("select payload from outbox where handler = 'test.tell'"))
            payloads = [row.payload for row in rows]
            raise LookAgain
    return entered, payloads


class LookAgain(Exception):
    """Takes back what was written, since this test's handler is nobody else's."""


async def test_somebody_new_among_the_first_ten_is_told_once(market: Marketplace, product):
    told: list[dict[str, Any]] = []

    async def tell(_, payload) -> None:
        told.append(dict(payload))

    everything = [*product.subscriptions._by_handler.values(), Subscription("match.entered_top", "test.tell", tell)]
    units = product.units
    told_units = UnitsOfWork(units._database, units._grants, Subscriptions(everything), units._gateways, units._wake)
    owner = await market.join("client")
    first = await market.listed_cto()
    project_id = await create(owner, skills=["Kubernetes"])
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    second = await market.listed_cto()

    entered, payloads = await entering(told_units, market, project_id)
    assert entered == [second.id]
    assert await refresh(product, market, project_id) == [second.id]
    assert payloads == [{"project_id": project_id, "cto_id": str(second.id), "place": payloads[0]["place"]}]
    assert await refresh(product, market, project_id) == []
    assert first.id != second.id


async def test_a_saved_profile_enters_the_lists_of_open_projects(market: Marketplace):
    owner = await market.join("client")
    await market.listed_cto()
    project_id = await create(owner)
    await owner.mutate("publishProject", "__typename", {"projectId": project_id})
    await market.work_off()
    late = await market.listed_cto()
    await market.work_off()
    rows = await market.fetch("select cto_id from match_places where project_id = $1", UUID(project_id))
    assert late.id in {row["cto_id"] for row in rows}


async def test_a_newcomer_who_fits_is_lifted_to_the_tenth_place_and_called_new(market: Marketplace):
    crowd = await gather(market, 14, reviews=3, seed=3)
    owner = await market.join("client")
    project_id = await create(owner)
    everybody = await matches_of(owner, project_id, first=50)
    last = UUID(everybody[-1]["cto"]["id"])
    assert last in {member.id for member in crowd.ctos}
    await market.fetch(
        "update ctos set rating = null, review_count = 0, published_at = $2 where id = $1 returning id",
        last, datetime.now(UTC),
    )  # fmt: skip
    listed = (
        await owner.query("query($id: ID!) { matches(projectId: $id) { score newcomer cto { id } } }", id=project_id)
    )["matches"]
    # Whether the score is near enough decides; if it is, the place is the tenth and no better one.
    new = [index for index, match in enumerate(listed) if match["newcomer"]]
    assert new in ([], [9])
    if new:
        assert listed[9]["cto"]["id"] == str(last)
        assert listed[9]["score"] <= listed[8]["score"]
