"""How we deal with a SAML provider, as administrators say it."""

import pytest
from tests.domains.sso.office import Office
from tests.domains.sso.setting_up import CONNECTION


@pytest.mark.parametrize("field", ["spEntityId", "nameIdFormat"])
async def test_a_name_that_is_no_uri_is_refused_before_anybody_is_locked_out(office: Office, field):
    options = {"connectionId": office.connection_id}
    refused = await office.admin.mutate("setSamlOptions", CONNECTION, {**options, field: "not a uri"})
    assert [each["field"] for each in refused["fields"]] == [field]
    kept = {**options, field: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}
    assert (await office.admin.mutate("setSamlOptions", CONNECTION, kept))["__typename"] == "SsoConnection"
