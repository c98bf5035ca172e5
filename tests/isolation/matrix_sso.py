"""Who may do what about single sign-on: administrators, and visitors what the sign-in page shows."""

from typing import Any
from uuid import uuid4

from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.names import Names, answered_by
from tests.domains.sso.setting_up import metadata_of
from tests.factories import PROBLEMS, REFUSALS
from tests.isolation.matrix import ADMIN, EVERYBODY, Cast, Operation, open_session

CONNECTION = "... on SsoConnection { id }" + PROBLEMS
DOMAIN = "... on EmailDomain { id }" + PROBLEMS
MADE = "... on Done { message }" + REFUSALS

_SIGNER: list[Signer] = []


def _signer() -> Signer:
    if not _SIGNER:
        _SIGNER.append(Signer())
    return _SIGNER[0]


async def _connection(cast: Cast, protocol: str = "SAML") -> str:
    token = (await open_session(cast.admin)).access_token
    value = {
        "name": f"Provider {uuid4().hex}",
        "protocol": protocol,
        "provider": "GENERIC" if protocol != "OAUTH" else "GITHUB",
    }
    created = await cast.market.mutate("createSsoConnection", CONNECTION, value, token)
    return created["id"]


async def a_new_connection(_: Cast) -> dict[str, Any]:
    return {"name": f"Provider {uuid4().hex}", "protocol": "SAML", "provider": "OKTA"}


async def the_connection(cast: Cast) -> dict[str, Any]:
    return {"connectionId": await _connection(cast)}


async def a_new_name(cast: Cast) -> dict[str, Any]:
    return {**await the_connection(cast), "name": f"Staff {uuid4().hex}"}


async def some_metadata(cast: Cast) -> dict[str, Any]:
    return {**await the_connection(cast), "metadata": metadata_of(_signer())}


async def other_options(cast: Cast) -> dict[str, Any]:
    return {**await the_connection(cast), "forceAuthn": True}


async def a_client(cast: Cast) -> dict[str, Any]:
    return {"connectionId": await _connection(cast, "OAUTH"), "clientId": "abc", "clientSecret": "a secret"}


async def a_mapping(cast: Cast) -> dict[str, Any]:
    return {**await the_connection(cast), "mapping": [{"group": "leads", "role": "CTO"}]}


async def an_address_of_metadata(cast: Cast) -> dict[str, Any]:
    value = await the_connection(cast)
    settings = (
        """update sso_connections set settings = '{"metadata_url": "http://127.0.0.1:1/metadata"}' where id = $1"""
    )
    await cast.market.fetch(settings, value["connectionId"])
    return value


async def a_tested_connection(cast: Cast) -> dict[str, Any]:
    value = await the_connection(cast)
    tested = "update sso_connections set status = 'tested', tested_version = version, tested_by = $2 where id = $1"
    await cast.market.fetch(tested, value["connectionId"], cast.admin.id)
    return value


async def an_active_connection(cast: Cast) -> dict[str, Any]:
    value = await a_tested_connection(cast)
    await cast.market.fetch("update sso_connections set status = 'active' where id = $1", value["connectionId"])
    return value


async def a_domain(cast: Cast) -> dict[str, Any]:
    return {**await the_connection(cast), "domain": f"d{uuid4().hex[:10]}.example"}


