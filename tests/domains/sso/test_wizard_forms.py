"""What the wizard says when a form cannot be taken: by the field, in view, with everything else still there."""

import re

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, SSO_URL
from tests.domains.sso.setting_up import configure, create, enabled, hosting, metadata_of, ready_to_test
from tests.domains.sso.wizard import begin, fill, press
from tests.factories import form_token

XML = b"<EntityDescriptor>" + b" " * 2_500_000


def hidden(page: str, mark: str) -> bool:
    """Whether what carries a mark is inside of something that is closed."""
    closed = 0
    for tag in re.finditer(rf"<details\b[^>]*>|</details>|{re.escape(mark)}", page):
        if tag[0].startswith("<details"):
            closed = closed + 1 if closed or " open" not in tag[0] else 0
        elif tag[0] == "</details>":
            closed = max(0, closed - 1)
        else:
            return closed > 0
    raise AssertionError(f"the page does not say {mark}")


@pytest.mark.parametrize(
    ("step", "action", "typed", "field"),
    [
        ("mapping", "mapping", {"jit": "yes", "defaultRole": "CLIENT", "groups": "g" * 201}, "groups"),
        ("metadata", "metadata", {"how": "url"}, "metadataUrl"),
        ("metadata", "metadata", {"how": "text"}, "metadata"),
        ("metadata", "metadata", {"how": "text", "metadata": "nonsense"}, "metadata"),
        ("metadata", "metadata", {"how": "hand"}, "ssoUrl"),
        ("metadata", "metadata", {"how": "x"}, "entityId"),
        ("", "options", {"spEntityId": "no uri"}, "spEntityId"),
        ("", "rotate", {}, "known"),
    ],
)
async def test_what_is_wrong_is_in_view(browser, step, action, typed, field):
    home = await begin(browser)
    refused = await fill(browser, f"{home}?step={step}", f"{home}/{action}", **typed)
    assert refused.status_code == 422
    assert not hidden(refused.text, f'id="{field}-error"')


async def test_metadata_of_several_providers_asks_which_one_is_meant(browser, provider: Signer):
    home = await begin(browser)
    one, other = metadata_of(provider, entity_id="https://one"), metadata_of(provider, entity_id="https://other")
    several = f'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{one}{other}</EntitiesDescriptor>'
    typed = {"how": "text", "metadata": several}
    refused = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", **typed)
    assert (refused.status_code, hidden(refused.text, "https://one, https://other")) == (422, False)
    told = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", **typed, entityId="https://other")
    assert told.headers["location"] == f"{home}?step=mapping"
    assert "https://other" in (await browser.get(home)).text


async def test_metadata_that_is_too_long_to_paste_stays_in_the_wizard(browser, admin, provider: Signer):
    home = f"/admin/sso/{await ready_to_test(admin, provider)}"
    refused = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", how="text", metadata=XML.decode())
    assert refused.status_code == 413
    assert 'id="metadata-error"' in refused.text
    assert "This is too long to paste. Save it as a file of at most 2 MB" in refused.text
    assert not hidden(refused.text, 'id="metadata-error"')
    assert "https://idp.example" in (await browser.get(home)).text


@pytest.mark.parametrize("size", [2_000_001, 9_000_000])
async def test_a_file_that_is_too_large_stays_in_the_wizard(browser, size):
    home = await begin(browser)
    token = {"_csrf": form_token((await browser.get(f"{home}?step=metadata")).text)}
    file = {"file": ("metadata.xml", b" " * size, "text/xml")}
    refused = await browser.post(f"{home}/metadata/file", data=token, files=file)
    assert (refused.status_code, "Choose a file of at most 2 MB." in refused.text) == (413, True)
    assert not hidden(refused.text, 'id="file-error"')


async def test_a_file_larger_than_other_forms_is_taken(browser, provider: Signer):
    home = await begin(browser)
    token = {"_csrf": form_token((await browser.get(f"{home}?step=metadata")).text)}
    padded = metadata_of(provider).replace("<IDPSSO", " " * 1_500_000 + "<IDPSSO").encode()
    told = await browser.post(f"{home}/metadata/file", data=token, files={"file": ("m.xml", padded, "text/xml")})
    assert (told.status_code, told.headers.get("location")) == (303, f"{home}?step=mapping"), told.text


async def test_nothing_is_read_for_somebody_who_may_not(market, admin, browser):
    home = f"/admin/sso/{await create(admin)}"
    await market.fetch("update users set roles = '{client}' where id = $1", admin.id)
    for action in ("metadata", "metadata/file", "mapping"):
        refused = await browser.post(f"{home}/{action}", content=b"no form at all")
        assert refused.status_code == 403


async def test_as_many_groups_as_there_may_be_fit_into_the_form(browser):
    home = await begin(browser)
    people = {"jit": "yes", "defaultRole": "CLIENT", "go": "stay", "role": ["CTO"] * 201}
    page = f"{home}?step=mapping"
    saved = await fill(browser, page, f"{home}/mapping", **people, group=[f"group {row}" for row in range(200)])
    assert (saved.status_code, saved.headers.get("location")) == (303, page), saved.text
    refused = await fill(browser, page, f"{home}/mapping", **people, group=[f"group {row}" for row in range(201)])
    assert (refused.status_code, "200 groups are the most." in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "Fill in where people sign in at your provider."),
        ("idp.example/sso", "Use a whole address that begins with https://"),
        ("http://idp.example/sso", "Use a whole address that begins with https://"),
    ],
)
async def test_an_address_by_hand_says_what_to_do(browser, address, said):
    home = await begin(browser)
    typed = {"how": "hand", "entityId": "https://idp.example", "ssoUrl": address, "certificates": ""}
    refused = await fill(browser, f"{home}?step=metadata", f"{home}/metadata", **typed)
    shown = re.search(r'id="ssoUrl-error">(.*?)</p>', refused.text, re.DOTALL)
    assert shown
    assert said in shown[1]
    assert "signing certificate, with its BEGIN and END lines." in refused.text


