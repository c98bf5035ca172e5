"""How instructions for an administrator are written down."""

from dataclasses import dataclass
from enum import StrEnum


class Address(StrEnum):
    """Something of ours that is copied into the provider's console."""

    ACS = "acs"
    ENTITY_ID = "entity_id"
    METADATA = "metadata"
    LOGOUT = "logout"
    CALLBACK = "callback"
    BACKCHANNEL_LOGOUT = "backchannel_logout"
    AFTER_LOGOUT = "after_logout"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Paste:
    """One field of the provider's console and what goes into it.

    Attributes:
        label: as the console calls the field.
        value: an address of ours, or a text that is the same for everybody.
    """

    label: str
    value: Address | str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    title: str
    text: str
    pastes: tuple[Paste, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """What to do at a provider, and what to bring back.

    Attributes:
        console: where to sign in first.
        bring: what the next step of the wizard will ask for, and where to find it.
        metadata_url: what a metadata address or an issuer looks like there.
        groups: how groups get into the answer; what a mapping needs.
    """

    console: str
    steps: tuple[Step, ...]
    bring: str
    metadata_url: str
    groups: str
