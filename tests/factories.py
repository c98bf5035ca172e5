"""Tenants, people and things for tests, made through the product's own front door wherever it has one."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
from sqlalchemy import text

from ctorendang.domains.ctos.taxonomy import import_skills
from ctorendang.domains.tenants.applying import apply
from ctorendang.domains.tenants.declarations import Declaration, ThemeChoice
from ctorendang.infra.auth.actor import NO_TENANT, Actor
from ctorendang.infra.db.session import Database
from ctorendang.infra.jobs.relay import OutboxRelay
from ctorendang.infra.jobs.runner import JobRunner
from ctorendang.settings import Settings
from tests.serving import Served

PASSWORD = "correct horse battery staple"

TOKENS = "... on Tokens { accessToken refreshToken expiresIn }"
REFUSALS = "... on Refusal { code message }"
PROBLEMS = REFUSALS + " ... on InvalidInput { message fields { field message } }"

_EMPTY = text("delete from outbox where tenant_id = any(:left)")


class Marketplaces:
    """Opens tenants on the running application."""

    def __init__(self, site: Served, settings: Settings) -> None:
        self.site = site
        self.settings = settings
        self.platform = Database(settings.database.platform_url, pool_size=2)
        self.relay = Database(settings.database.relay_url, pool_size=2)
        self._app: asyncpg.Pool | None = None
        # Tenants at whose outboxes no test looks, for as long as the run lasts.
        self.unattended: set[UUID] = set()
        self._left: set[UUID] = set()

    async def app(self) -> asyncpg.Pool:
        """Connections of the app's role; kept, since opening one takes longer than asking."""
        if self._app is None:
            self._app = await asyncpg.create_pool(self.settings.database.url, min_size=0, max_size=4)
        return self._app

    async def prepare(self) -> None:
        """Import the skills, which all tenants share."""
        owner = await asyncpg.connect(self.settings.database.owner_url)
        await import_skills(owner)
        await owner.close()

    async def open(self, top_level: str = "example", **changes: Any) -> "Marketplace":
        """A new tenant, as a declaration makes it."""
        slug = f"t{uuid4().hex[:12]}"
        declaration = Declaration(
            api_version="ctorendang/v1", slug=slug, name=f"Market {slug}", domains=[f"{slug}.{top_level}"]
        )
        return await self._apply(msgspec.structs.replace(declaration, **changes))

    async def open_console(self) -> "Marketplace":
        """The platform's own tenant."""
        return await self._apply(
            Declaration(
                api_version="ctorendang/v1",
                slug="console",
                kind="platform",
                name="Console",
                domains=["console.example"],
                theme=ThemeChoice(name="console"),
            )
        )

    async def _apply(self, declaration: Declaration) -> "Marketplace":
        await apply(self.platform, [declaration])
        host = declaration.domains[0]
        self.site.product.directory.forget()
        tenant = await self.site.product.directory.find(host)
        assert tenant is not None
        return Marketplace(self, tenant.id, tenant.slug, host)

    def leave(self, market: "Marketplace") -> None:
        """Nobody waits for what this tenant's worker has still to do: no other test is to spend its time on that."""
        self._left.add(market.id)

    async def forget_what_was_left(self) -> None:
        """Empty the outboxes of tenants that tests have left."""
        if left := [*self._left, *self.unattended]:
            async with self.relay.unit_of_work(Actor.service(NO_TENANT, "relay")) as session:
                await session.execute(_EMPTY, {"left": left})
        self._left.clear()

    async def close(self) -> None:
        """Let go of connections."""
        if self._app is not None:
            await self._app.close()
        await self.platform.close()
        await self.relay.close()


