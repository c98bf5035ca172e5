"""Who may do what, root by root: what the policy means, written down a second time and independently of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from ctorendang.domains.accounts.keys.service import KEY_MARK
from ctorendang.domains.accounts.proof import Method, Proven
from ctorendang.domains.accounts.sessions import Sessions
from ctorendang.domains.accounts.tokens import TokenPair
from ctorendang.infra.auth.actor import Actor
from ctorendang.kit.crypto import random_token, token_hash
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, ListedCto, Marketplace, Person, profile, project

EVERYBODY = frozenset({"visitor", "client", "other client", "cto", "admin", "foreign admin"})
SIGNED_IN = EVERYBODY - {"visitor", "foreign admin"}
CLIENTS = frozenset({"client", "other client"})


@dataclass
class Cast:
    """The people of a tenant, and what they have."""

    market: Marketplace
    client: Person
    other_client: Person
    cto: ListedCto
    admin: Person
    foreign_admin: Person
    member: Person
    project_id: str = ""

    async def token(self, caller: str) -> str | None:
        """What goes with a caller's call, always fresh; the foreign admin presents a token of another tenant."""
        people = {"client": self.client, "other client": self.other_client, "cto": self.cto.person}
        person = {**people, "admin": self.admin, "foreign admin": self.foreign_admin}.get(caller)
        return (await open_session(person)).access_token if person else None

    async def key(self, caller: str) -> str | None:
        """A key of a caller's for programs, with the scope that allows least: of what matters, the trail alone."""
        people = {"client": self.client, "other client": self.other_client, "cto": self.cto.person, "admin": self.admin}
        if caller not in people:
            return None
        # Nobody has more than twenty, and what other operations did to an older one is not what is asked about.
        await self.market.fetch("delete from api_keys where user_id = $1 and name = 'Narrow'", people[caller].id)
        secret = KEY_MARK + random_token()
        await self.market.fetch(
            "insert into api_keys (tenant_id, user_id, name, prefix, token_hash, scopes, last_used_at, expires_at)"
            " values ($1, $2, 'Narrow', 'x', $3, '{read_audit}', now(), now() + interval '1 hour')",
            self.market.id,
            people[caller].id,
            token_hash(secret),
        )
        return secret


async def open_session(person: Person) -> TokenPair:
    """Sign a program in without the price of a password."""
    return await open_session_as(person.market, person.actor)


async def open_session_as(market: Marketplace, actor: Actor) -> TokenPair:
    """A session of somebody whose password counts as checked."""
    stored = "select password_hash from password_credentials where user_id = $1"
    (row,) = await market.fetch(stored, actor.user_id)
    proven = Proven(actor, Method.PASSWORD, strong=True, password_hash=row["password_hash"])
    return await Sessions(market.marketplaces.site.product, Actor(market.id)).open_for_program(proven, "a test")


async def fresh(person: Person) -> Person:
    """The same person, signed in now: earlier operations may have ended their sessions."""
    return replace(person, access_token=(await open_session(person)).access_token)


Prepare = Callable[[Cast], Awaitable[dict[str, Any]]]


async def nothing(_: Cast) -> dict[str, Any]:
    """For operations that are not about anything in particular."""
    return {}


@dataclass(frozen=True)
class Operation:
    """A root field, how it is called, and who gets an answer.

    Attributes:
        allowed: who may.
        blind: who may ask but is told that there is nothing: null, an empty list, ``not_found``.
        audited: whether a success leaves a row in the trail.
    """

    root: str
    call: str
    allowed: frozenset[str]
    blind: frozenset[str] = frozenset()
    prepare: Prepare = field(default=nothing)
    audited: bool = True


async def the_project(cast: Cast) -> dict[str, Any]:
    return {"id": cast.project_id}


async def the_cto(cast: Cast) -> dict[str, Any]:
    return {"id": str(cast.cto.id)}


ADMIN, OWNER, A_CTO = frozenset({"admin"}), frozenset({"client"}), frozenset({"cto"})
OVERSEERS = OWNER | ADMIN
OTHER_CLIENT = CLIENTS - OWNER

