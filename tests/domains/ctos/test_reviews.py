"""What clients say about CTOs."""

import asyncio

import pytest
from tests.factories import PROBLEMS, Marketplace, Person, profile, sign_in, submit

REVIEW = "... on Review { id rating body author { name } }" + PROBLEMS
RATED = """
query($id: ID!) {
  cto(id: $id) { rating reviewCount reviews(first: 10) { totalCount edges { node { rating body } } } }
}
"""


async def review(person: Person, cto_id: object, rating: int, body: str = "Calm and clear.") -> dict:
    return await person.mutate("writeReview", REVIEW, {"ctoId": str(cto_id), "rating": rating, "body": body})


async def rated(market: Marketplace, cto_id: object) -> tuple[float | None, int]:
    cto = (await market.graphql(RATED, id=str(cto_id)))["data"]["cto"]
    assert cto["reviews"]["totalCount"] == cto["reviewCount"] == len(cto["reviews"]["edges"])
    return cto["rating"], cto["reviewCount"]


async def test_the_mean_follows_every_review(market: Marketplace):
    cto = await market.listed_cto()
    assert await rated(market, cto.id) == (None, 0)
    clients = [await market.join("client") for _ in range(3)]
    for client, stars, mean in zip(clients, (5, 4, 4), (5.0, 4.5, 4.33), strict=True):
        await review(client, cto.id, stars)
        assert (await rated(market, cto.id))[0] == mean
    assert await rated(market, cto.id) == (4.33, 3)


async def test_writing_again_replaces_ones_review(market: Marketplace):
    cto, client = await market.listed_cto(), await market.join("client")
    first = await review(client, cto.id, 5)
    second = await review(client, cto.id, 2, "I have changed my mind.")
    assert (second["id"], second["rating"], second["body"]) == (first["id"], 2, "I have changed my mind.")
    assert await rated(market, cto.id) == (2.0, 1)


async def test_reviews_at_once_are_all_counted(market: Marketplace):
    cto = await market.listed_cto()
    clients = [await market.join("client") for _ in range(4)]
    await asyncio.gather(*(review(client, cto.id, stars) for client, stars in zip(clients, (1, 2, 4, 5), strict=True)))
    assert await rated(market, cto.id) == (3.0, 4)


async def test_nobody_reviews_oneself(market: Marketplace):
    cto, admin = await market.listed_cto(), await market.join("admin")
    roles = {"memberId": str(cto.person.id), "roles": ["CTO", "CLIENT"]}
    await admin.mutate("setMemberRoles", "__typename", roles)
    assert (await review(cto.person, cto.id, 5))["code"] == "cannot_review_oneself"
    assert await rated(market, cto.id) == (None, 0)


async def test_who_is_not_listed_is_not_reviewed(market: Marketplace):
    cto, client = await market.listed_cto(), await market.join("client")
    await cto.person.mutate("pauseCtoProfile", "__typename")
    assert (await review(client, cto.id, 5))["code"] == "not_found"
    draft = await market.join("cto")
    saved = await draft.mutate("updateCtoProfile", "... on Cto { id }", profile())
    assert (await review(client, saved["id"], 5))["code"] == "not_found"
    assert await market.fetch("select from reviews") == []


@pytest.mark.parametrize("role", ["cto", "admin", None])
async def test_only_clients_review(market: Marketplace, role):
    cto = await market.listed_cto()
    value = {"ctoId": str(cto.id), "rating": 5, "body": "Good."}
    token = (await market.join(role)).access_token if role else None
    refused = await market.mutate("writeReview", REVIEW, value, token)
    assert refused["code"] == ("forbidden" if role else "sign_in_required")
    assert await market.fetch("select from reviews") == []


@pytest.mark.parametrize(
    ("rating", "body", "field"),
    [
        (0, "Good.", "rating"),
        (6, "Good.", "rating"),
        (5, " ", "body"),
        (5, "x" * 4_001, "body"),
        (5, "\x1b[31m", "body"),
    ],
)
async def test_what_a_review_cannot_say_is_named(market: Marketplace, rating, body, field):
    cto, client = await market.listed_cto(), await market.join("client")
    refused = await review(client, cto.id, rating, body)
    assert [each["field"] for each in refused["fields"]] == [field]
    assert await rated(market, cto.id) == (None, 0)


async def test_a_review_is_written_on_the_profile_and_shown_there(market: Marketplace, client):
    cto, person = await market.listed_cto(), await market.join("client")
    await sign_in(client, person)
    path = f"/ctos/{cto.id}"
    refused = await submit(client, path, f"{path}/reviews", {"rating": "9", "body": "Kept when refused"})
    assert refused.status_code == 422
    assert "Kept when refused" in refused.text
    answer = await submit(client, path, f"{path}/reviews", {"rating": "4", "body": "Found the cause in a day."})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    async with market.browser() as visitor:
        assert "Found the cause in a day." in (await visitor.get(path)).text


async def test_the_author_of_a_review_is_told_by_name_only(market: Marketplace):
    cto, client = await market.listed_cto(), await market.join("client")
    await review(client, cto.id, 4)
    async with market.browser() as visitor:
        page = await visitor.get(f"/ctos/{cto.id}")
    assert "Ada Person" in page.text
    assert client.email not in page.text
