"""What engagements do when a time has come, and mails to whoever has to act."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.engagements.models import Engagement
from ctorendang.domains.engagements.next_steps import next_step
from ctorendang.domains.engagements.repository import EngagementRepository
from ctorendang.domains.engagements.reviews import EngagementReviewService
from ctorendang.domains.engagements.service import EngagementService
from ctorendang.domains.engagements.status import Side
from ctorendang.domains.engagements.terms import TermsService
from ctorendang.domains.engagements.transitions import BY_ACTION, TRANSITIONS, Action
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork

# Steps after which the other side is told even though they need not act: they would wait for nothing otherwise.
_NEWS = frozenset({Action.DECLINE_TERMS, Action.START, Action.CLOSE, Action.CANCEL, Action.REVEAL_REVIEWS})
# What the CTO was never told about is no news to them, and of a booked time the calendar tells both.
_QUIET = frozenset(
    {Action.SHORTLIST, Action.REMOVE, Action.RESTORE, Action.WITHDRAW_INTRODUCTION, Action.BOOK_INTRODUCTION}
)


async def _tell(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Mail whoever has to act now, or is concerned, and has not acted themselves; each side at most once a step."""
    action, by = Action(payload["action"]), Side(payload["side"])
    repository = EngagementRepository(session=work.session)
    engagement = await repository.find(work.tenant_id, UUID(payload["engagement_id"]))
    if engagement is None or action in _QUIET or engagement.introduced_at is None:
        return
    progress = await repository.progress(engagement)
    for side, user_id in ((Side.CLIENT, engagement.client_id), (Side.CTO, engagement.cto_user_id)):
        step = next_step(progress, side)
        if side is not by and (step.awaited or action in _NEWS):
            news = {"engagement_id": str(engagement.id), "user_id": str(user_id), "action": action, "by": by}
            work.publish("engagement.news_told", {**news, "next": step.text})


async def _send(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """One mail a job: one that fails is sent again to its reader alone."""
    engagement = await work.session.get(Engagement, (work.tenant_id, UUID(payload["engagement_id"])))
    user = await work.session.get(User, (work.tenant_id, UUID(payload["user_id"])))
    if engagement is None or user is None:
        return
    if user.id == engagement.cto_user_id and engagement.introduced_at is None:  # withdrawn meanwhile
        return
    by = Side(payload["by"])
    names = await names_of(work, [engagement.client_id, engagement.cto_user_id])
    actors = {Side.CLIENT: names.get(engagement.client_id), Side.CTO: names.get(engagement.cto_user_id)}
    text = BY_ACTION[Action(payload["action"])].text
    actor = actors.get(by) or ("An administrator" if by is Side.ADMIN else "")
    about = {
        "news": f"{actor} {text}" if actor else text,
        "project": engagement.title,
        "next_step": payload["next"],
        "reason": engagement.cancel_reason or "",
    }
    paths = {"url": f"/engagements/{engagement.id}"}
    sender = {Side.CLIENT: engagement.client_id, Side.CTO: engagement.cto_user_id}.get(by)
    # Nobody hides that they cancelled behind introductions that they asked for and withdrew.
    doing = payload["action"]
    await mail_if_wanted(work, Notification.ENGAGEMENTS, user, "engagement-news", sender, doing, paths=paths, **about)


async def _expire_terms(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await TermsService(work).expire(UUID(payload["engagement_id"]), UUID(payload["terms_id"]))


async def _end_trial(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await EngagementService(work).end_trial(UUID(payload["engagement_id"]))


async def _reveal_reviews(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await EngagementReviewService(work).reveal(UUID(payload["engagement_id"]))


SUBSCRIPTIONS = (
    *(Subscription(f"engagement.{each.past}", f"engagements.tell_{each.past}", _tell) for each in TRANSITIONS),
    Subscription("engagement.news_told", "engagements.send_news", _send),
    Subscription("engagement.terms_due", "engagements.expire_terms", _expire_terms),
    Subscription("engagement.trial_due", "engagements.end_trial", _end_trial),
    Subscription("engagement.reviews_due", "engagements.reveal_due_reviews", _reveal_reviews),
    Subscription("engagement.reviews_complete", "engagements.reveal_reviews", _reveal_reviews),
)
