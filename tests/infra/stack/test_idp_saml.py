"""Signing on and out by SAML at the demo identity provider, against python3-saml."""

import base64
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from lxml import etree
from tests.infra.stack.idp_peers import Tenant, Visitor, form_of, query_of, tenant_of

from ctorendang.infra.stack import EmbeddedStack


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedStack(tmp_path_factory.mktemp("idp"), components={"idp"}, environ={}) as stack:
        yield stack.identity_provider_url


@pytest.fixture
def tenant(idp: str) -> Iterator[Tenant]:
    with tenant_of(idp) as tenant:
        yield tenant


@pytest.fixture
def visitor(idp: str) -> Visitor:
    return Visitor(idp)


def signed_in(tenant: Tenant, visitor: Visitor, person: str = "ada"):
    """Sign somebody on; returns the application's side of it."""
    leaving = tenant.auth()
    page = visitor.choose(leaving.login(return_to="state"), person)
    address, form = form_of(page)
    assert address == f"{tenant.origin}/acs"
    assert form["RelayState"] == "state"
    arriving = tenant.auth("/acs", form=form)
    arriving.process_response(leaving.get_last_request_id())
    assert arriving.get_errors() == [], arriving.get_last_error_reason()
    return arriving


def test_it_signs_somebody_on_in_two_clicks(tenant: Tenant, visitor: Visitor):
    arrived = signed_in(tenant, visitor)
    assert arrived.is_authenticated()
    assert arrived.get_attributes() == {
        "email": ["ada.lindqvist@acme.example"],
        "name": ["Ada Lindqvist"],
        "groups": ["platform-admins", "staff"],
    }
    assert arrived.get_nameid_format().endswith("persistent")
    assert "@" not in arrived.get_nameid()
    assert arrived.get_session_index()


def test_the_assertion_says_all_that_a_strict_application_wants(tenant: Tenant, visitor: Visitor):
    arrived = signed_in(tenant, visitor)
    root = etree.fromstring(arrived.get_last_response_xml().encode())
    names = {"s": "urn:oasis:names:tc:SAML:2.0:assertion", "d": "http://www.w3.org/2000/09/xmldsig#"}

    def values(path: str) -> list[str]:
        return root.xpath(path, namespaces=names)

    assert root.get("Destination") == f"{tenant.origin}/acs"
    data = values("//s:SubjectConfirmationData")[0]
    assert data.get("Recipient") == f"{tenant.origin}/acs"
    assert data.get("InResponseTo") == root.get("InResponseTo")
    assert data.get("NotOnOrAfter")
    assert values("//s:Audience/text()") == [f"{tenant.origin}/metadata"]
    assert values("//d:SignatureMethod/@Algorithm") == ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]
    assert values("//d:DigestMethod/@Algorithm") == ["http://www.w3.org/2001/04/xmlenc#sha256"]
    assert values("//d:Transform/@Algorithm")[1] == "http://www.w3.org/2001/10/xml-exc-c14n#"
    assert values("//s:Assertion/s:Issuer/following-sibling::*[1]")[0].tag.endswith("Signature")


def test_a_person_is_the_same_each_time_and_another_is_not(tenant: Tenant, visitor: Visitor):
    first, again, other = (signed_in(tenant, visitor, person) for person in ("ada", "ada", "bruno"))
    assert first.get_nameid() == again.get_nameid() != other.get_nameid()
    assert first.get_session_index() != again.get_session_index()


def test_it_shows_who_is_signed_in_and_asks_again_when_told_to(tenant: Tenant, visitor: Visitor):
    assert "Signed in" not in visitor.http.get(tenant.auth().login()).text
    signed_in(tenant, visitor)
    assert visitor.http.get(tenant.auth().login()).text.count("Signed in") == 1
    assert "Confirm that it is you" in visitor.http.get(tenant.auth().login(force_authn=True)).text
    assert "You are signed in" in visitor.http.get("/acme").text
    assert "Nobody is signed in" in visitor.http.get("/northwind").text


