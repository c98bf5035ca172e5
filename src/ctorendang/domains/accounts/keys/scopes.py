"""What a key may be for, in words that people understand; ``policies/roles.csv`` says what each scope allows."""

from dataclasses import dataclass
from enum import StrEnum

from ctorendang.domains.accounts.roles import Role


class Scope(StrEnum):
    """A chosen part of what somebody may do. Accounts, security, single sign-on and keys are in none."""

    READ_DIRECTORY = "read_directory"
    READ_PROJECTS = "read_projects"
    MANAGE_PROJECTS = "manage_projects"
    READ_MATCHES = "read_matches"
    READ_CALENDAR = "read_calendar"
    MANAGE_CALENDAR = "manage_calendar"
    READ_ENGAGEMENTS = "read_engagements"
    MANAGE_ENGAGEMENTS = "manage_engagements"
    WRITE_REVIEWS = "write_reviews"
    MANAGE_PROFILE = "manage_profile"
    APPROVE_CTOS = "approve_ctos"
    READ_MEMBERS = "read_members"
    READ_AUDIT = "read_audit"

    @property
    def role(self) -> str:
        """The name under which the role policy says what the scope allows."""
        return f"scope:{self.value}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A scope for people.

    Attributes:
        roles: who could use it; it is offered to nobody else.
    """

    title: str
    description: str
    roles: frozenset[str]


_EVERYBODY = frozenset({Role.CLIENT, Role.CTO, Role.ADMIN})
_SIDES = frozenset({Role.CLIENT, Role.CTO})
_CLIENTS, _CTOS, _ADMINS = frozenset({Role.CLIENT}), frozenset({Role.CTO}), frozenset({Role.ADMIN})

MEANINGS = {
    Scope.READ_DIRECTORY: Meaning("Read the directory", "Listed CTOs, their skills and reviews.", _EVERYBODY),
    Scope.READ_PROJECTS: Meaning("Read projects", "The projects that you can open yourself.", _EVERYBODY),
    Scope.MANAGE_PROJECTS: Meaning("Manage own projects", "Create, change, publish and close your projects.", _CLIENTS),
    Scope.READ_MATCHES: Meaning("Read matches", "Who fits a project, and why.", _CLIENTS | _ADMINS),
    Scope.READ_CALENDAR: Meaning("Read introductions", "The times that are booked with you or by you.", _SIDES),
    Scope.MANAGE_CALENDAR: Meaning(
        "Manage calendar and introductions", "Offer times, book them, and cancel introductions in your name.", _SIDES
    ),
    Scope.READ_ENGAGEMENTS: Meaning(
        "Read engagements", "Terms, milestones, hours and reviews that you can open yourself.", _EVERYBODY
    ),
    Scope.MANAGE_ENGAGEMENTS: Meaning(
        "Act in engagements", "Agree on terms, hand in, approve, close and cancel in your name.", _EVERYBODY
    ),
    Scope.WRITE_REVIEWS: Meaning("Write reviews", "Review CTOs in your name.", _CLIENTS),
    Scope.MANAGE_PROFILE: Meaning("Manage own CTO profile", "Change, submit and pause your profile.", _CTOS),
    Scope.APPROVE_CTOS: Meaning("Decide on CTO profiles", "Approve and decline profiles in review.", _ADMINS),
    Scope.READ_MEMBERS: Meaning("Read members", "Names, addresses and roles of everybody here.", _ADMINS),
    Scope.READ_AUDIT: Meaning("Read the audit trail", "Who changed what, with names and addresses.", _ADMINS),
}


def offered_to(roles: frozenset[str]) -> list[Scope]:
    """The scopes that somebody with these roles could use."""
    return [scope for scope, meaning in MEANINGS.items() if meaning.roles & roles]
