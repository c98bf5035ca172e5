"""What people are who come for the first time: never administrators, whom a group or a colleague makes."""

import asyncpg
import pytest
from tests.domains.sso.office import Office
from tests.domains.sso.setting_up import CONNECTION


@pytest.mark.parametrize(("role", "answer"), [("ADMIN", "InvalidInput"), ("CTO", "SsoConnection")])
async def test_newcomers_are_no_administrators(office: Office, role: str, answer: str):
    value = {"connectionId": office.connection_id, "defaultRole": role}
    assert (await office.rescuer.mutate("mapSsoPeople", CONNECTION, value))["__typename"] == answer
    (row,) = await office.market.fetch("select default_role from sso_connections where id = $1", office.connection_id)
    assert row["default_role"] == ("cto" if answer == "SsoConnection" else "client")


async def test_the_database_holds_no_such_default_either(office: Office):
    made = "update sso_connections set default_role = 'admin' where id = $1"
    with pytest.raises(asyncpg.CheckViolationError):
        await office.market.fetch(made, office.connection_id)


async def test_a_group_still_makes_administrators(office: Office):
    value = {"connectionId": office.connection_id, "mapping": [{"group": "it", "role": "ADMIN"}]}
    assert (await office.rescuer.mutate("mapSsoPeople", CONNECTION, value))["__typename"] == "SsoConnection"
