"""What happens at which address, whatever carries it."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc.jwk import RSAKey

from ctorendang.infra.stack.idp import oidc, saml
from ctorendang.infra.stack.idp.applications import (
    NAMES,
    ServiceProvider,
    ask,
    read_service_provider,
    require_own_machine,
)
from ctorendang.infra.stack.idp.errors import Refused, TokenRefused
from ctorendang.infra.stack.idp.keys import SigningKey
from ctorendang.infra.stack.idp.memory import Kept, SignedIn, Visit
from ctorendang.infra.stack.idp.people import ORGANISATIONS, Organisation
from ctorendang.infra.stack.idp.redirects import read_message, require_signature, signed_address
from ctorendang.infra.stack.idp.replies import Pages, Reply, as_json, redirect

_REQUEST_SECONDS, _SESSION_SECONDS = 1_800, 8 * 3_600
Asked = saml.Asked | oidc.Asked


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    Attributes:
        query: as it was sent.
    """

    method: str
    path: str
    query: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    cookie: str = ""
    authorization: str = ""

    @property
    def values(self) -> dict[str, str]:
        """The query's values; of repeated ones none."""
        return {name: values[0] for name, values in parse_qs(self.query).items() if len(values) == 1}


class IdentityProvider:
    """Both organisations, on one address.

    Args:
        base: its address.
        folder: keeps the key.
        client_secret: of the OpenID application.
    """

    def __init__(self, base: str, folder: Path, client_secret: str) -> None:
        key = SigningKey.kept_in(folder)
        self._key = key
        self._saml = saml.SamlProvider(f"{base}/acme", key)
        self._oidc = oidc.OpenIdProvider(f"{base}/northwind", RSAKey.import_key(key.private_key), client_secret)
        self._requests: Kept[Asked] = Kept(_REQUEST_SECONDS)
        self._sessions: Kept[SignedIn] = Kept(_SESSION_SECONDS)
        self._pages = Pages()

    def answer(self, call: Call) -> Reply:
        """Answer a request, whatever it is."""
        try:
            match call.path.strip("/").split("/"):
                case [""]:
                    return self._pages.show("home", organisations=ORGANISATIONS.values())
                case ["idp.css"]:
                    return self._pages.file("idp.css", "text/css")
                case ["idp.js"]:
                    return self._pages.file("idp.js", "text/javascript")
                case [key, *rest] if key in ORGANISATIONS:
                    return self._within(ORGANISATIONS[key], call, "/".join(rest))
        except Refused as refusal:
            return self._pages.show("refused", status=400, reason=str(refusal))
        except TokenRefused as refusal:
            return as_json({"error": refusal.code}, refusal.status)
        return self._pages.show("refused", status=404, reason="There is nothing at this address.")

    def _within(self, organisation: Organisation, call: Call, path: str) -> Reply:
        match call.method, path:
            case "GET", "":
                return self._show_session(organisation, call)
            case "POST", "sign-in":
                return self._sign_in(organisation, call)
            case "POST", "sign-out":
                return self._sign_out(organisation, call)
        return self._saml_address(call, path) if organisation.protocol == "saml" else self._oidc_address(call, path)

    def _saml_address(self, call: Call, path: str) -> Reply:
        match call.method, path:
            case "GET", "metadata":
                return Reply(200, "application/samlmetadata+xml", self._saml.metadata())
            case "GET", "sso":
                message = read_message(call.query, "SAMLRequest")
                application = self._application(call, message, "SAMLRequest")
                asked = self._saml.read_request(message, application, call.values.get("RelayState", ""))
                return self._choose(ORGANISATIONS["acme"], call, asked)
            case "GET", "slo" if "SAMLResponse" in call.values:
                return self._pages.show("signed-out", organisation=ORGANISATIONS["acme"])
            case "GET", "slo":
                return self._end_by_request(call)
        raise Refused("There is nothing at this address.")

    def _oidc_address(self, call: Call, path: str) -> Reply:
        match call.method, path:
            case "GET", ".well-known/openid-configuration":
                return as_json(self._oidc.configuration())
            case "GET", "jwks":
                return as_json(self._oidc.jwks())
            case "GET", "authorize":
                return self._choose(ORGANISATIONS["northwind"], call, self._oidc.read_request(call.values))
            case "POST", "token":
                return as_json(self._oidc.exchange(call.form, call.authorization))
            case "GET" | "POST", "userinfo":
                return as_json(self._oidc.userinfo(call.authorization))
            case "GET", "end-session":
                return self._end_by_hint(call)
        raise Refused("There is nothing at this address.")

    def _application(self, call: Call, message: object, parameter: str) -> ServiceProvider:
        """Who sent a signed message."""
        issuer = message.findtext(f"{{{NAMES['saml']}}}Issuer", "").strip()  # type: ignore[attr-defined]
        application = read_service_provider(issuer)
        require_signature(call.query, parameter, application.certificates)
        return application

    def _choose(self, organisation: Organisation, call: Call, asked: Asked) -> Reply:
        session = self._session(organisation, call)
        address = asked.consumer if isinstance(asked, saml.Asked) else asked.redirect_uri
        return self._pages.show(
            "choose",
            organisation=organisation,
            request=self._requests.put(asked),
            application=urlsplit(address).hostname,
            force=asked.force,
            current=session.person if session else None,
        )

    def _sign_in(self, organisation: Organisation, call: Call) -> Reply:
        asked = self._requests.take(call.form.get("request", ""))
        person = organisation.person(call.form.get("person", ""))
        if asked is None or person is None:
            raise Refused("This sign-in has been used, or has waited too long. Start again at the application.")
        session = self._session(organisation, call)
        name, now = "", int(time.time())
        if session is None or session.person != person:
            session = SignedIn(organisation.key, person, now)
            name = self._sessions.put(session)
        session.since = now
        headers = {"Set-Cookie": _cookie(organisation, name)} if name else {}
        visit = Visit("", f"s{secrets.token_hex(16)}")
        session.visits.append(visit)
        if isinstance(asked, oidc.Asked):
            visit.application = asked.redirect_uri
            return redirect(self._oidc.answer(asked, person, visit.session, now), headers)
        visit.application = asked.application.entity_id
        response = self._saml.response(asked, person, visit.session, datetime.fromtimestamp(now, UTC))
        form = {"SAMLResponse": response} | ({"RelayState": asked.relay_state} if asked.relay_state else {})
        return self._pages.show(
            "post", headers=headers, organisation=organisation, address=asked.consumer, form=form, person=person
        )

    def _sign_out(self, organisation: Organisation, call: Call) -> Reply:
        """Begin here: end the session, and have the applications end theirs."""
        session = self._end(organisation, call)
        done = self._pages.show("signed-out", organisation=organisation)
        if session is None or not session.visits:
            return done
        if organisation.protocol == "oidc":
            for visit in session.visits:
                token = self._oidc.logout_token(session.person, visit.session)
                ask("POST", _back_channel(visit.application), {"logout_token": token})
            return done
        visit = session.visits[-1]
        application = read_service_provider(visit.application)
        if not application.logout:
            return done
        message = self._saml.logout_request(application, session.person, visit.session)
        return redirect(signed_address(application.logout, "SAMLRequest", message, "", self._key))

    def _end_by_request(self, call: Call) -> Reply:
        """End what an application says is to end, and send the browser back to it."""
        message = read_message(call.query, "SAMLRequest")
        application = self._application(call, message, "SAMLRequest")
        if (
            message.tag != f"{{{NAMES['samlp']}}}LogoutRequest"
            or message.get("Destination") != f"{self._saml.base}/slo"
        ):
            raise Refused("This is no request for signing somebody out here.")
        subject = message.findtext(f"{{{NAMES['saml']}}}NameID", "").strip()
        indexes = {element.text for element in message.findall(f"{{{NAMES['samlp']}}}SessionIndex")}
        for name, session in self._sessions.all():
            if session.person.subject == subject and (not indexes or indexes & {v.session for v in session.visits}):
                self._sessions.take(name)
        if not application.logout:
            return self._pages.show("signed-out", organisation=ORGANISATIONS["acme"])
        require_own_machine(application.logout)
        response = self._saml.logout_response(application, message.get("ID", ""))
        relay_state = call.values.get("RelayState", "")
        return redirect(signed_address(application.logout, "SAMLResponse", response, relay_state, self._key))

    def _end_by_hint(self, call: Call) -> Reply:
        """End the session that an ID token is of (OpenID Connect RP-Initiated Logout 1.0)."""
        ended = self._oidc.session_of(call.values.get("id_token_hint", ""))
        for name, session in self._sessions.all():
            if ended in {visit.session for visit in session.visits}:
                self._sessions.take(name)
        back = call.values.get("post_logout_redirect_uri", "")
        if not back:
            return self._pages.show("signed-out", organisation=ORGANISATIONS["northwind"])
        require_own_machine(back)
        state = call.values.get("state", "")
        return redirect(f"{back}?{urlencode({'state': state})}" if state else back)

    def _show_session(self, organisation: Organisation, call: Call) -> Reply:
        session = self._session(organisation, call)
        visited = sorted({urlsplit(visit.application).hostname or "" for visit in session.visits} if session else ())
        return self._pages.show("organisation", organisation=organisation, session=session, visited=visited)

    def _session(self, organisation: Organisation, call: Call) -> SignedIn | None:
        session = self._sessions.get(_session_name(call))
        return session if session and session.organisation == organisation.key else None

    def _end(self, organisation: Organisation, call: Call) -> SignedIn | None:
        return self._sessions.take(_session_name(call)) if self._session(organisation, call) else None


def _session_name(call: Call) -> str:
    try:
        cookie = SimpleCookie(call.cookie).get("idp")
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _cookie(organisation: Organisation, name: str) -> str:
    return f"idp={name}; Path=/{organisation.key}; HttpOnly; SameSite=Lax"


def _back_channel(redirect_uri: str) -> str:
    """Where the application wants to hear of it; what other providers have it registered for."""
    return f"{redirect_uri.rpartition('/')[0]}/backchannel-logout"