async def a_claimed_domain(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("delete from email_domains")
    (row,) = await cast.market.fetch(
        "insert into email_domains (tenant_id, connection_id, domain, token) values ($1, $2, $3, 'abc') returning id",
        cast.market.id,
        (await the_connection(cast))["connectionId"],
        f"d{uuid4().hex[:10]}.example",
    )
    return {"id": str(row["id"])}


async def a_proven_domain(cast: Cast) -> dict[str, Any]:
    value = await a_claimed_domain(cast)
    answered_by(cast.market, Names(everything=["sso-verification=abc"]))
    return value


async def _strong_administrator(cast: Cast, *, break_glass: bool) -> str:
    """Somebody besides the callers, whom a passkey would otherwise bind to show it."""
    await cast.market.fetch("delete from access_policies")
    (row,) = await cast.market.fetch(
        "insert into users (tenant_id, email, name, roles, break_glass)"
        " values ($1, $2, 'Eve', '{admin}', $3) returning id",
        cast.market.id,
        f"{uuid4().hex}@people.example",
        break_glass,
    )
    passkey = (
        "insert into passkeys (tenant_id, user_id, credential_id, public_key, sign_count, rp_id, name, backed_up)"
        " values ($1, $2, $3, '', 0, 'x.example', 'Key', true)"
    )
    await cast.market.fetch(passkey, cast.market.id, row["id"], uuid4().bytes)
    return str(row["id"])


async def a_strong_administrator(cast: Cast) -> dict[str, Any]:
    return {"userId": await _strong_administrator(cast, break_glass=False), "on": True}


async def everything_for_enforcing(cast: Cast) -> dict[str, Any]:
    await _strong_administrator(cast, break_glass=True)
    await cast.market.fetch("delete from email_domains")
    value = await an_active_connection(cast)
    proven = "insert into email_domains (tenant_id, connection_id, domain, token, verified_at)"
    values = " values ($1, $2, 'nobody.example', '', now())"
    await cast.market.fetch(proven + values, cast.market.id, value["connectionId"])
    return {**value, "scope": "DOMAINS"}


async def something_enforced(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("delete from access_policies")
    await cast.market.fetch(
        "insert into access_policies (tenant_id, sso_scope, sso_domains) values ($1, 'domains', '{nobody.example}')",
        cast.market.id,
    )
    return {}


async def an_attempt(cast: Cast) -> dict[str, Any]:
    return {"id": (await the_connection(cast))["connectionId"]}


async def one_more(cast: Cast) -> dict[str, Any]:
    await an_active_connection(cast)
    return {}


async def one_more_domain(cast: Cast) -> dict[str, Any]:
    await a_claimed_domain(cast)
    return {}


QUERIES = [
    Operation("ssoOptions", "ssoOptions { id name }", EVERYBODY, prepare=one_more),
    Operation("ssoProviders", "ssoProviders { name protocols }", ADMIN),
    Operation("ssoConnections", "ssoConnections { id name }", ADMIN, prepare=one_more),
    Operation("ssoConnection", "ssoConnection(id: $id) { id saml { entityId } enforced }", ADMIN, prepare=an_attempt),
    Operation(
        "ssoRolePreview", 'ssoRolePreview(connectionId: $id, groups: ["a"]) { roles }', ADMIN, prepare=an_attempt
    ),
    Operation("ssoAttempts", "ssoAttempts(connectionId: $id) { totalCount }", ADMIN, prepare=an_attempt),
    Operation("ssoEnforcement", "ssoEnforcement { stage administrators { email } }", ADMIN),
    Operation("emailDomains", "emailDomains { domain recordValue }", ADMIN, prepare=one_more_domain),
    # What they find is in tests/domains/sso: here nobody has tried to sign on.
    Operation("ssoAttempt", 'ssoAttempt(reference: "BCDF-2346") { attempt { reference } }', frozenset(), ADMIN),
    Operation(
        "ssoLastAttempt", "ssoLastAttempt(connectionId: $id) { attempt { reference } }", frozenset(), ADMIN, an_attempt
    ),
]
MUTATIONS = [
    Operation("createSsoConnection", CONNECTION, ADMIN, prepare=a_new_connection),
    Operation("renameSsoConnection", CONNECTION, ADMIN, prepare=a_new_name),
    Operation("configureSaml", CONNECTION, ADMIN, prepare=some_metadata),
    Operation("setSamlOptions", CONNECTION, ADMIN, prepare=other_options),
    Operation("configureOidc", CONNECTION, ADMIN, prepare=a_client),
    Operation("mapSsoPeople", CONNECTION, ADMIN, prepare=a_mapping),
    Operation("refreshSsoMetadata", CONNECTION, ADMIN, prepare=an_address_of_metadata),
    Operation("rotateSsoKeys", CONNECTION, ADMIN, prepare=the_connection),
    Operation("enableSsoConnection", CONNECTION, ADMIN, prepare=a_tested_connection),
    Operation("disableSsoConnection", CONNECTION, ADMIN, prepare=an_active_connection),
    Operation("deleteSsoConnection", MADE, ADMIN, prepare=the_connection),
    Operation("claimEmailDomain", DOMAIN, ADMIN, prepare=a_domain),
    Operation("verifyEmailDomain", DOMAIN, ADMIN, prepare=a_proven_domain),
    Operation("removeEmailDomain", MADE, ADMIN, prepare=a_claimed_domain),
    Operation("setEmergencyAccess", MADE, ADMIN, prepare=a_strong_administrator),
    Operation("enforceSso", "... on SsoEnforcement { stage }" + PROBLEMS, ADMIN, prepare=everything_for_enforcing),
    Operation("stopEnforcingSso", MADE, ADMIN, prepare=something_enforced),
]
