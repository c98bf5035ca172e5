"""Everything that somebody can leave behind on an account that they opened under another's address."""

from uuid import uuid4

from tests.factories import Marketplace, Person

PLANTED = ("password_credentials", "totp_credentials", "recovery_codes", "passkeys", "sso_identities")
"""Each is a way to come in again."""
ENDED = ("sessions", "api_keys")


async def plant(market: Marketplace, person: Person) -> None:
    """One of each, besides the password and session that there are."""
    provider = uuid4()
    for statement, arguments in (
        (
            "insert into totp_credentials (tenant_id, user_id, sealed_seed, begun_by, confirmed_at)"
            " values ($1, $2, '', $3, now())",
            (uuid4(),),
        ),
        ("insert into recovery_codes (tenant_id, user_id, code_hash) values ($1, $2, $3)", (uuid4().bytes,)),
        (
            "insert into passkeys (tenant_id, user_id, credential_id, public_key, sign_count, rp_id, name, backed_up)"
            " values ($1, $2, $3, '', 0, 'x.example', 'Key', true)",
            (uuid4().bytes,),
        ),
        (
            "insert into sign_in_steps (tenant_id, user_id, token_hash, method, next_path, expires_at)"
            " values ($1, $2, $3, 'passkey', '/', now() + interval '1 hour')",
            (uuid4().bytes,),
        ),
        (
            "insert into api_keys (tenant_id, user_id, name, prefix, token_hash, scopes, expires_at)"
            " values ($1, $2, 'Key', 'x', $3, '{read_projects}', now() + interval '1 day')",
            (uuid4().bytes,),
        ),
    ):
        await market.fetch(statement, market.id, person.id, *arguments)
    await market.fetch(
        "insert into sso_connections (tenant_id, id, name, protocol) values ($1, $2, $3, 'oidc')",
        *(market.id, provider, f"Provider {provider}"),
    )
    await market.fetch(
        "insert into sso_identities (tenant_id, user_id, connection_id, subject) values ($1, $2, $3, 'planted')",
        *(market.id, person.id, provider),
    )


async def left(market: Marketplace, person: Person) -> set[str]:
    """What of it would still let somebody in."""
    found = set()
    for table in (*PLANTED, *ENDED, "sign_in_steps"):
        living = " and ended_at is null" if table in ENDED else ""
        if await market.fetch(f"select from {table} where user_id = $1{living}", person.id):
            found.add(table)
    return found
