"""Taking a step: what all of them have in common."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.engagements.errors import EngagementChangedMeanwhile, StepNotPossible
from ctorendang.domains.engagements.models import Engagement, EngagementStep
from ctorendang.domains.engagements.next_steps import next_step
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import EngagementRepository
from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import BY_ACTION, Action, Transition
from ctorendang.infra.auth.actor import WORKER
from ctorendang.infra.errors import Forbidden, NotFound
from ctorendang.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Seen:
    """An engagement as somebody saw it when they decided to act."""

    engagement_id: UUID
    version: int


@dataclass(slots=True)
class Step:
    """A step under way: its engagement is locked, and may take it as far as state and side say.

    Attributes:
        details: what the history shows besides; texts of people stay out of the audit trail.
    """

    transition: Transition
    engagement: Engagement
    side: Side
    details: dict[str, Any] = field(default_factory=dict)

    def need(self, held: bool, otherwise: str) -> None:
        """Go on if the step's own precondition holds.

        Raises:
            StepNotPossible: it does not.
        """
        if not held:
            raise StepNotPossible(otherwise)


def side_of(work: UnitOfWork, engagement: Engagement) -> Side | None:
    """Who the actor is to an engagement, None for strangers and for whoever does not know of it yet."""
    actor = work.actor
    if actor.roles == {WORKER}:
        return Side.SYSTEM
    if actor.user_id == engagement.client_id:
        return Side.CLIENT
    if actor.user_id == engagement.cto_user_id and engagement.introduced_at is not None:
        return Side.CTO
    return Side.ADMIN if work.allows(EngagementPermission.READ_ALL) else None


async def take_step(work: UnitOfWork, action: Action, seen: Seen) -> Step:
    """Lock the engagement and let the step begin.

    Raises:
        NotFound: it is not the actor's, or of another tenant.
        Forbidden: this step is the other side's.
        EngagementChangedMeanwhile: it is not as the actor saw it.
        StepNotPossible: the machine has no such step from where it stands.
    """
    transition = BY_ACTION[action]
    engagement = await EngagementRepository(session=work.session).find(work.tenant_id, seen.engagement_id, locked=True)
    side = None if engagement is None else side_of(work, engagement)
    if engagement is None or side is None:
        raise NotFound("There is no such engagement of yours.")
    if side not in transition.by:
        raise Forbidden("This step is the other side’s to take.")
    if engagement.version != seen.version:
        raise EngagementChangedMeanwhile(await _changes(work, engagement, seen.version))
    if engagement.status not in transition.sources:
        raise StepNotPossible(f"This cannot be done while the engagement is in the state “{engagement.status}”.")
    return Step(transition, engagement, side)


async def finish_step(work: UnitOfWork, step: Step, **audited: Any) -> dict[str, str]:
    """Move the engagement on, and write down that it was.

    Args:
        work: whose actor took it.
        step: what was taken.
        audited: facts for the audit trail, without texts of people.

    Returns:
        The payload of the step's event, for the service to publish under its name.
    """
    engagement, transition = step.engagement, step.transition
    source = engagement.status if transition.sources else None
    engagement.status = transition.target or engagement.status
    if transition.sources:
        engagement.version += 1
    await work.session.flush()
    progress = await EngagementRepository(session=work.session).progress(engagement)
    engagement.awaits_client = next_step(progress, Side.CLIENT).awaited
    engagement.awaits_cto = progress.introduced and next_step(progress, Side.CTO).awaited
    work.session.add(
        EngagementStep(
            tenant_id=engagement.tenant_id,
            engagement_id=engagement.id,
            client_id=engagement.client_id,
            cto_user_id=engagement.cto_user_id,
            version=engagement.version,
            action=transition.action,
            side=step.side,
            actor_id=work.actor.user_id,
            source=source,
            target=engagement.status,
            details=step.details,
        )
    )
    await work.session.flush()
    await work.session.refresh(engagement, ["updated_at"])
    action = f"engagements.engagement.{transition.past}"
    facts = {"from": source, "to": engagement.status, "version": engagement.version, **audited}
    record(work, action, Subject("engagement", engagement.id), facts)
    return {"engagement_id": str(engagement.id), "action": transition.action, "side": step.side}


async def _changes(work: UnitOfWork, engagement: Engagement, version: int) -> str:
    """What happened since, in a sentence: the newest three."""
    steps = await EngagementRepository(session=work.session).steps_since(engagement, version)
    names = await names_of(work, [each.actor_id for each in steps if each.actor_id])
    told = []
    for each in steps[-3:]:
        text = BY_ACTION[Action(each.action)].text
        told.append(f"{names.get(each.actor_id, 'Somebody')} {text}" if each.actor_id else text)
    if not told:
        return "it is not the version you saw."
    return f"{'; '.join(told)}. It is now in the state “{EngagementStatus(engagement.status)}”."
