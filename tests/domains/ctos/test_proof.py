"""Cards and the head of a profile: terms, three skills that matter to the reader, and one proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domains.calendar.offering import offering
from tests.domains.ctos.test_sections import place
from tests.factories import PROBLEMS, Marketplace, profile, project, sign_in

from ctorendang.domains.ctos.proof import LONGEST, shortened

PROOF = "query($id: ID!) { cto(id: $id) { proof { kind text source } } }"


async def proof(market: Marketplace, cto_id: str) -> dict | None:
    return (await market.graphql(PROOF, id=cto_id))["data"]["cto"]["proof"]


async def test_a_good_review_speaks_first_then_an_outcome_then_nobody(market: Marketplace):
    silent = await market.listed_cto()
    assert await proof(market, str(silent.id)) is None
    cto = await market.listed_cto(experience=[place(changed=""), place(started=2001, ended=2005, changed="Halved it.")])
    outcome = {"kind": "OUTCOME", "text": "Halved it.", "source": place()["company"]}
    assert await proof(market, str(cto.id)) == outcome
    client = await market.join("client")
    review = {"ctoId": str(cto.id), "rating": 3, "body": "Fine."}
    await client.mutate("writeReview", "__typename", review)
    assert await proof(market, str(cto.id)) == outcome
    await client.mutate("writeReview", "__typename", {**review, "rating": 5, "body": "Calm\n\nand clear."})
    assert await proof(market, str(cto.id)) == {"kind": "REVIEW", "text": "Calm and clear.", "source": "Ada Person"}


@given(st.text(max_size=400) | st.lists(st.sampled_from(["long", "words,", "and", "…"]), max_size=90).map(" ".join))
def test_a_proof_fits_on_a_card(text: str):
    cut = shortened(text)
    assert len(cut) <= LONGEST
    assert "\n" not in cut
    assert cut == " ".join(text.split()) or cut.endswith("…")


@pytest.mark.parametrize("page", ["/", "/ctos"])
async def test_cards_show_what_speaks_for_somebody(market: Marketplace, client, page):
    await market.listed_cto(experience=[place(changed="Halved <b>the</b> bill.")])
    await market.work_off()
    shown = (await client.get(page)).text
    assert "Halved &lt;b&gt;the&lt;/b&gt; bill." in shown
    assert "16 h/week free" in shown


async def test_the_head_begins_with_the_skills_that_the_readers_projects_ask_for(market: Marketplace, client):
    skills = [{"name": name, "level": 5} for name in ("Kubernetes", "PostgreSQL", "React")]
    cto = await market.listed_cto(**profile(skills=[*skills, {"name": "Terraform", "level": 1}]))
    head = (await client.get(f"/ctos/{cto.id}")).text.split("profile-body")[0]
    assert ("Terraform" in head, "€150" in head, "16 h/week free" in head) == (False, True, True)
    reader = await market.join("client")
    made = await reader.mutate("createProject", "... on Project { id }" + PROBLEMS, project(skills=["Terraform"]))
    await reader.mutate("publishProject", "__typename", {"projectId": made["id"]})
    await sign_in(client, reader)
    head = (await client.get(f"/ctos/{cto.id}")).text.split("profile-body")[0]
    assert '<li class="wanted">Terraform</li>' in head


async def test_the_head_says_when_one_can_talk_next(market: Marketplace, client):
    cto = await market.listed_cto()
    assert "Can talk" not in (await client.get(f"/ctos/{cto.id}")).text
    cto = await offering(market)
    head = (await client.get(f"/ctos/{cto.id}")).text.split("profile-body")[0]
    assert 'href="#introductions">Can talk' in head
