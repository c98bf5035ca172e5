"""Who can sign in, and at which organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

CLIENT_ID = "northwind-talent"
"""Of the only application that the OpenID provider knows."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an organisation, who does not exist.

    Attributes:
        key: in forms.
        groups: as the organisation's directory has them.
    """

    key: str
    name: str
    email: str
    title: str
    groups: tuple[str, ...]

    @property
    def subject(self) -> str:
        """NameID and ``sub``: the same for ever, and says nothing."""
        return uuid5(NAMESPACE_URL, self.email).hex

    @property
    def initials(self) -> str:
        """For a picture."""
        return "".join(word[0] for word in self.name.split()[:2])


@dataclass(frozen=True, slots=True)
class Organisation:
    """A realm of its own: people, addresses and sessions are not shared.

    Attributes:
        key: in addresses.
        name: of the identity provider, as its people know it.
        company: whom it belongs to.
        protocol: ``saml`` or ``oidc``.
    """

    key: str
    name: str
    company: str
    protocol: str
    people: tuple[Person, ...]

    def person(self, key: str) -> Person | None:
        """One of its people."""
        return next((person for person in self.people if person.key == key), None)


ORGANISATIONS: Mapping[str, Organisation] = {
    "acme": Organisation(
        "acme",
        "Acme Identity",
        "Acme Industries",
        "saml",
        (
            Person("ada", "Ada Lindqvist", "ada.lindqvist@acme.example", "Head of IT", ("platform-admins", "staff")),
            Person(
                "bruno", "Bruno Carvalho", "bruno.carvalho@acme.example", "Product director", ("portfolio", "staff")
            ),
            Person("chiara", "Chiara Okonkwo", "chiara.okonkwo@acme.example", "Interim CTO", ("ctos",)),
        ),
    ),
    "northwind": Organisation(
        "northwind",
        "Northwind Identity",
        "Northwind Ventures",
        "oidc",
        (
            Person("dana", "Dana Whitfield", "dana.whitfield@northwind.example", "Operations", ("platform-admins",)),
            Person("elif", "Elif Demir", "elif.demir@northwind.example", "Investment partner", ("portfolio",)),
            Person("femi", "Femi Adeyemi", "femi.adeyemi@northwind.example", "Operating CTO", ("ctos",)),
        ),
    ),
}
