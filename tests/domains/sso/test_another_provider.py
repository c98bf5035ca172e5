"""A connection that leads to another provider from now on."""

from typing import Any

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.office import Office
from tests.domains.sso.saml_scene import IDP, SSO_URL
from tests.domains.sso.setting_up import configure, metadata_of
from tests.domains.sso.test_declarations import applier, by_hand, declared  # noqa: F401 - a fixture

OTHER = "https://other.example/metadata"
FORGOTTEN = "select details ->> 'count' as count from audit_events where action = 'sso.identities.forgotten'"


async def link(market: Any, connection_id: str, person: Any) -> None:
    await market.fetch(
        "insert into sso_identities (tenant_id, connection_id, user_id, subject) values ($1, $2, $3, 'somebody')",
        *(market.id, connection_id, person.id),
    )


async def linked(market: Any, connection_id: str) -> int:
    return len(await market.fetch("select 1 from sso_identities where connection_id = $1", connection_id))


@pytest.mark.parametrize(("entity_id", "left"), [(IDP, 1), (OTHER, 0)])
async def test_nobody_is_who_the_old_provider_said(office: Office, entity_id: str, left: int):
    await link(office.market, office.connection_id, await office.market.join("client"))
    # A change of anything else, such as a certificate, forgets nobody.
    metadata = metadata_of(Signer(), entity_id=entity_id)
    answer = await configure(office.rescuer, office.connection_id, metadata=metadata)
    assert answer["__typename"] == "SsoConnection", answer
    assert await linked(office.market, office.connection_id) == left
    assert [row["count"] for row in await office.market.fetch(FORGOTTEN)] == ["1"] * (1 - left)


@pytest.mark.parametrize(("entity_id", "left"), [(IDP, 1), (OTHER, 0)])
async def test_nor_when_its_file_says_so(market, applier, entity_id: str, left: int):  # noqa: F811
    connection = by_hand(Signer())
    await applier.apply(market.id, declared(market, connection))
    await link(market, connection["id"], await market.join("client"))
    await applier.apply(market.id, declared(market, connection | {"entity_id": entity_id, "sso_url": SSO_URL + "/2"}))
    assert await linked(market, connection["id"]) == left
    assert [row["count"] for row in await market.fetch(FORGOTTEN)] == ["1"] * (1 - left)
