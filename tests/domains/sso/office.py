"""A tenant whose single sign-on is ready to be enforced."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.names import Names, answered_by
from tests.domains.sso.saml_scene import visitor
from tests.domains.sso.setting_up import DONE, link_as, ready_to_test
from tests.factories import PROBLEMS, Marketplace, Person, sign_in

ENFORCED = "... on SsoEnforcement { stage domains requirements { name met } }" + PROBLEMS
STATE = (
    "{ ssoEnforcement { stage domains verifiedDomains requirements { name met todo } administrators { id strong } } }"
)


@dataclass
class Office:
    """A tenant whose single sign-on is ready to be enforced."""

    market: Marketplace
    signer: Signer
    admin: Person
    rescuer: Person
    connection_id: str

    async def keep_a_passkey(self) -> None:
        """Give the one who gets in without the provider a second factor."""
        await self.market.fetch(
            "insert into passkeys (tenant_id, user_id, credential_id, public_key, sign_count, rp_id, name, backed_up)"
            " values ($1, $2, $3, '', 0, 'x.example', 'Key', true)",
            self.market.id,
            self.rescuer.id,
            uuid4().bytes,
        )

    async def enforce(self, scope: str = "EVERYONE", by: Person | None = None) -> dict[str, Any]:
        value = {"connectionId": self.connection_id, "scope": scope}
        return await (by or self.rescuer).mutate("enforceSso", ENFORCED, value)

    async def state(self) -> dict[str, Any]:
        return (await self.rescuer.query(STATE))["ssoEnforcement"]

    async def own(self, domain: str) -> str:
        """Prove an e-mail domain."""
        answered_by(self.market, Names())
        claimed = await self.rescuer.mutate(
            "claimEmailDomain",
            "... on EmailDomain { id recordValue }",
            {"connectionId": self.connection_id, "domain": domain},
        )
        answered_by(self.market, Names(everything=[claimed["recordValue"]]))
        proven = await self.rescuer.mutate(
            "verifyEmailDomain", "... on EmailDomain { verifiedAt }", {"id": claimed["id"]}
        )
        assert proven["verifiedAt"]
        return claimed["id"]


async def prove(market: Marketplace, admin: Person, signer: Signer, connection_id: str) -> None:
    """The administrator signs in through the connection as themselves, by linking it."""
    async with visitor(market) as browser:
        await sign_in(browser, admin)
        linked = await link_as(browser, market, signer, connection_id, f"subject-{admin.id}")
        assert linked.status_code == 303, linked.text


async def give_emergency_access(by: Person, to: Person, on: bool = True) -> dict[str, Any]:
    return await by.mutate(
        "setEmergencyAccess", DONE.split(" ... on InvalidInput")[0], {"userId": str(to.id), "on": on}
    )


async def open_office(market: Marketplace, signer: Signer) -> Office:
    """As after a test sign-in and a proof by an administrator, each of which has a test of its own."""
    admin, rescuer = await market.join("admin"), await market.join("admin")
    connection_id = await ready_to_test(admin, signer)
    proven = "update sso_connections set status = 'active', tested_version = version, tested_by = $2 where id = $1"
    await market.fetch(proven, connection_id, admin.id)
    office = Office(market, signer, admin, rescuer, connection_id)
    await office.keep_a_passkey()
    assert (await give_emergency_access(rescuer, rescuer))["__typename"] == "Done"
    return office
