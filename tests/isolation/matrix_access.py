"""Who may do what about sessions, keys, the access policy, invitations and addresses."""

from random import randint
from typing import Any
from uuid import UUID, uuid4, uuid5

from ctorendang.kit.crypto import random_token, token_hash
from tests.factories import PROBLEMS, REFUSALS
from tests.isolation.matrix import ADMIN, OWNER, SIGNED_IN, Cast, Operation, open_session

DONE = "... on Done { message }" + PROBLEMS

_KEY = (
    "insert into api_keys (tenant_id, id, user_id, name, prefix, token_hash, scopes, expires_at)"
    " values ($1, $2, $3, 'A key', 'key_', $4, '{read_directory}', now() + interval '1 day') on conflict do nothing"
)


async def _a_key(cast: Cast, user_id: UUID, key_id: UUID) -> None:
    await cast.market.fetch(_KEY, cast.market.id, key_id, user_id, token_hash(str(key_id)))


async def a_key_each(cast: Cast) -> dict[str, Any]:
    for person in (cast.client, cast.other_client, cast.cto.person, cast.admin):
        await _a_key(cast, person.id, uuid5(person.id, "key"))
    return {}


async def a_key(cast: Cast) -> dict[str, Any]:
    key_id = uuid4()
    await _a_key(cast, cast.client.id, key_id)
    return {"keyId": str(key_id)}


async def a_new_key(_: Cast) -> dict[str, Any]:
    return {"name": "Report", "scopes": ["READ_DIRECTORY"], "expiresInDays": 30}


async def a_session(cast: Cast) -> dict[str, Any]:
    pair = await open_session(cast.client)
    found = "select id from sessions where token_hash = $1"
    (row,) = await cast.market.fetch(found, token_hash(pair.access_token))
    return {"sessionId": str(row["id"])}


async def a_policy(_: Cast) -> dict[str, Any]:
    return {"mfa": "OPTIONAL", "idleMinutes": randint(1_000, 9_000), "absoluteHours": 336}


async def somebody(_: Cast) -> dict[str, Any]:
    return {"emails": [f"{uuid4().hex}@people.example"], "roles": ["CLIENT", "ADMIN"]}


async def an_invitation(cast: Cast) -> dict[str, Any]:
    (row,) = await cast.market.fetch(
        "insert into invitations (tenant_id, email, roles, invited_by, expires_at)"
        " values ($1, $2, '{client}', $3, now() + interval '1 day') returning id",
        cast.market.id,
        f"{uuid4().hex}@people.example",
        cast.admin.id,
    )
    return {"invitationId": str(row["id"])}


async def an_address(_: Cast) -> dict[str, Any]:
    return {"email": f"{uuid4().hex}@people.example"}


async def a_mailed_change(cast: Cast) -> dict[str, Any]:
    """A secret as a mail to the client holds it, put in place as the worker would; their address stays as it is."""
    secret = random_token()
    await cast.market.fetch(
        "insert into email_tokens (tenant_id, user_id, purpose, new_email, token_hash, expires_at)"
        " values ($1, $2, 'change_email', $3, $4, now() + interval '1 hour')",
        cast.market.id,
        cast.client.id,
        cast.client.email,
        token_hash(secret),
    )
    return {"token": secret}


QUERIES = [
    Operation("sessions", "sessions { id device current }", SIGNED_IN),
    Operation("apiKeys", "apiKeys { id prefix }", SIGNED_IN, prepare=a_key_each),
    Operation("offeredScopes", "offeredScopes { scope }", SIGNED_IN),
    Operation("memberApiKeys", "memberApiKeys { totalCount edges { node { prefix } } }", ADMIN, prepare=a_key_each),
    Operation("accessPolicy", "accessPolicy { mfa notEnrolled { everybody } }", ADMIN),
    Operation("invitations", "invitations { totalCount }", ADMIN),
]
MUTATIONS = [
    Operation("endSession", DONE, OWNER, blind=SIGNED_IN - OWNER, prepare=a_session),
    Operation("endOtherSessions", DONE, SIGNED_IN),
    Operation("createApiKey", "... on CreatedApiKey { secret }" + PROBLEMS, SIGNED_IN, prepare=a_new_key),
    Operation(
        "revokeApiKey",
        "... on ApiKey { id }" + REFUSALS,
        OWNER | ADMIN,
        blind=SIGNED_IN - OWNER - ADMIN,
        prepare=a_key,
    ),
    Operation("updateAccessPolicy", "... on AccessPolicy { mfa }" + PROBLEMS, ADMIN, prepare=a_policy),
    Operation("invite", "... on MadeInvitations { invitations { id } }" + PROBLEMS, ADMIN, prepare=somebody),
    Operation("resendInvitation", "... on Invitation { id }" + REFUSALS, ADMIN, prepare=an_invitation),
    Operation("revokeInvitation", DONE, ADMIN, prepare=an_invitation),
    Operation("changeEmail", DONE, SIGNED_IN, prepare=an_address),
    Operation("confirmEmailChange", DONE, OWNER, prepare=a_mailed_change),
]
