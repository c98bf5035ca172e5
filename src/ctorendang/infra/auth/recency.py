"""Dangerous actions want somebody who has just shown who they are."""

from datetime import timedelta

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import StepUpRequired
from ctorendang.kit.clock import now

RECENT = timedelta(minutes=10)
_TIME_TO_FILL_A_FORM_IN = timedelta(minutes=3)


def require_recent(actor: Actor) -> None:
    """Let pass who signed in, or confirmed it, within ``RECENT``.

    Raises:
        StepUpRequired: it is longer ago, or the request came with a key, which nobody stands behind.
    """
    if not is_recent(actor):
        raise StepUpRequired


def is_recent(actor: Actor, left: timedelta = timedelta(0)) -> bool:
    """Whether the actor passes ``require_recent``, and will for so long."""
    return actor.authenticated_at is not None and now() - actor.authenticated_at <= RECENT - left


def should_confirm_first(actor: Actor) -> bool:
    """Whether somebody who now begins to fill a dangerous form in would be asked who they are when they send it."""
    return actor.user_id is not None and not is_recent(actor, _TIME_TO_FILL_A_FORM_IN)
