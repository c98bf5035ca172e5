"""Writing SAML messages and sending them off through the browser (saml-bindings-2.0 sections 3.4 and 3.5)."""

from datetime import datetime
from urllib.parse import quote

from ctorendang.domains.sso.departure import Departure
from ctorendang.domains.sso.saml.settings import Binding, KeyPair, SamlSettings, ServiceProvider
from ctorendang.domains.sso.saml.signatures import RSA_SHA256, sign, sign_query
from ctorendang.domains.sso.saml.xml import SAML, SAMLP, Element, deflate, encode, instant, new_element, serialise

POST_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


def authn_request(
    settings: SamlSettings,
    sp: ServiceProvider,
    *,
    message_id: str,
    state: str,
    force: bool,
    at: datetime,
) -> Departure:
    """Ask the provider who somebody is (saml-core-2.0 section 3.4.1).

    No authentication context is asked for: providers whose people have passkeys or other factors refuse the usual one.

    Args:
        settings: of the connection.
        sp: who asks.
        message_id: of the request, which the answer must name.
        state: comes back with the answer as RelayState.
        force: the person shall show who they are, even if the provider knows them already.
        at: when it is asked.
    """
    attributes = {"ProtocolBinding": POST_BINDING, "AssertionConsumerServiceURL": sp.acs_url}
    if force or settings.force_authn:
        attributes["ForceAuthn"] = "true"
    request = _message("AuthnRequest", message_id, settings.sso_url, sp, at, attributes)
    policy = {"AllowCreate": "true"} | ({"Format": settings.name_id_format} if settings.name_id_format else {})
    request.append(new_element(SAMLP, "NameIDPolicy", policy))
    keys = sp.keys[0] if settings.sign_requests else None
    return send("SAMLRequest", request, settings.sso_url, settings.sso_binding, state, keys)


def logout_request(
    settings: SamlSettings,
    sp: ServiceProvider,
    *,
    message_id: str,
    subject: str,
    name_id_format: str | None,
    session_index: str | None,
    relay_state: str,
    at: datetime,
) -> Departure:
    """Ask the provider to sign somebody out (saml-core-2.0 section 3.7.1)."""
    request = _message("LogoutRequest", message_id, settings.slo_url, sp, at, {})
    request.append(new_element(SAML, "NameID", {"Format": name_id_format} if name_id_format else {}, subject))
    if session_index:
        request.append(new_element(SAMLP, "SessionIndex", text=session_index))
    return send("SAMLRequest", request, settings.slo_url, settings.slo_binding, relay_state, sp.keys[0])


def logout_response(
    settings: SamlSettings,
    sp: ServiceProvider,
    *,
    message_id: str,
    answers: str,
    relay_state: str,
    at: datetime,
) -> Departure:
    """Tell the provider that somebody is signed out (saml-core-2.0 section 3.7.2).

    Args:
        settings: of the connection.
        sp: who answers.
        message_id: of the answer.
        answers: id of the provider's request.
        relay_state: the provider's, which it gets back as it was.
        at: when it is answered.
    """
    url = settings.slo_response_url or settings.slo_url
    response = _message("LogoutResponse", message_id, url, sp, at, {"InResponseTo": answers})
    status = new_element(SAMLP, "Status")
    status.append(new_element(SAMLP, "StatusCode", {"Value": SUCCESS}))
    response.append(status)
    return send("SAMLResponse", response, url, settings.slo_binding, relay_state, sp.keys[0])


def send(
    parameter: str, message: Element, url: str, binding: Binding, relay_state: str, keys: KeyPair | None
) -> Departure:
    """Bring a message on its way, signed if there are keys."""
    if binding == "post":
        content = serialise(message)
        form = {parameter: encode(sign(content, keys) if keys else content)}
        return Departure(url, form | ({"RelayState": relay_state} if relay_state else {}))
    query = f"{parameter}={_quoted(encode(deflate(serialise(message))))}"
    if relay_state:
        query += f"&RelayState={_quoted(relay_state)}"
    if keys:
        query += f"&SigAlg={_quoted(RSA_SHA256)}"
        query += f"&Signature={_quoted(encode(sign_query(query, keys)))}"
    return Departure(f"{url}{'&' if '?' in url else '?'}{query}")


def _message(
    name: str,
    message_id: str,
    destination: str,
    sp: ServiceProvider,
    at: datetime,
    attributes: dict[str, str],
) -> Element:
    common = {"ID": message_id, "Version": "2.0", "IssueInstant": instant(at), "Destination": destination}
    message = new_element(SAMLP, name, common | attributes)
    message.append(new_element(SAML, "Issuer", text=sp.entity_id))
    return message


def _quoted(value: str) -> str:
    return quote(value, safe="")
