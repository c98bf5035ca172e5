"""The stages of enforced single sign-on, and what leads from one to another: as data, drawn in docs/sso.md."""

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """How far enforcement has come."""

    OFF = "off"
    READY = "ready"
    DOMAINS = "domains"
    EVERYONE = "everyone"


class Turn(StrEnum):
    """What changes the stage."""

    REQUIREMENTS_MET = "requirements_met"
    REQUIREMENT_LOST = "requirement_lost"
    ENFORCE_DOMAINS = "enforce_domains"
    ENFORCE_EVERYONE = "enforce_everyone"
    TURN_OFF = "turn_off"


TRANSITIONS: Mapping[tuple[Stage, Turn], Stage] = {
    (Stage.OFF, Turn.REQUIREMENTS_MET): Stage.READY,
    (Stage.READY, Turn.REQUIREMENT_LOST): Stage.OFF,
    (Stage.READY, Turn.ENFORCE_DOMAINS): Stage.DOMAINS,
    (Stage.READY, Turn.ENFORCE_EVERYONE): Stage.EVERYONE,
    (Stage.DOMAINS, Turn.ENFORCE_DOMAINS): Stage.DOMAINS,
    (Stage.DOMAINS, Turn.ENFORCE_EVERYONE): Stage.EVERYONE,
    (Stage.EVERYONE, Turn.ENFORCE_DOMAINS): Stage.DOMAINS,
    (Stage.EVERYONE, Turn.ENFORCE_EVERYONE): Stage.EVERYONE,
    # Losing a requirement ends nothing: whoever could make one fail could otherwise switch enforcement off.
    (Stage.DOMAINS, Turn.REQUIREMENT_LOST): Stage.DOMAINS,
    (Stage.EVERYONE, Turn.REQUIREMENT_LOST): Stage.EVERYONE,
    (Stage.DOMAINS, Turn.TURN_OFF): Stage.READY,
    (Stage.EVERYONE, Turn.TURN_OFF): Stage.READY,
}
"""What is not here is refused."""
