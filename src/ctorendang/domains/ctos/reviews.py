"""What clients say about CTOs."""

from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.errors import CannotReviewOneself
from ctorendang.domains.ctos.models import Cto, Review
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.repository import NEWEST_REVIEWS, CtoRepository, ReviewRepository
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.db.paging import Page, PageRequest, fetch_page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork


class ReviewService:
    """Writing and reading reviews."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._ctos = CtoRepository(session=work.session)
        self._reviews = ReviewRepository(session=work.session)

    async def write(self, cto_id: UUID, *, rating: int, body: str) -> Review:
        """Review a listed CTO, replacing one's earlier review.

        Args:
            cto_id: whom.
            rating: 1 to 5 stars.
            body: plain text, at most 4,000 characters.

        Raises:
            Forbidden: the actor's role does not review.
            NotFound: no such CTO is listed here.
            CannotReviewOneself: the actor is that CTO.
        """
        self._work.require(CtoPermission.WRITE_REVIEW)
        fields = Fields()
        rating = fields.number("rating", rating, least=1, most=5)
        body = fields.text("body", body, most=4_000, lines=True)
        fields.done()
        cto = await self._of_another(cto_id, self._work.actor.person)
        if cto.status != CtoStatus.LISTED:
            raise NotFound("This CTO is not listed here.")
        return await self._put(cto_id, self._work.actor.person, rating, body)

    async def publish_of(self, author_id: UUID, cto_id: UUID, *, rating: int, body: str) -> Review:
        """Make public what a client wrote of an engagement, in place of their earlier review; for the product itself.

        Args:
            author_id: the client.
            cto_id: whom they engaged, listed or not.
            rating: 1 to 5 stars, checked before.
            body: plain text, checked before.

        Raises:
            Forbidden: the actor is not the product's own worker.
            NotFound: there is no such CTO any more.
            CannotReviewOneself: the author is that CTO.
        """
        self._work.require(CtoPermission.PUBLISH_REVIEW)
        await self._of_another(cto_id, author_id)
        return await self._put(cto_id, author_id, rating, body)

    async def _of_another(self, cto_id: UUID, author_id: UUID) -> Cto:
        cto = await self._ctos.get_locked(self._work.tenant_id, cto_id)
        if cto.user_id == author_id:
            raise CannotReviewOneself("Ask a client to review you instead.")
        return cto

    async def _put(self, cto_id: UUID, author_id: UUID, rating: int, body: str) -> Review:
        review = await self._reviews.put(
            tenant_id=self._work.tenant_id, cto_id=cto_id, author_id=author_id, rating=rating, body=body
        )
        record(self._work, "ctos.review.written", Subject("review", review.id), {"rating": rating})
        self._work.publish("review.written", {"review_id": str(review.id)})
        return review

    async def page(self, cto_id: UUID, request: PageRequest) -> Page[Review]:
        """A CTO's reviews, newest first.

        Raises:
            InvalidInput: the page makes no sense.
        """
        self._work.require(CtoPermission.READ)
        statement = select(Review).where(Review.tenant_id == self._work.tenant_id, Review.cto_id == cto_id)
        return await fetch_page(self._work.session, statement, NEWEST_REVIEWS, request)

    async def first_of_each(self, cto_ids: list[UUID], size: int) -> dict[UUID, Page[Review]]:
        """The newest reviews of several CTOs, in one query."""
        self._work.require(CtoPermission.READ)
        return await self._reviews.first_of_each(self._work.tenant_id, cto_ids, size)
