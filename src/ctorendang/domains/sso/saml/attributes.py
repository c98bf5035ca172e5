"""Attributes of an assertion, and where providers keep what we want to know."""

from collections.abc import Mapping, Sequence
from typing import Any

from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.saml.xml import Element, NotReadable, find, text_of

_EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MOST_GROUPS, _LONGEST_VALUE = 2000, 1000

USUAL_PLACES: dict[str, tuple[str, ...]] = {
    "email": ("email", "mail", "emailAddress", "User.email", f"{_CLAIMS}emailaddress",
              "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1"),
    "name": ("name", "displayName", "cn", "http://schemas.microsoft.com/identity/claims/displayname",
             "urn:oid:2.16.840.1.113730.3.1.241", "urn:oid:2.5.4.3"),
    "first_name": ("firstName", "givenName", "first_name", "User.FirstName", f"{_CLAIMS}givenname", "urn:oid:2.5.4.42"),
    "last_name": ("lastName", "surname", "sn", "last_name", "User.LastName", f"{_CLAIMS}surname", "urn:oid:2.5.4.4"),
    "groups": ("groups", "group", "memberOf", "Role", "roles", "http://schemas.xmlsoap.org/claims/Group",
               "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
               "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"),
}  # fmt: skip
"""Names of attributes by what is in them, as Okta, Entra ID, Google, Keycloak, AD FS and Shibboleth send them."""


def attributes_of(assertion: Element) -> dict[str, list[str]]:
    """The attributes by name.

    Raises:
        NotReadable: two have the same name, so that it is not clear what it means; or one is encrypted by itself.
    """
    if find(assertion, "./saml:AttributeStatement/saml:EncryptedAttribute"):
        raise NotReadable("an attribute is encrypted by itself: encrypt the whole assertion instead")
    found: dict[str, list[str]] = {}
    for attribute in find(assertion, "./saml:AttributeStatement/saml:Attribute"):
        name = attribute.get("Name", "")
        if name in found:
            raise NotReadable(f"there are two attributes named {name}")
        values = [text_of(value) for value in find(attribute, "./saml:AttributeValue")]
        found[name] = [value for value in values if value and len(value) <= _LONGEST_VALUE][:_MOST_GROUPS]
    return found


def identity_from(
    subject: str,
    name_id_format: str | None,
    attributes: Mapping[str, Sequence[str]],
    places: Mapping[str, Any],
    *,
    session_index: str | None,
    authenticated_at: int | None,
) -> VerifiedIdentity:
    """Who somebody is, from the attributes.

    Args:
        subject: NameID.
        name_id_format: of the NameID; one that is an e-mail address will do where no attribute holds one.
        attributes: by name.
        places: names of attributes by what is in them, where the connection has its own.
        session_index: the provider's name of its session.
        authenticated_at: seconds since the epoch.
    """

    def values(what: str) -> Sequence[str]:
        own = places.get(what)
        names = (own,) if isinstance(own, str) and own else USUAL_PLACES[what]
        return next((attributes[name] for name in names if attributes.get(name)), ())

    def one(what: str) -> str:
        return next(iter(values(what)), "")

    email = one("email") or (subject if name_id_format == _EMAIL_FORMAT or "@" in subject else "")
    name = one("name") or f"{one('first_name')} {one('last_name')}".strip()
    return VerifiedIdentity(
        subject=subject,
        name_id_format=name_id_format,
        email=email or None,
        # The provider of a tenant is the authority on the addresses of its people; domains are checked beyond this.
        email_verified=bool(email),
        name=name or None,
        groups=tuple(values("groups")),
        session_index=session_index,
        authenticated_at=authenticated_at,
    )