def test_the_application_signs_somebody_out(tenant: Tenant, visitor: Visitor):
    arrived = signed_in(tenant, visitor)
    leaving = tenant.auth()
    address = leaving.logout(
        return_to="bye",
        name_id=arrived.get_nameid(),
        session_index=arrived.get_session_index(),
        name_id_format=arrived.get_nameid_format(),
    )
    answer = visitor.http.get(address)
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{tenant.origin}/slo"
    assert query_of(answer.headers["location"])["RelayState"] == "bye"
    returned = tenant.auth("/slo", back.query)
    returned.process_slo(request_id=leaving.get_last_request_id())
    assert returned.get_errors() == [], returned.get_last_error_reason()
    assert "Nobody is signed in" in visitor.http.get("/acme").text


def test_somebody_signs_out_at_the_provider(tenant: Tenant, visitor: Visitor):
    arrived = signed_in(tenant, visitor)
    leaving = urlsplit(visitor.http.post("/acme/sign-out").headers["location"])
    assert leaving.path == "/slo"
    told = tenant.auth("/slo", leaving.query)
    address = told.process_slo(keep_local_session=True)
    assert told.get_errors() == [], told.get_last_error_reason()
    assert arrived.get_session_index() in told.get_last_request_xml()
    assert "You are signed out" in visitor.http.get(address).text
    assert "Nobody is signed in" in visitor.http.get("/acme").text


def refusal(visitor: Visitor, address: str) -> str:
    page = visitor.http.get(address)
    assert page.status_code == 400, page.text
    reason = re.search(r'class="lead">([^<]+)', page.text)
    assert reason
    return reason[1]


def test_a_request_that_was_changed_or_is_not_signed_is_refused(tenant: Tenant, visitor: Visitor):
    address = tenant.auth().login(return_to="state")
    assert "not by any key" in refusal(visitor, address.replace("RelayState=state", "RelayState=other"))
    assert "must be signed" in refusal(visitor, address.partition("&SigAlg")[0])
    assert "must be signed" in refusal(visitor, address.replace("rsa-sha256", "rsa-sha1"))


def test_it_answers_to_this_machine_alone(tenant: Tenant, visitor: Visitor):
    elsewhere = tenant.auth(assertionConsumerService={"url": "https://evil.example/acs"})
    assert "does not name the address" in refusal(visitor, elsewhere.login())
    named = tenant.auth(entityId="https://evil.example/metadata")
    assert "http://&lt;tenant&gt;.localhost alone" in refusal(visitor, named.login())


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SAMLRequest=",
        "SAMLRequest=%%%",
        "SAMLRequest=" + base64.b64encode(b"plain").decode(),
        "SAMLRequest=a&SAMLRequest=b",
    ],
)
def test_nonsense_is_refused(visitor: Visitor, query: str):
    for path in ("sso", "slo"):
        refusal(visitor, f"/acme/{path}?{query}")


def test_a_choice_counts_once(tenant: Tenant, visitor: Visitor):
    page = visitor.http.get(tenant.auth().login())
    _, form = form_of(page)
    choice = {"request": form["request"], "person": "ada"}
    assert visitor.http.post("/acme/sign-in", data=choice).status_code == 200
    assert visitor.http.post("/acme/sign-in", data=choice).status_code == 400
    for wrong in ({"request": "x", "person": "ada"}, {"person": "ada"}, {}):
        assert visitor.http.post("/acme/sign-in", data=wrong).status_code == 400


def test_a_page_elsewhere_cannot_use_it_by_another_name(idp: str):
    assert httpx.get(idp, headers={"Host": "evil.example:80"}).status_code == 421
    page = httpx.get(idp)
    assert page.status_code == 200
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_its_address_and_key_outlive_it_and_it_keeps_out_of_production(tmp_path):
    def metadata() -> str:
        with EmbeddedStack(tmp_path, components={"idp"}, environ={}) as stack:
            return httpx.get(f"{stack.variables()['CTORENDANG_IDP_URL']}/acme/metadata").text

    assert metadata() == metadata()
    assert (tmp_path / "idp" / "signing.pem").stat().st_mode & 0o077 == 0
    for environ in ({"CTORENDANG_ENVIRONMENT": "production"}, {"CTORENDANG_IDP_URL": "http://127.0.0.1:1"}):
        with EmbeddedStack(tmp_path, components={"idp"}, environ=environ) as stack:
            assert stack.children == []
            assert stack.identity_provider_url == ""
