"""Keys for programs, as tests make and use them."""

from typing import Any

from tests.factories import PROBLEMS, Marketplace, Person

CREATED = "... on CreatedApiKey { secret key { id name prefix scopes expiresAt } }" + PROBLEMS


async def create(person: Person, *scopes: str, **changes: Any) -> dict:
    value = {"name": "Report", "scopes": list(scopes or ("READ_PROJECTS",)), "expiresInDays": 30, **changes}
    return await person.mutate("createApiKey", CREATED, value)


async def key_of(person: Person, *scopes: str) -> str:
    made = await create(person, *scopes)
    assert made["__typename"] == "CreatedApiKey", made
    return made["secret"]


async def owner(market: Marketplace, key: str) -> str | None:
    me = (await market.graphql("{ me { id } }", key))["data"]
    return me and me["me"] and me["me"]["id"]


def code(answer: dict) -> str:
    return answer["errors"][0]["extensions"]["code"]
