"""A marketplace with somebody of every kind, for strangers to throw things at."""

import os
import random
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.domains.engagements.journeys import begin
from tests.factories import Marketplace, Marketplaces, Person, form_token, profile, project, sign_in

# The same examples every time; a larger run, with others, by CTORENDANG_FUZZ=20.
_TIMES = int(os.environ.get("CTORENDANG_FUZZ", "1"))
_TABLES = (
    "users",
    "ctos",
    "cto_skills",
    "reviews",
    "projects",
    "project_skills",
    "engagements",
    "outbox",
    "audit_events",
    "email_tokens",
)


def examples(count: int) -> settings:
    """So many examples, as often as the run asks for."""
    return settings(
        max_examples=count * _TIMES,
        deadline=None,
        derandomize=_TIMES == 1,
        # Making a failing example small takes minutes where passwords are hashed.
        phases=[Phase.explicit, Phase.reuse, Phase.generate] if _TIMES == 1 else list(Phase),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


@dataclass(frozen=True)
class Visitor:
    """A browser as it stands: what it would send with a form."""

    cookies: dict[str, str]
    form_token: str
    access_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Playground:
    """A tenant with a visitor, a client, a CTO and an administrator, and one of each thing."""

    market: Marketplace
    visitors: dict[str, Visitor]
    ids: dict[str, str]
    chance: random.Random

    def browser(self, role: str, **headers: str) -> httpx.AsyncClient:
        """A browser of this role, from anywhere in the world: limits by address are another test's."""
        address = ".".join(str(self.chance.randint(1, 254)) for _ in range(4))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.market.marketplaces.site.app, client=(address, 4711)),
            base_url=self.market.origin,
            headers={"accept": "text/html", "origin": self.market.origin, **headers},
            cookies=self.visitors[role].cookies,
        )

    async def contents(self) -> list[Any]:
        """How many rows the database holds and who wrote last, for seeing whether it has changed."""
        facts = ", ".join(f"(select (count(*), max(xmin::text::bigint))::text from {table})" for table in _TABLES)
        return list((await self.market.fetch(f"select {facts}"))[0])


@pytest.fixture(scope="session")
async def playground(marketplaces: Marketplaces) -> Playground:
    """Where everything is thrown at."""
    market = await marketplaces.open()
    marketplaces.unattended.add(market.id)
    people: dict[str, Person] = {role: await market.join(role) for role in ("client", "admin")}
    cto = await market.listed_cto()
    people["cto"] = cto.person
    created = await people["client"].mutate("createProject", "... on Project { id }", project(skills=["Rust"]))
    spare = await people["client"].mutate("createProject", "... on Project { id }", project())
    someone = await market.join("cto")
    waiting = await someone.mutate("updateCtoProfile", "... on Cto { id }", profile())
    await someone.mutate("submitCtoProfile", "... on Cto { id }")
    review = {"ctoId": str(cto.id), "rating": 4, "body": "Good."}
    await people["client"].mutate("writeReview", "... on Review { id }", review)
    engagements = {
        "engagement": (await (await begin(market, people["client"], cto)).advance("active")).id,
        "talk": (await (await begin(market, people["client"], cto)).advance("introduction")).id,
    }
    visitors = {"visitor": await _look_around(market, None)}
    for role, person in people.items():
        visitors[role] = await _look_around(market, person)
    projects = {"project": created["id"], "spare": spare["id"]}
    ids = {"cto": str(cto.id), "waiting": waiting["id"], "member": str(someone.id), **projects, **engagements}
    return Playground(market, visitors, ids, random.Random(0))


async def _look_around(market: Marketplace, person: Person | None) -> Visitor:
    async with market.browser() as browser:
        if person is None:
            page = await browser.get("/login")
            return Visitor(dict(browser.cookies), form_token(page.text))
        await sign_in(browser, person)
        page = await browser.get("/account")
        return Visitor({"session": browser.cookies["session"]}, form_token(page.text), person.access_token)
