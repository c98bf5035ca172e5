"""Dangerous actions want somebody who has just shown who they are."""

from datetime import timedelta

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import StepUpRequired
from ctorendang.kit.clock import now

RECENT = timedelta(minutes=10)


def require_recent(actor: Actor) -> None:
    """Let pass who signed in, or confirmed it, within ``RECENT``.

    Raises:
        StepUpRequired: it is longer ago, or the request came with a key, which nobody stands behind.
    """
    if actor.authenticated_at is None or now() - actor.authenticated_at > RECENT:
        raise StepUpRequired