QUERIES = [
    Operation("tenant", "tenant { id name }", EVERYBODY),
    Operation("industries", "industries", EVERYBODY),
    Operation("skills", 'skills(search: "kube") { id name }', EVERYBODY),
    Operation("cto", "cto(id: $id) { id name reviews { edges { node { body } } } }", EVERYBODY, prepare=the_cto),
    Operation("ctos", "ctos { totalCount edges { node { id } } }", EVERYBODY),
    Operation("ctoFacets", "ctoFacets { total skills { value } industries { value } }", EVERYBODY),
    Operation("me", "me { id email roles cto { id } }", SIGNED_IN, EVERYBODY - SIGNED_IN),
    Operation("mySingleSignOn", "mySingleSignOn { linked { provider } }", SIGNED_IN),
    Operation("members", "members { totalCount edges { node { email } } }", ADMIN),
    Operation("auditEvents", "auditEvents { totalCount edges { node { action } } }", ADMIN),
    Operation("projects", "projects { edges { node { id } } }", OVERSEERS, OTHER_CLIENT | A_CTO),
    Operation("project", "project(id: $id) { id title }", OVERSEERS, OTHER_CLIENT | A_CTO, the_project),
    Operation("matches", "matches(projectId: $id) { score cto { id } }", OVERSEERS, OTHER_CLIENT, the_project),
    Operation("matchesReady", "matchesReady(projectId: $id)", OVERSEERS, OTHER_CLIENT, the_project),
]


async def new_account(_: Cast) -> dict[str, Any]:
    return {"name": "New", "email": f"{uuid4().hex}@people.example", "password": PASSWORD, "role": "CTO"}


async def without_factors(cast: Cast) -> None:
    """Let a password do for everybody."""
    for table in ("totp_credentials", "passkeys"):
        await cast.market.fetch(f"delete from {table}")


async def credentials(cast: Cast) -> dict[str, Any]:
    await without_factors(cast)
    return {"email": cast.client.email, "password": PASSWORD}


async def a_refresh_token(cast: Cast) -> dict[str, Any]:
    return {"refreshToken": (await open_session(cast.client)).refresh_token}


async def passwords(_: Cast) -> dict[str, Any]:
    return {"currentPassword": PASSWORD, "newPassword": PASSWORD}


async def an_address(_: Cast) -> dict[str, Any]:
    return {"email": f"{uuid4().hex}@people.example"}


async def a_profile(_: Cast) -> dict[str, Any]:
    return profile(headline=f"Scales teams {uuid4().hex[:6]}")


