"""Who works with whom in a demo tenant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ctorendang.demo.courses import Course, Pair
from ctorendang.demo.histories import History, HistoryTeller
from ctorendang.demo.market import Candidate, Market
from ctorendang.demo.postings import PLOTS_OF_CTO, Posting
from ctorendang.demo.rows import TenantRows

_T = HistoryTeller
_PLOTS: Mapping[str, Sequence[History]] = {
    "choosing": (_T.proposed, _T.introduced, _T.shortlisted, _T.shortlisted, _T.removed),
    "guarded": (_T.introduced, _T.shortlisted),
    "in_trial": (_T.in_trial,),
    "at_work": (_T.at_work, _T.declined),
    "closing": (_T.closing,),
    "finished": (_T.finished,),
    "undecided": (_T.undecided,),
    "called_off": (_T.called_off,),
    "asks": (_T.introduced, _T.shortlisted),
    "answers": (_T.countered, _T.proposed),
    "doubts": (_T.doubts,),
    "remembered": (_T.finished,),
}
"""What goes on about a project, by its plot: one history a CTO."""

# The CTO to sign in as has work of their own plots, and no time for others'.
_BUSY = (_T.at_work, _T.undecided, _T.called_off, _T.closing, _T.finished)

# Terms are open in these, and the CTO still has the hours that they began with.
_OFFERING = (_T.proposed, _T.countered)

_MOST_HOURS, _FEWEST_HOURS = 20, 4
_TALKED_DOWN = 4
"""Hours by which a CTO's first terms are above what is talked of at last."""
_WEEK = 60


@dataclass(slots=True)
class Matchmaker:
    """Finds the CTOs for a tenant's projects, and has their histories told.

    Attributes:
        rows: what was made of the market, for the ids.
        teller: of the histories.
    """

    tenant_id: UUID
    currency: str
    market: Market
    rows: TenantRows
    teller: HistoryTeller

    def courses(self) -> list[Course]:
        """Everything that goes on in the tenant."""
        sold: dict[int, int] = {}
        return [course for number in range(len(self.market.postings)) for course in self._of_project(number, sold)]

    def invited(self, number: int) -> list[int]:
        """The CTOs who may see a guarded project: the three who suit it best, and the one to sign in as."""
        others = [each for each in self._suited(self.market.postings[number], {}) if each]
        return [0, *others[:3]] if self.market.candidates else []

    def _of_project(self, number: int, sold: dict[int, int]) -> Iterator[Course]:
        posting, taken = self.market.postings[number], set[int]()
        for history in _PLOTS.get(posting.plot, ()):
            wanted = self._suited(posting, sold)
            if history is HistoryTeller.finished:
                wanted = [each for each in wanted if _reviewed_by(self.market.candidates[each], posting.owner)]
            if posting.plot in PLOTS_OF_CTO and not taken:
                wanted = [each for each in wanted if each == 0]
            elif history in _BUSY:
                wanted = [each for each in wanted if each]
            if history in _OFFERING:
                wanted = [each for each in wanted if self._offered(each) >= _FEWEST_HOURS]
            if posting.guarded:
                wanted = self.invited(number)[1:]
            chosen = next((each for each in wanted if each not in taken), None)
            if chosen is None:
                continue
            taken.add(chosen)
            room = self._offered(chosen) if history in _OFFERING else self._room(chosen, sold)
            hours = min(posting.brief.hours, _MOST_HOURS, room)
            client = self.market.clients[posting.owner].person.name
            course = history(self.teller, self._pair(number, chosen), client, hours)
            if course.sold is not None:
                sold[chosen] = sold.get(chosen, 0) + hours
            yield course

    def _suited(self, posting: Posting, sold: Mapping[int, int]) -> list[int]:
        """Those listed since before the project, with hours left, who know most of what it asks for first."""
        wanted = {*posting.brief.skills}

        def merit(number: int) -> tuple[int, int]:
            profile = self.market.candidates[number].profile
            return -len(wanted & {name for name, _ in profile.skills}), number

        return sorted(
            (
                number
                for number, one in enumerate(self.market.candidates)
                if one.status == "listed"
                and one.published_at is not None
                and one.published_at < posting.posted_at
                and self._room(number, sold) >= _FEWEST_HOURS
            ),
            key=merit,
        )

    def _room(self, number: int, sold: Mapping[int, int]) -> int:
        return _WEEK - self.market.candidates[number].profile.availability - sold.get(number, 0)

    def _offered(self, number: int) -> int:
        return self.market.candidates[number].profile.availability - _TALKED_DOWN

    def _pair(self, project: int, cto: int) -> Pair:
        posting, candidate = self.market.postings[project], self.market.candidates[cto]
        return Pair(
            tenant_id=self.tenant_id,
            currency=self.currency,
            project_id=self.rows.project_ids[project],
            client_id=self.rows.client_ids[posting.owner],
            cto_id=self.rows.cto_ids[cto],
            cto_user_id=self.rows.cto_user_ids[cto],
            posting=posting,
            candidate=candidate,
            rate=self.rows.rates[cto],
        )


def _reviewed_by(candidate: Candidate, author: int) -> bool:
    return any(review.author == author for review in candidate.reviews)