@pytest.mark.parametrize(("name", "status"), [("Staff", 409), ("", 422), ("n" * 61, 422)])
async def test_what_is_wrong_with_a_name_stands_by_it(browser, admin, name, status):
    await create(admin, "Staff")
    home = f"/admin/sso/{await create(admin)}"
    refused = await fill(browser, home, f"{home}/rename", name=name)
    assert refused.status_code == status
    assert 'id="name-error"' in refused.text
    assert f'value="{name}"' in refused.text
    assert "The name is saved." in await press(browser, home, f"{home}/rename", name="Everybody")


async def test_a_name_that_is_taken_is_said_where_a_connection_is_made(browser, admin):
    await create(admin, "Staff")
    refused = await fill(browser, "/admin/sso/new", "/admin/sso", choice="OKTA SAML", name="Staff")
    assert (refused.status_code, 'id="name-error"' in refused.text) == (409, True)


async def test_the_next_certificate_is_used_only_once_the_provider_is_said_to_know_it(browser, admin, provider: Signer):
    home = f"/admin/sso/{await ready_to_test(admin, provider)}"
    before = (await browser.get(home.replace("/admin", "") + "/metadata")).text
    refused = await fill(browser, home, f"{home}/rotate")
    assert (refused.status_code, "Tick this once your provider has" in refused.text) == (422, True)
    assert (await browser.get(home.replace("/admin", "") + "/metadata")).text == before
    assert "The next certificate is in use" in await press(browser, home, f"{home}/rotate", known="yes")
    assert (await browser.get(home.replace("/admin", "") + "/metadata")).text != before


async def test_a_provider_that_is_not_on_the_list_is_called_what_it_is(browser, admin, provider: Signer):
    connection_id = await create(admin, provider="GENERIC")
    await configure(admin, connection_id, metadata=metadata_of(provider))
    home = f"/admin/sso/{connection_id}"
    pages = [(await browser.get(page)).text for page in ("/admin/sso", home, f"{home}?step=test")]
    guide = (await browser.get(f"{home}?step=provider")).text
    assert "Set it up at your identity provider" in guide
    assert "A new window opens at your identity provider." in pages[2]
    assert all("Another provider" not in page for page in [*pages, guide])


async def test_a_connection_is_deleted_once_its_name_is_typed(market, admin, browser, provider: Signer):
    home = f"/admin/sso/{await enabled(admin, provider)}"
    assert "Delete this connection" not in (await browser.get(home)).text
    off = await press(browser, home, f"{home}/disable")
    assert "Delete this connection" in off
    for typed in ({}, {"confirmedName": "acme account"}, {"confirmedName": "Okta"}):
        refused = await fill(browser, home, f"{home}/delete", **typed)
        assert refused.status_code == 422
        assert "Type Acme account, as it is written here." in refused.text
    assert len(await market.fetch("select id from sso_connections")) == 1
    assert "Acme account is deleted." in await press(browser, home, f"{home}/delete", confirmedName=" Acme account ")
    assert await market.fetch("select id from sso_connections") == []


async def test_a_connection_that_is_on_says_why_it_is_not_deleted(admin, browser, provider: Signer):
    home = f"/admin/sso/{await enabled(admin, provider)}"
    token = {"_csrf": form_token((await browser.get(home)).text), "confirmedName": "Acme account"}
    refused = await browser.post(f"{home}/delete", data=token)
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text


@pytest.mark.parametrize(
    ("how", "mark"),
    [("url", 'id="metadataUrl"'), ("text", 'id="metadata"'), ("file", 'id="file"'), ("hand", 'id="certificates"')],
)
async def test_the_way_that_was_used_is_open_the_next_time(admin, browser, provider: Signer, how, mark):
    home = await begin(browser)
    page, metadata = f"{home}?step=metadata", metadata_of(provider)
    by_hand = {"entityId": IDP, "ssoUrl": SSO_URL, "certificates": provider.certificate}
    with hosting() as host:
        host.content = metadata
        typed = {"url": {"metadataUrl": host.url}, "text": {"metadata": metadata}, "hand": by_hand}
        if how == "file":
            token = {"_csrf": form_token((await browser.get(page)).text)}
            file = {"file": ("metadata.xml", metadata.encode(), "text/xml")}
            told = await browser.post(f"{home}/metadata/file", data=token, files=file)
        else:
            told = await fill(browser, page, f"{home}/metadata", how=how, **typed[how])
    assert told.status_code == 303, told.text
    shown = (await browser.get(page)).text
    marks = ['id="metadataUrl"', 'id="file"', 'id="certificates"']
    opened = [each for each in [*marks, 'id="metadata"'] if not hidden(shown, each)]
    assert mark in opened
    assert len([each for each in opened if each in marks]) == 1


async def test_telling_the_same_in_another_way_asks_for_no_new_test(admin, browser, provider: Signer):
    connection_id = await enabled(admin, provider)
    home, version = f"/admin/sso/{connection_id}", "{ ssoConnections { version tested } }"
    before = await admin.query(version)
    page, metadata = f"{home}?step=metadata", metadata_of(provider).encode()
    token = {"_csrf": form_token((await browser.get(page)).text)}
    told = await browser.post(f"{home}/metadata/file", data=token, files={"file": ("m.xml", metadata, "text/xml")})
    assert told.status_code == 303
    assert not hidden((await browser.get(page)).text, 'id="file"')
    assert hidden((await browser.get(page)).text, 'id="metadata"')
    assert await admin.query(version) == before