async def a_draft_profile(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'draft', published_at = null where id = $1", cast.cto.id)
    return {}


async def a_listed_profile(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'listed' where id = $1", cast.cto.id)
    return {}


async def a_profile_in_review(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update ctos set status = 'in_review' where id = $1", cast.cto.id)
    return {"ctoId": str(cast.cto.id)}


async def a_declined_profile(cast: Cast) -> dict[str, Any]:
    return {**await a_profile_in_review(cast), "reason": "Say more about what you did."}


async def a_review(cast: Cast) -> dict[str, Any]:
    await a_listed_profile(cast)
    return {"ctoId": str(cast.cto.id), "rating": 4, "body": f"Calm and clear {uuid4().hex[:6]}."}


async def a_member(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update users set status = 'active', roles = '{client}' where id = $1", cast.member.id)
    return {"memberId": str(cast.member.id)}


async def a_member_with_roles(cast: Cast) -> dict[str, Any]:
    return {**await a_member(cast), "roles": ["CLIENT", "CTO"]}


async def a_suspended_member(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update users set status = 'suspended' where id = $1", cast.member.id)
    return {"memberId": str(cast.member.id)}


async def a_new_project(_: Cast) -> dict[str, Any]:
    return project(skills=["Kubernetes"])


async def a_draft_project(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update projects set status = 'draft' where id = $1", cast.project_id)
    return {"projectId": cast.project_id}


async def a_changed_project(cast: Cast) -> dict[str, Any]:
    return {**await a_draft_project(cast), "title": f"Move it all {uuid4().hex[:6]}"}


async def a_mailed_secret(cast: Cast, purpose: str) -> str:
    """A secret as a mail holds it, put in place as the worker would."""
    secret = random_token()
    await cast.market.fetch(
        "insert into email_tokens (tenant_id, user_id, purpose, token_hash, expires_at)"
        " values ($1, $2, $3, $4, now() + interval '1 hour')",
        cast.market.id,
        cast.client.id,
        purpose,
        token_hash(secret),
    )
    return secret


async def a_verification(cast: Cast) -> dict[str, Any]:
    return {"token": await a_mailed_secret(cast, "verify_email")}


async def a_reset(cast: Cast) -> dict[str, Any]:
    return {"token": await a_mailed_secret(cast, "reset_password"), "password": PASSWORD}


async def an_unverified_caller(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("update users set email_verified_at = null")
    return {}


async def an_identity(cast: Cast) -> dict[str, Any]:
    """The client's, at a provider of the tenant; made as signing on would."""
    (made,) = await cast.market.fetch(
        "with c as (insert into sso_connections (tenant_id, name, protocol, status)"
        " values ($1, $2, 'saml', 'active') returning id)"
        " insert into sso_identities (tenant_id, connection_id, user_id, subject)"
        " select $1, id, $3, 'ada' from c returning id",
        cast.market.id,
        f"Provider {uuid4().hex}",
        cast.client.id,
    )
    return {"id": str(made["id"])}


DONE = "... on Done { message }" + PROBLEMS
CTO = "... on Cto { id }" + PROBLEMS
MEMBER = "... on Member { id }" + PROBLEMS
PROJECT = "... on Project { id }" + PROBLEMS

# Whoever presents a good secret or password gets what it opens, whoever they are otherwise.
MUTATIONS = [
    Operation("signUp", TOKENS + PROBLEMS, EVERYBODY, prepare=new_account),
    Operation("signIn", TOKENS + REFUSALS, EVERYBODY, prepare=credentials),
    Operation("refreshToken", TOKENS + REFUSALS, EVERYBODY, prepare=a_refresh_token),
    # Nothing of the tenant's changes: the worker finds out whether there is such an account, and then it is audited.
    Operation("requestPasswordReset", DONE, EVERYBODY, prepare=an_address, audited=False),
    Operation("resetPassword", DONE, EVERYBODY, prepare=a_reset),
    Operation("verifyEmail", DONE, OWNER, prepare=a_verification),
    Operation("sendVerification", DONE, SIGNED_IN, prepare=an_unverified_caller),
    Operation("changePassword", DONE, SIGNED_IN, prepare=passwords),
    Operation("signOut", DONE, SIGNED_IN),
    Operation(
        "unlinkIdentity",
        "... on Done { message }" + REFUSALS,
        OWNER,
        blind=SIGNED_IN - OWNER,
        prepare=an_identity,
    ),
    Operation("updateCtoProfile", CTO, A_CTO, prepare=a_profile),
    Operation("submitCtoProfile", CTO, A_CTO, prepare=a_draft_profile),
    Operation("pauseCtoProfile", CTO, A_CTO, prepare=a_listed_profile),
    Operation("approveCto", CTO, ADMIN, prepare=a_profile_in_review),
    Operation("declineCto", CTO, ADMIN, prepare=a_declined_profile),
    Operation("writeReview", "... on Review { id }" + PROBLEMS, CLIENTS, prepare=a_review),
    Operation("setMemberRoles", MEMBER, ADMIN, prepare=a_member_with_roles),
    Operation("suspendMember", MEMBER, ADMIN, prepare=a_member),
    Operation("restoreMember", MEMBER, ADMIN, prepare=a_suspended_member),
    Operation("createProject", PROJECT, CLIENTS, prepare=a_new_project),
    Operation("updateProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_changed_project),
    Operation("publishProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_draft_project),
    Operation("closeProject", PROJECT, OWNER, blind=OTHER_CLIENT, prepare=a_draft_project),
]
