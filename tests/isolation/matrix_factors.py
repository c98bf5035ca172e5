"""Who may do what about second factors and passkeys."""

from typing import Any
from uuid import uuid4

from tests.factories import PASSWORD, PROBLEMS, REFUSALS
from tests.isolation.matrix import OWNER, SIGNED_IN, Cast, Operation, without_factors

DONE = "... on Done { message }" + PROBLEMS
CODES = "... on RecoveryCodes { codes }" + PROBLEMS


async def a_password(cast: Cast) -> dict[str, Any]:
    await without_factors(cast)
    return {"password": PASSWORD}


async def no_factor(cast: Cast) -> dict[str, Any]:
    await without_factors(cast)
    return {}


async def a_code(cast: Cast) -> dict[str, Any]:
    await without_factors(cast)
    return {"code": "123456"}


async def an_app_each(cast: Cast) -> dict[str, Any]:
    await without_factors(cast)
    for person in (cast.client, cast.other_client, cast.cto.person, cast.admin):
        await cast.market.fetch(
            "insert into totp_credentials (tenant_id, user_id, sealed_seed, begun_by, confirmed_at)"
            " values ($1, $2, 'sealed', $2, now())",
            cast.market.id,
            person.id,
        )
    return {}


async def a_passkey(cast: Cast) -> dict[str, Any]:
    await without_factors(cast)
    (row,) = await cast.market.fetch(
        "insert into passkeys (tenant_id, user_id, credential_id, public_key, sign_count, rp_id, name, backed_up)"
        " values ($1, $2, $3, 'key', 0, 'host.example', 'Phone', true) returning id",
        cast.market.id,
        cast.client.id,
        uuid4().bytes,
    )
    return {"passkeyId": str(row["id"])}


async def a_named_passkey(cast: Cast) -> dict[str, Any]:
    return {**await a_passkey(cast), "name": f"Phone {uuid4().hex[:6]}"}


QUERIES = [Operation("signInFactors", "signInFactors { hasPassword recoveryCodesLeft passkeys { id } }", SIGNED_IN)]
MUTATIONS = [
    Operation("confirmIdentity", DONE, SIGNED_IN, prepare=a_password),
    Operation("beginAuthenticatorApp", "... on AuthenticatorAppSetup { uri }" + REFUSALS, SIGNED_IN, prepare=no_factor),
    # Only the sign-in that has begun confirms; these are fresh ones.
    Operation("confirmAuthenticatorApp", CODES, frozenset(), blind=SIGNED_IN, prepare=a_code),
    Operation("removeAuthenticatorApp", DONE, SIGNED_IN, prepare=an_app_each),
    Operation("renewRecoveryCodes", CODES, SIGNED_IN, prepare=an_app_each),
    Operation(
        "renamePasskey",
        "... on Passkey { id }" + PROBLEMS,
        OWNER,
        blind=SIGNED_IN - OWNER,
        prepare=a_named_passkey,
    ),
    Operation("removePasskey", DONE, OWNER, blind=SIGNED_IN - OWNER, prepare=a_passkey),
]
