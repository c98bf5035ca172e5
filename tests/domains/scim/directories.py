"""Directories of tenants, and what they send."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.factories import Marketplace, Person

from ctorendang.domains.scim.directories import DirectoryDraft, DirectoryService
from ctorendang.infra.auth.actor import Actor
from ctorendang.kit.clock import now

CORE = "urn:ietf:params:scim:schemas:core:2.0"
USER, GROUP = f"{CORE}:User", f"{CORE}:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SCIM = "application/scim+json"


@dataclass
class Directory:
    """A directory of a tenant, and the program that speaks for it."""

    market: Marketplace
    id: UUID
    token: str
    administrator: Person

    async def send(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **parameters: str
    ) -> httpx.Response:
        """One request."""
        sent = {"authorization": f"Bearer {self.token}", "accept": SCIM, "content-type": SCIM, **(headers or {})}
        async with self.market.browser() as browser:
            content = body if isinstance(body, bytes) else None
            return await browser.request(
                method,
                f"/scim/v2{path}",
                content=content,
                json=None if content is not None else body,
                params=parameters or None,
                headers=sent,
            )

    async def add(self, **changes: Any) -> dict[str, Any]:
        """A user, as the directory was answered."""
        answer = await self.send("POST", "/Users", user(**changes))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def group(self, name: str, *members: dict[str, Any]) -> dict[str, Any]:
        """A group, as the directory was answered."""
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each["id"]} for each in members]}
        answer = await self.send("POST", "/Groups", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def patch(self, resource: dict[str, Any], *operations: dict[str, Any]) -> httpx.Response:
        """Change a resource that was answered."""
        kind = "Groups" if GROUP in resource["schemas"] else "Users"
        return await self.send("PATCH", f"/{kind}/{resource['id']}", {"schemas": [PATCH], "Operations": operations})

    async def account(self, resource: dict[str, Any]) -> dict[str, Any]:
        """The account that a user stands for."""
        rows = await self.market.fetch_as(
            "admin",
            "select u.* from users u join scim_users s on s.user_id = u.id where s.id = $1",
            UUID(resource["id"]),
        )
        return dict(rows[0]) if rows else {}

    async def map(self, *rows: tuple[str, str]) -> None:
        """Say what groups give, and let the worker follow."""
        async with self.market.marketplaces.site.product.units.begin(recent(self.administrator)) as work:
            await DirectoryService(work).map_groups(self.id, list(rows))
        await self.market.work_off()


def recent(person: Person) -> Actor:
    """Somebody who has just signed in."""
    return replace(person.actor, authenticated_at=now())


def user(**changes: Any) -> dict[str, Any]:
    """A user as providers send one; nobody else's."""
    name = f"ada.{uuid4().hex[:10]}@corp.example"
    return {
        "schemas": [USER, ENTERPRISE],
        "userName": name,
        "externalId": uuid4().hex,
        "name": {"givenName": "Ada", "familyName": "Adams"},
        "emails": [{"value": changes.get("userName", name), "type": "work", "primary": True}],
        "active": True,
        **changes,
    }


async def connect(market: Marketplace, name: str = "Entra ID") -> Directory:
    """A directory with a token, made by an administrator."""
    administrator = await market.join("admin")
    async with market.marketplaces.site.product.units.begin(recent(administrator)) as work:
        directories = DirectoryService(work)
        directory = await directories.create(DirectoryDraft(name))
        made = await directories.create_token(directory.id, "Production", 365)
    return Directory(market, directory.id, made.secret, administrator)


def told(answer: httpx.Response) -> tuple[int, str | None, str]:
    """A refusal in SCIM's form: status, scimType, and what it says."""
    assert answer.headers["content-type"].startswith(SCIM), answer.text
    body = answer.json()
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == str(answer.status_code)
    return answer.status_code, body.get("scimType"), body["detail"]


async def verify_domain(market: Marketplace, domain: str = "corp.example") -> None:
    """Let a domain be the tenant's own, as a DNS record would have it."""
    connection = uuid4()
    await market.fetch(
        "insert into sso_connections (tenant_id, id, name, protocol) values ($1, $2, $3, 'saml')",
        *(market.id, connection, f"Connection {connection}"),
    )
    await market.fetch(
        "insert into email_domains (tenant_id, connection_id, domain, token, verified_at)"
        " values ($1, $2, $3, '', now())",
        *(market.id, connection, domain),
    )