@dataclass
class Person:
    """Somebody of a tenant, and a program of theirs that is signed in."""

    market: "Marketplace"
    id: UUID
    email: str
    roles: frozenset[str]
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The person to services."""
        return Actor(self.market.id, self.id, self.roles, name="Test person")

    async def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer to an operation."""
        return await self.market.graphql(query, token=self.access_token, **variables)

    async def query(self, query: str, **variables: Any) -> Any:
        """The data of an operation that must succeed."""
        answer = await self.graphql(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def mutate(self, field: str, selection: str, value: dict[str, Any] | None = None) -> dict[str, Any]:
        """What a mutation came to; a refusal too."""
        return await self.market.mutate(field, selection, value, token=self.access_token)


@dataclass
class Marketplace:
    """A tenant."""

    marketplaces: Marketplaces
    id: UUID
    slug: str
    host: str
    _administrator: Person | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A browser on this tenant's host; keeps cookies, follows no redirects, asks for pages."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.marketplaces.site.app, client=("198.51.100.7", 4711)),
            base_url=self.origin,
            headers={"accept": "text/html", "origin": self.origin, **headers},
        )

    async def post_graphql(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> httpx.Response:
        """The raw response to an operation."""
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        async with self.browser(**headers) as browser:
            return await browser.post("/graphql", json={"query": query, "variables": variables or {}})

    async def graphql(self, query: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """The whole answer to an operation."""
        return (await self.post_graphql(query, variables, token)).json()

    async def mutate(
        self, field: str, selection: str, value: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """What a mutation came to; a refusal too."""
        name = field[0].upper() + field[1:]
        body = f"{{ __typename {selection} }}"
        if value is None:
            answer = await self.graphql(f"mutation {{ {field} {body} }}", token)
        else:
            answer = await self.graphql(
                f"mutation($input: {name}Input!) {{ {field}(input: $input) {body} }}", token, input=value
            )
        assert "errors" not in answer, answer
        return answer["data"][field]

    async def join(self, *roles: str, email: str | None = None) -> Person:
        """A new person with these roles, signed in as a program."""
        email = email or f"p{uuid4().hex[:10]}@people.example"
        account = {
            "name": "Ada Person",
            "email": email,
            "password": PASSWORD,
            "role": "CTO" if "cto" in roles else "CLIENT",
        }
        tokens = await self.mutate("signUp", TOKENS + PROBLEMS, account)
        assert tokens["__typename"] == "Tokens", tokens
        me = await self.graphql("{ me { id } }", tokens["accessToken"])
        user_id = UUID(me["data"]["me"]["id"])
        await self._set_roles(user_id, roles or ("client",))
        return Person(
            self, user_id, email, frozenset(roles or ("client",)), tokens["accessToken"], tokens["refreshToken"]
        )

    async def _set_roles(self, user_id: UUID, roles: tuple[str, ...]) -> None:
        """The first administrator of a tenant has to come from somewhere: as the owner of the data would do it."""
        await self.fetch("update users set roles = $1 where id = $2", list(roles), user_id)

    async def listed_cto(self, **changes: Any) -> "ListedCto":
        """A CTO whose profile is listed."""
        person = await self.join("cto")
        saved = await person.mutate("updateCtoProfile", "... on Cto { id }" + PROBLEMS, profile(**changes))
        assert saved["__typename"] == "Cto", saved
        await person.mutate("submitCtoProfile", "... on Cto { status }" + PROBLEMS)
        self._administrator = self._administrator or await self.join("admin")
        approved = await self._administrator.mutate(
            "approveCto", "... on Cto { status }" + PROBLEMS, {"ctoId": saved["id"]}
        )
        assert approved["status"] == "LISTED", approved
        return ListedCto(person, UUID(saved["id"]))

    async def work_off(self) -> int:
        """Do what is in the outbox, as a worker would, until nothing is due; how many jobs that were."""
        await self.marketplaces.forget_what_was_left()
        product = self.marketplaces.site.product
        relay = OutboxRelay(self.marketplaces.relay, lease_seconds=30)
        runner = JobRunner(product.units, product.subscriptions, relay)
        done = 0
        while jobs := await relay.claim(50):
            for job in jobs:
                await runner.run(job)
            done += len(jobs)
        return done

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """What is in the database of this tenant, by the app role and so under row-level security."""
        return await self.fetch_as("authenticator", statement, *arguments)

    async def fetch_as(self, role: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """As ``fetch``, for an actor in another role."""
        async with (await self.marketplaces.app()).acquire() as app, app.transaction():
            await app.execute(
                "select set_config('app.tenant_id', $1, true), set_config('app.roles', $2, true)", str(self.id), role
            )
            return await app.fetch(statement, *arguments)


@dataclass
class ListedCto:
    """A CTO who can be found."""

    person: Person
    id: UUID


def profile(**changes: Any) -> dict[str, Any]:
    """A profile that is good to be listed."""
    return {
        "headline": "Scales engineering teams in payments",
        "bio": "Twelve years of building payment systems and the teams that run them, from five people to eighty.",
        "hourlyRate": 15000,
        "availability": 16,
        "yearsExperience": 12,
        "timeZone": "Europe/Berlin",
        "industries": ["Fintech & payments"],
        "skills": [{"name": "Kubernetes", "level": 4}, {"name": "Terraform", "level": 3}],
        **changes,
    }


def project(**changes: Any) -> dict[str, Any]:
    """A project."""
    return {
        "title": "Move our payments platform to Kubernetes",
        "description": "Our Rails monolith handles payments on old servers. We need a plan and somebody to lead it.",
        **changes,
    }


def form_token(html: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="_csrf" value="([^"]+)"', html)
    assert found, html[:2000]
    return found[1]


async def sign_in(browser: httpx.AsyncClient, person: Person) -> None:
    """Sign a browser in through the page."""
    page = await browser.get("/login")
    answer = await browser.post(
        "/login", data={"_csrf": form_token(page.text), "email": person.email, "password": PASSWORD}
    )
    assert answer.status_code == 303, answer.text


async def submit(browser: httpx.AsyncClient, page: str, action: str, fields: dict[str, Any]) -> httpx.Response:
    """Fill a page's form in and send it."""
    shown = await browser.get(page)
    assert shown.status_code == 200, shown.text
    return await browser.post(action, data={"_csrf": form_token(shown.text), **fields})
