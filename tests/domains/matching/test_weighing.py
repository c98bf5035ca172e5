"""A tenant may have some things count more, within bounds, and sees first what that does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.crowd import gather
from tests.domains.matching.test_matches import component, create, matches_of
from tests.factories import PROBLEMS, Marketplace, sign_in, submit

from ctorendang.domains.matching.scoring import COMPONENTS, LEAST_FACTOR, MOST_FACTOR, MOVABLE, adjusted

WEIGHTS = "{ matchWeights { version revision tested weights { component reference weight factor } } }"
REFERENCE = {name: 1 / len(COMPONENTS) for name in COMPONENTS}
EFFECT = "query($factors: MatchFactors!) { matchWeightsEffect(factors: $factors) { title entering leaving moved } }"


async def change(person, factors: dict, revision: int) -> dict:
    value = {"factors": factors, "revision": revision}
    return await person.mutate("changeMatchWeights", "... on MatchWeights { revision }" + PROBLEMS, value)


@given(st.dictionaries(st.sampled_from(COMPONENTS), st.floats(allow_nan=False)))
def test_whatever_is_asked_weights_add_up_and_stay_within_bounds(factors):
    found = adjusted(REFERENCE, factors)
    assert sum(found.values()) == pytest.approx(1)
    plain = adjusted(REFERENCE, {})
    for name in COMPONENTS:
        assert 0 < found[name] <= MOST_FACTOR / LEAST_FACTOR * plain[name] + 1e-9
    fixed = [found[name] / plain[name] for name in COMPONENTS if name not in MOVABLE]
    assert max(fixed) == pytest.approx(min(fixed))


async def test_what_an_administrator_saves_counts_at_once_in_this_tenant_alone(
    market: Marketplace, other_market: Marketplace
):
    admin, owner = await market.join("admin"), await market.join("client")
    elsewhere, abroad = await other_market.join("client"), await other_market.listed_cto()
    await market.listed_cto()
    before = (await admin.query(WEIGHTS))["matchWeights"]
    assert before["revision"] == 0
    assert sum(each["weight"] for each in before["weights"]) == pytest.approx(1)
    project_id, other_project = await create(owner), await create(elsewhere)
    (match,) = await matches_of(owner, project_id)
    weight = component(match, "rating")["weight"]
    assert (await change(admin, {"rating": 2}, 0))["revision"] == 1
    (match,) = await matches_of(owner, project_id)
    assert component(match, "rating")["weight"] > 1.5 * weight
    (other,) = await matches_of(elsewhere, other_project)
    assert other["cto"]["id"] == str(abroad.id)
    assert component(other, "rating")["weight"] == pytest.approx(weight)
    assert [
        row["action"] for row in await market.fetch("select action from audit_events where action like 'matching%'")
    ]


@pytest.mark.parametrize("factors", [{"rating": 2.01}, {"rate": 0.49}, {"stage": -1}])
async def test_a_factor_out_of_bounds_is_refused_and_nothing_is_saved(market: Marketplace, factors: dict):
    admin = await market.join("admin")
    refused = await change(admin, factors, 0)
    assert refused["__typename"] == "InvalidInput"
    assert await market.fetch("select from tenant_match_weights") == []
    answer = await admin.graphql(EFFECT, factors=factors)
    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"


async def test_whoever_saves_second_is_told_of_the_first(market: Marketplace):
    one, two = await market.join("admin"), await market.join("admin")
    await change(one, {"rate": 2}, 0)
    assert (await change(two, {"rate": 0.5}, 0))["code"] == "weights_changed_meanwhile"


async def test_the_effect_is_shown_before_anything_is_saved(market: Marketplace):
    admin, owner = await market.join("admin"), await market.join("client")
    await gather(market, 25, reviews=2, seed=5)
    await create(owner, title="Ours")
    before = (await admin.query(EFFECT, factors={}))["matchWeightsEffect"]
    assert before == [{"title": "Ours", "entering": [], "leaving": [], "moved": 0}]
    (effect,) = (await admin.query(EFFECT, factors={"rating": 2, "availability": 0.5}))["matchWeightsEffect"]
    assert len(effect["entering"]) == len(effect["leaving"])
    assert effect["entering"] or effect["moved"]
    assert await market.fetch("select from tenant_match_weights") == []


async def test_the_page_shows_and_saves(market: Marketplace, client):
    admin = await market.join("admin")
    await sign_in(client, admin)
    page = await client.get("/admin/matching?rating=2")
    assert "What that would do" in page.text
    shown = await submit(client, "/admin/matching", "/admin/matching", {"rating": "2", "revision": "0", "do": "effect"})
    assert (shown.status_code, shown.headers["location"]) == (303, "/admin/matching?rating=2")
    saved = await submit(client, "/admin/matching", "/admin/matching", {"rating": "2", "revision": "0"})
    assert saved.status_code == 303
    assert (await admin.query(WEIGHTS))["matchWeights"]["revision"] == 1
    await submit(client, "/admin/matching", "/admin/matching", {"rating": "nonsense", "revision": "1"})
    endless = await submit(client, "/admin/matching", "/admin/matching", {"rating": "2", "revision": "9" * 5_000})
    assert endless.status_code == 303
    assert (await admin.query(WEIGHTS))["matchWeights"]["revision"] == 1
