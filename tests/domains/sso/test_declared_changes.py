"""What changes in a tenant's file about where people come from is noticed, whatever else stays the same."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.setting_up import hosting, metadata_of
from tests.domains.sso.test_declarations import by_hand, declared
from tests.domains.sso.test_lock_order import somebody_else
from tests.factories import Marketplace

from ctorendang.domains.sso.connections.declared import DeclaredConnections
from ctorendang.domains.tenants.declarations import InvalidDeclarations

SECRET = {"client_id": "abc", "secret_ref": "env:STAFF_SECRET"}
GITHUB = {"protocol": "oauth", "provider": "github", "issuer": "https://git.example.com", **SECRET}
GOOGLE = {"protocol": "oidc", "provider": "google", "hosted_domain": "corp.example", **SECRET}


@pytest.fixture
def applier(market: Marketplace) -> DeclaredConnections:
    return DeclaredConnections(market.marketplaces.site.product, {"STAFF_SECRET": "a secret that only two know"})


def told_by_hand(provider: Signer) -> dict[str, Any]:
    return {name: value for name, value in by_hand(provider).items() if name not in {"id", "name"}}


@pytest.mark.parametrize(
    ("before", "change", "another_provider"),
    [
        (GITHUB, {"issuer": "https://git.example.org"}, True),
        (GITHUB, {"issuer": ""}, True),
        (GITHUB, {"client_id": "def"}, False),
        (GOOGLE, {"hosted_domain": "other.example"}, False),
        (GOOGLE, {"hosted_domain": ""}, False),
        ("by hand", {"certificates": [Signer().certificate]}, False),
        ("by hand", {"sso_url": "https://idp.example/elsewhere"}, False),
        ("by hand", {"entity_id": "https://other.example/metadata"}, True),
    ],
)
async def test_where_people_come_from_is_tested_anew_when_it_changes(
    market: Marketplace, applier, provider: Signer, before: Any, change: dict[str, Any], another_provider: bool
):
    fields = told_by_hand(provider) if before == "by hand" else before
    connection = {"id": str(uuid4()), "name": "Staff", **fields}
    await applier.apply(market.id, declared(market, connection))
    person = await market.join("client")
    await market.fetch("update sso_connections set tested_by = $1, tested_version = version", person.id)
    link = "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'ada')"
    await market.fetch(link, market.id, UUID(connection["id"]), person.id)
    assert await applier.apply(market.id, declared(market, connection)) == []
    changed = declared(market, connection | change)
    assert [each.field for each in await applier.plan(market.id, changed)] == ["sso.Staff.at"]
    await applier.apply(market.id, changed)
    (row,) = await market.fetch("select version - tested_version as ahead, tested_by from sso_connections")
    assert tuple(row) == (1, None)
    identities = await market.fetch("select 1 from sso_identities")
    assert (identities == []) is another_provider
    assert await applier.plan(market.id, changed) == []


async def test_metadata_are_followed_no_longer_once_all_is_said_by_hand(market: Marketplace, applier, provider: Signer):
    connection = by_hand(provider)
    with hosting() as host:
        host.content = metadata_of(provider)
        named = {name: connection[name] for name in ("id", "name", "protocol")}
        await applier.apply(market.id, declared(market, named | {"metadata_url": host.url}))
    assert await applier.apply(market.id, declared(market, connection))
    (row,) = await market.fetch("select settings->>'metadata_url' as followed from sso_connections")
    assert not row["followed"]


async def test_providers_are_asked_before_anything_is_held(market: Marketplace, applier, provider: Signer):
    with hosting() as host:
        host.content = metadata_of(provider)
        connection = {"id": str(uuid4()), "name": "Staff", "protocol": "saml", "metadata_url": host.url}
        await applier.apply(market.id, declared(market, connection))
        moved = declared(market, {**connection, "metadata_url": host.url + "/elsewhere"})
        async with somebody_else(market) as other:
            await other.execute("select 1 from sso_connections for update")
            told = await applier.ask(market.id, moved)
        # What is done then needs nobody's answer.
        host.status = 404
        assert await applier.apply(market.id, moved, told)
        # Neither is anything written that nobody was asked for.
        with pytest.raises(InvalidDeclarations, match="connection `Staff`: It was changed at this very moment"):
            await applier.apply(market.id, declared(market, connection), {})


async def test_providers_of_a_tenant_to_come_are_asked_too(market: Marketplace, applier):
    with hosting() as host:
        host.status = 404
        connection = {"id": str(uuid4()), "name": "Staff", "protocol": "saml", "metadata_url": host.url}
        with pytest.raises(
            InvalidDeclarations, match=rf"^{market.slug}.yaml: connection `Staff`: There is no metadata"
        ):
            await applier.ask(None, declared(market, connection))


async def test_a_bad_certificate_is_a_problem_of_its_connection(market: Marketplace, applier, provider: Signer):
    for act in (applier.plan, applier.apply):
        with pytest.raises(InvalidDeclarations, match=rf"^{market.slug}.yaml: connection `Staff`: "):
            await act(market.id, declared(market, by_hand(provider, certificates=["nonsense"])))
