"""A connection that changes while somebody is at its provider."""

import pytest
from tests.domains.sso.office import Office
from tests.domains.sso.saml_scene import visitor
from tests.domains.sso.setting_up import CONNECTION, ready_to_test, scene_of
from tests.factories import sign_in


@pytest.mark.parametrize("purpose", ["test", "sign_in"])
@pytest.mark.parametrize("changed", [True, False])
async def test_an_answer_proves_the_version_that_was_left_from(office: Office, purpose: str, changed: bool):
    """Otherwise a configuration that nobody has tried could be enabled and enforced."""
    connection_id = await ready_to_test(office.rescuer, office.signer, "Contractors")
    identity = (
        "insert into sso_identities (tenant_id, connection_id, user_id, subject)"
        " select tenant_id, $1, $2, 'somebody' from sso_connections where id = $1"
    )
    await office.market.fetch(identity, connection_id, office.admin.id)
    if purpose == "sign_in":
        await office.market.fetch("update sso_connections set status = 'active' where id = $1", connection_id)
    async with visitor(office.market) as browser:
        if purpose == "test":
            await sign_in(browser, office.admin)
        scene = await scene_of(office.market, browser, office.signer, connection_id)
        await scene.depart(purpose=purpose)
        arrived = await scene.send(scene.signed(subject="somebody"))
        assert arrived.status_code == 303, arrived.text
        if changed:
            value = {"connectionId": connection_id, "forceAuthn": True}
            assert (await office.rescuer.mutate("setSamlOptions", CONNECTION, value))["version"] == 3
        finished = await browser.get(arrived.headers["location"])
        failed = await scene.failed_check(finished) if changed else None
        assert (finished.status_code == 400) is changed
        assert (failed.name if failed else None) == ("Connection is as it was" if changed else None)
    (row,) = await office.market.fetch(
        "select tested_version = version as proven, tested_by from sso_connections where id = $1", connection_id
    )
    assert (row["proven"] is True, row["tested_by"] == office.admin.id) == (not changed, not changed)
