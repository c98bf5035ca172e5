"""Reviews both ways, neither shown before the other."""

from uuid import UUID

from sqlalchemy import update

from ctorendang.domains.ctos.reviews import ReviewService
from ctorendang.domains.engagements.models import Engagement, EngagementReview
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import REVIEW_DAYS, EngagementRepository
from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.steps import Seen, finish_step, take_step
from ctorendang.domains.engagements.transitions import Action
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


class EngagementReviewService:
    """How it was."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._engagements = EngagementRepository(session=work.session)

    async def write(self, seen: Seen, *, rating: int, body: str) -> Engagement:
        """Review the other side; nobody else reads it until both have, or 14 days after closing.

        Raises:
            InvalidInput: the stars or the text are not good.
            StepNotPossible: one has written already, or the reviews are revealed.
            AppError: as ``take_step``.
        """
        self._work.require(EngagementPermission.REVIEW)
        fields = Fields()
        rating = fields.number("rating", rating, least=1, most=5)
        body = fields.text("body", body, most=4_000, lines=True)
        fields.done()
        step = await take_step(self._work, Action.REVIEW, seen)
        engagement = step.engagement
        written = engagement.client_reviewed if step.side is Side.CLIENT else engagement.cto_reviewed
        step.need(not written, "You have written your review already.")
        step.need(engagement.reviews_revealed_at is None, "The reviews are shown already: it is too late.")
        self._work.session.add(
            EngagementReview(
                tenant_id=engagement.tenant_id,
                engagement_id=engagement.id,
                client_id=engagement.client_id,
                cto_user_id=engagement.cto_user_id,
                author_id=self._work.actor.person,
                side=step.side,
                rating=rating,
                body=body,
            )
        )
        if step.side is Side.CLIENT:
            engagement.client_reviewed = True
        else:
            engagement.cto_reviewed = True
        self._work.publish("engagement.reviewed", await finish_step(self._work, step))
        if engagement.client_reviewed and engagement.cto_reviewed:
            self._work.publish("engagement.reviews_complete", {"engagement_id": str(engagement.id)})
        return engagement

    async def reveal(self, engagement_id: UUID) -> None:
        """Show both reviews when both are written or 14 days have passed; the client's becomes the CTO's public one.

        Nothing happens when it is too early, or has been done.

        Raises:
            Forbidden: the actor is not the product's own worker.
        """
        self._work.require(EngagementPermission.KEEP_TIME)
        engagement = await self._engagements.find(self._work.tenant_id, engagement_id, locked=True)
        if engagement is None or not _may_be_revealed(engagement):
            return
        step = await take_step(self._work, Action.REVEAL_REVIEWS, Seen(engagement_id, engagement.version))
        engagement.reviews_revealed_at = now()
        reveal = update(EngagementReview).where(
            EngagementReview.tenant_id == engagement.tenant_id, EngagementReview.engagement_id == engagement.id
        )
        await self._work.session.execute(reveal.values(revealed=True))
        for review in await self._engagements.parts_of(EngagementReview, engagement):
            if review.side == Side.CLIENT:
                await ReviewService(self._work).publish_of(
                    review.author_id, engagement.cto_id, rating=review.rating, body=review.body
                )
        self._work.publish("engagement.reviews_revealed", await finish_step(self._work, step))


def _may_be_revealed(engagement: Engagement) -> bool:
    if engagement.status != EngagementStatus.CLOSED or engagement.reviews_revealed_at is not None:
        return False
    both = engagement.client_reviewed and engagement.cto_reviewed
    return both or (engagement.closed_at is not None and engagement.closed_at + REVIEW_DAYS <= now())
