"""One thing that speaks for a CTO, where there is no room for more."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.ctos.models import Cto, Review
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.infra.work import UnitOfWork

LONGEST = 140
_PRAISE = 4
"""Stars from which on a review speaks for somebody."""


class ProofKind(StrEnum):
    """Whose word it is."""

    REVIEW = "review"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was said, and by whom; of an outcome, at which company."""

    kind: ProofKind
    text: str
    source: str


class ProofService:
    """Finds what speaks for CTOs."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def of_ctos(self, cto_ids: list[UUID]) -> dict[UUID, Proof]:
        """The newest good review of each, or else the latest outcome that they tell; those without either are left out.

        Raises:
            Forbidden: the actor reads no profiles.
        """
        self._work.require(CtoPermission.READ)
        return {**await self._outcomes(cto_ids), **await self._reviews(cto_ids)}

    async def _reviews(self, cto_ids: list[UUID]) -> dict[UUID, Proof]:
        statement = (
            select(Review)
            .ext(distinct_on(Review.cto_id))
            .where(
                Review.tenant_id == self._work.tenant_id,
                Review.cto_id.in_(cto_ids),
                Review.rating >= _PRAISE,
                Review.body != "",
            )
            .order_by(Review.cto_id, Review.created_at.desc(), Review.id.desc())
        )
        reviews = (await self._work.session.scalars(statement)).all()
        names = await names_of(self._work, [review.author_id for review in reviews])
        return {each.cto_id: Proof(ProofKind.REVIEW, shortened(each.body), names[each.author_id]) for each in reviews}

    async def _outcomes(self, cto_ids: list[UUID]) -> dict[UUID, Proof]:
        statement = select(Cto.id, Cto.experience).where(Cto.tenant_id == self._work.tenant_id, Cto.id.in_(cto_ids))
        found = {}
        for cto_id, experience in await self._work.session.execute(statement):
            told = next((position for position in experience if position["changed"]), None)
            if told is not None:
                found[cto_id] = Proof(ProofKind.OUTCOME, shortened(told["changed"]), told["company"])
        return found


def shortened(text: str) -> str:
    """A text on one line, cut behind a whole word where it is longer than fits."""
    line = " ".join(text.split())
    if len(line) <= LONGEST:
        return line
    cut = line[: LONGEST - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.–-") + "…"
