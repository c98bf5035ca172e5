"""What a verified assertion must say (saml-profiles-2.0 section 4.1.4), and whom it says somebody is.

The library leaves much of this unchecked, or checks it loosely: an address by its beginning, what is missing never.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.saml.attributes import attributes_of, identity_from
from ctorendang.domains.sso.saml.settings import SamlSettings, ServiceProvider
from ctorendang.domains.sso.saml.xml import SAML, Element, NotReadable, find, moment, text_of
from ctorendang.domains.sso.trace import Trace

SKEW = timedelta(minutes=3)
"""How far the provider's clock may be from ours."""

_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_KNOWN_CONDITIONS = frozenset(f"{{{SAML}}}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction"))
_CLOCK = (
    "Compare the clocks of the identity provider and of this site; the answer may also have been kept for too long."
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must fit.

    Attributes:
        request_id: of the request that was sent; None when no open one is known.
        authenticated_after: the person must have shown the provider who they are since; None when any time is good.
        at: now.
        attributes: where the provider keeps ``email``, ``name`` and ``groups``, where that is not the usual place.
    """

    request_id: str | None
    authenticated_after: datetime | None
    at: datetime
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Reader:
    """Reads one assertion that was signed; each question is a check."""

    def __init__(
        self, trace: Trace, settings: SamlSettings, sp: ServiceProvider, assertion: Element, expected: Expected
    ) -> None:
        self._trace = trace
        self._settings = settings
        self._sp = sp
        self._assertion = assertion
        self._expected = expected
        self._ends: list[datetime] = []

    @property
    def assertion_id(self) -> str:
        """The provider's name of it."""
        return str(self._assertion.get("ID"))

    def valid_until(self, most: timedelta) -> datetime:
        """When it would not be accepted any more; ``most`` after it was issued."""
        issued = moment(self._assertion.get("IssueInstant")) or self._expected.at
        return min(*self._ends, issued + most)

    def check_response(self, response: Element) -> None:
        """Check what is said of when, from whom, for whom and in answer to what.

        Args:
            response: around the assertion. It may be unsigned: it can only contradict, and prove nothing.

        Raises:
            SignOnRefused: a check failed.
        """
        self._check_issuer(response)
        self._check_address("Destination", response.get("Destination"))
        self._check_age()
        self._check_conditions()
        self._check_audience()
        data = self._confirmation()
        self._check_address("Recipient", data.get("Recipient"))
        self._check_window("Confirmation", data, must_end=True)
        self._check_answered(response, data)
        self._check_statement()

    def identity(self) -> VerifiedIdentity:
        """Whom the assertion names.

        Raises:
            SignOnRefused: nobody, or in a way that does not tell them again next time.
        """
        subject, name_format = self._subject()
        problem, attributes = "", {}
        try:
            attributes = attributes_of(self._assertion)
        except NotReadable as error:
            problem = str(error)
        hint = "Send each attribute once, with all its values: Keycloak calls this Single Role Attribute."
        self._trace.require("Attributes are clear", not problem, got=problem, hint=hint)
        statement = find(self._assertion, "./saml:AuthnStatement")[0]
        authenticated = moment(statement.get("AuthnInstant"))
        identity = identity_from(
            subject,
            name_format,
            attributes,
            self._expected.attributes,
            session_index=statement.get("SessionIndex"),
            authenticated_at=int(authenticated.timestamp()) if authenticated else None,
        )
        self._trace.facts |= {
            "subject": subject,
            "issuer": self._settings.entity_id,
            "attributes": sorted(attributes),
            "e-mail": identity.email or "",
            "name": identity.name or "",
            "groups": list(identity.groups),
        }
        return identity

    def _check_issuer(self, response: Element) -> None:
        issuers = [text_of(node) for node in find(self._assertion, "./saml:Issuer")]
        issuers += [text_of(node) for node in find(response, "./saml:Issuer")]
        self._trace.require(
            "Issuer",
            bool(issuers) and set(issuers) == {self._settings.entity_id},
            expected=self._settings.entity_id,
            got=", ".join(dict.fromkeys(issuers)),
            hint="Set the entity ID here to what the identity provider calls itself, or read its metadata again.",
        )

    def _check_address(self, name: str, got: str | None) -> None:
        self._trace.require(
            name,
            got == self._sp.acs_url,
            expected=self._sp.acs_url,
            got=got or "nothing",
            hint="Set the ACS URL (reply URL, single sign-on URL) at the identity provider to exactly this.",
        )

    def _check_age(self) -> None:
        at = self._expected.at
        issued = moment(self._assertion.get("IssueInstant"))
        self._trace.require(
            "Issue time",
            issued is not None and at - timedelta(days=1) < issued < at + SKEW,
            expected=f"within the last day, at {at:%Y-%m-%d %H:%M:%S} UTC",
            got=self._assertion.get("IssueInstant", "nothing"),
            hint=_CLOCK,
        )

    def _check_window(self, name: str, element: Element, *, must_end: bool) -> None:
        at = self._expected.at
        begins, ends = element.get("NotBefore"), element.get("NotOnOrAfter")
        begin, end = moment(begins), moment(ends)
        self._trace.require(
            f"{name} has begun",
            begins is None or (begin is not None and begin < at + SKEW),
            expected=f"NotBefore up to {at:%Y-%m-%d %H:%M:%S} UTC",
            got=begins or "no beginning",
            hint=_CLOCK,
        )
        self._trace.require(
            f"{name} has not ended",
            (ends is None and not must_end) or (end is not None and end > at - SKEW),
            expected=f"NotOnOrAfter after {at:%Y-%m-%d %H:%M:%S} UTC",
            got=ends or "no end",
            hint=_CLOCK,
        )
        if end is not None:
            self._ends.append(end)

    def _check_conditions(self) -> None:
        conditions = find(self._assertion, "./saml:Conditions")
        unknown = [node.tag for each in conditions for node in each if node.tag not in _KNOWN_CONDITIONS]
        self._trace.require(
            "Conditions",
            len(conditions) == 1 and not unknown,
            expected="one Conditions element with conditions that SAML 2.0 defines",
            got=f"{len(conditions)} of them; unknown: {', '.join(unknown) or 'none'}",
            hint="What cannot be understood cannot be kept: ask the maker of the identity provider.",
        )
        self._check_window("Assertion", conditions[0], must_end=False)

    def _check_audience(self) -> None:
        restrictions = find(self._assertion, "./saml:Conditions/saml:AudienceRestriction")
        audiences = [[text_of(node) for node in find(each, "./saml:Audience")] for each in restrictions]
        self._trace.require(
            "Audience",
            bool(audiences) and all(self._sp.entity_id in each for each in audiences),
            expected=self._sp.entity_id,
            got=", ".join(name for each in audiences for name in each) or "nothing",
            hint="Set the audience (entity ID, identifier of the app) at the identity provider to exactly this.",
        )

    def _confirmation(self) -> Element:
        confirmations = [
            node
            for node in find(self._assertion, "./saml:Subject/saml:SubjectConfirmation")
            if node.get("Method") == _BEARER
        ]
        data = [node for each in confirmations for node in find(each, "./saml:SubjectConfirmationData")]
        self._trace.require(
            "Subject confirmation",
            len(confirmations) == len(data) == 1,
            expected="one bearer confirmation with its data",
            got=f"confirmations: {len(confirmations)}, of them with data: {len(data)}",
            hint="The identity provider must use the Web Browser SSO profile (bearer).",
        )
        return data[0]

    def _check_answered(self, response: Element, data: Element) -> None:
        """The signed InResponseTo counts; the other one, which anybody on the way may change, must not differ."""
        expected = self._expected.request_id
        answers = {data.get("InResponseTo"), response.get("InResponseTo")}
        if expected is None:
            self._check_unasked(answers)
            return
        self._trace.require(
            "Answers our request",
            answers == {expected},
            expected=expected,
            got=", ".join(sorted(answer or "nothing" for answer in answers)),
            hint="The answer belongs to another sign-in, or it was changed on the way: sign in again.",
        )

    def _check_unasked(self, answers: set[str | None]) -> None:
        self._trace.require(
            "Request is open",
            answers == {None},
            expected="the RelayState of a sign-in that was begun here less than 15 minutes ago, and is not finished",
            got=", ".join(sorted(answer for answer in answers if answer)),
            hint="The sign-in took too long, was finished already, or the provider does not return RelayState.",
        )
        self._trace.require(
            "Provider may begin",
            self._settings.allow_idp_initiated,
            expected="a sign-in that was begun here",
            got="an answer that nobody asked for",
            hint="Begin at this site; or allow sign-ins that begin at the provider in this connection's settings.",
        )

    def _check_statement(self) -> None:
        at, after = self._expected.at, self._expected.authenticated_after
        statements = find(self._assertion, "./saml:AuthnStatement")
        self._trace.require(
            "Authentication statement", len(statements) == 1, expected="one AuthnStatement", got=str(len(statements)),
            hint="The identity provider must say when the person signed in there.",
        )  # fmt: skip
        said, ends = statements[0].get("AuthnInstant"), statements[0].get("SessionNotOnOrAfter")
        when, end = moment(said), moment(ends)
        self._trace.require(
            "Provider's session goes on",
            ends is None or (end is not None and end > at - SKEW),
            expected=f"SessionNotOnOrAfter after {at:%Y-%m-%d %H:%M:%S} UTC",
            got=ends or "no end",
            hint=_CLOCK,
        )
        self._trace.require(
            "Authentication is recent" if after else "Authentication time",
            when is not None and when < at + SKEW and (after is None or when > after - SKEW),
            expected=f"after {after:%Y-%m-%d %H:%M:%S} UTC" if after else "a time in the past",
            got=said or "nothing",
            hint="The provider must ask the person again when it is told to (ForceAuthn), and say when it did.",
        )

    def _subject(self) -> tuple[str, str | None]:
        names = find(self._assertion, "./saml:Subject/saml:NameID")
        subject = text_of(names[0]) if len(names) == 1 and not len(names[0]) else ""
        name_format = names[0].get("Format") if names else None
        self._trace.require(
            "Name identifier",
            bool(subject) and len(subject) <= 1000,
            expected="a NameID, not encrypted by itself",
            got=f"NameIDs: {len(names)}",
            hint="Let the identity provider send a NameID; encrypt whole assertions instead of the name alone.",
        )
        self._trace.require(
            "Name identifier lasts",
            name_format != _TRANSIENT,
            expected="persistent, emailAddress or unspecified",
            got=name_format or "no format",
            hint="Choose a NameID format that stays the same for a person; a transient one changes every time.",
        )
        return subject, name_format
