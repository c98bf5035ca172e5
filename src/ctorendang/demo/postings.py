"""Which projects a demo tenant has, where they stand, and what is going on about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ctorendang.demo.projects import Brief, write_briefs


@dataclass(frozen=True, slots=True)
class Posting:
    """A project of the client of that number.

    Attributes:
        plot: what goes on about it, a name that ``engagements`` knows; empty where nothing does.
        guarded: only invited CTOs see it, and after an agreement not to pass anything on.
    """

    owner: int
    brief: Brief
    status: str
    posted_at: datetime
    plot: str = ""
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """A project that every tenant has; ``days`` is how long ago it was posted, at least and at most."""

    plot: str
    status: str
    days: tuple[int, int]


# Those of the client to sign in as, so that one project stands in each state and one engagement in each as well.
_OWN = (
    _Plan("choosing", "published", (6, 9)),
    _Plan("", "draft", (0, 2)),
    _Plan("finished", "closed", (200, 230)),
    _Plan("at_work", "paused", (100, 110)),
    _Plan("in_trial", "published", (44, 48)),
    _Plan("guarded", "published", (12, 16)),
    _Plan("closing", "closed", (120, 130)),
)
# Those of other clients about which the CTO to sign in as has something to do.
_OF_CTO = (
    _Plan("asks", "published", (5, 9)),
    _Plan("answers", "published", (8, 14)),
    _Plan("doubts", "published", (80, 90)),
    _Plan("remembered", "closed", (200, 230)),
)
_OTHERS = (
    _Plan("choosing", "published", (6, 20)),
    _Plan("", "published", (1, 60)),
    _Plan("undecided", "published", (60, 90)),
    _Plan("at_work", "published", (100, 120)),
    _Plan("called_off", "closed", (80, 120)),
    _Plan("finished", "closed", (200, 240)),
    _Plan("", "draft", (0, 20)),
)
PLOTS_OF_CTO = frozenset({"in_trial", *(plan.plot for plan in _OF_CTO)})


def write_postings(
    random: Random, now: datetime, kinds: Mapping[str, float], count: int, *, clients: int, known_to: Sequence[int]
) -> list[Posting]:
    """``count`` projects, those of the people to sign in as first.

    Args:
        random: decides the rest.
        now: dates are told backwards from it.
        kinds: as for ``write_briefs``.
        count: how many.
        clients: how many there are to own them.
        known_to: the clients who have reviewed the CTO to sign in as.
    """
    postings = []
    for number, brief in enumerate(write_briefs(random, kinds, count)):
        plan = (*_OWN, *_OF_CTO)[number] if number < len(_OWN) + len(_OF_CTO) else random.choice(_OTHERS)
        owner = 0 if number < len(_OWN) else random.randrange(1, max(2, clients))
        if plan.plot == "remembered":
            owner = next((each for each in known_to if each), owner)
        posted_at = now - timedelta(days=random.uniform(*plan.days))
        postings.append(Posting(owner, brief, plan.status, posted_at, plan.plot, plan.plot == "guarded"))
    return postings
