"""What a connection can be and what may happen to it next, as data that the drawing in docs/sso.md is checked with."""

from collections.abc import Mapping
from enum import StrEnum

from ctorendang.domains.sso.status import ConnectionStatus


class Provider(StrEnum):
    """Whose instructions the administrator reads."""

    OKTA = "okta"
    ENTRA = "entra"
    GOOGLE = "google"
    KEYCLOAK = "keycloak"
    GITHUB = "github"
    GENERIC = "generic"


class Ownership(StrEnum):
    """Who changes a connection: people here, its file, or people here after a file made it."""

    LOCAL = "local"
    MANAGED = "managed"
    SEED = "seed"


class Move(StrEnum):
    """What happens to a connection."""

    CHANGE = "change"
    """Something that a test sign-in proves was changed."""
    TEST = "test"
    """An administrator signed in through it, as it is now."""
    ENABLE = "enable"
    DISABLE = "disable"


TRANSITIONS: Mapping[tuple[ConnectionStatus, Move], ConnectionStatus] = {
    (ConnectionStatus.DRAFT, Move.CHANGE): ConnectionStatus.DRAFT,
    (ConnectionStatus.DRAFT, Move.TEST): ConnectionStatus.TESTED,
    (ConnectionStatus.TESTED, Move.CHANGE): ConnectionStatus.DRAFT,
    (ConnectionStatus.TESTED, Move.TEST): ConnectionStatus.TESTED,
    (ConnectionStatus.TESTED, Move.ENABLE): ConnectionStatus.ACTIVE,
    # People go on signing in while their provider's settings are corrected; what is new shows as untested.
    (ConnectionStatus.ACTIVE, Move.CHANGE): ConnectionStatus.ACTIVE,
    (ConnectionStatus.ACTIVE, Move.TEST): ConnectionStatus.ACTIVE,
    (ConnectionStatus.ACTIVE, Move.DISABLE): ConnectionStatus.DISABLED,
    (ConnectionStatus.DISABLED, Move.CHANGE): ConnectionStatus.DRAFT,
    (ConnectionStatus.DISABLED, Move.ENABLE): ConnectionStatus.ACTIVE,
}
"""What is not here is refused."""
