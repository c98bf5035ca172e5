"""A bounded chance for newcomers: whoever has no reviews yet would otherwise be seen by nobody, and so never get any.

The tenth place of a list, never a better one, goes to the newcomer further down who was seen least. The score stays
what it is; only the place is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

SHOWN = 10
"""The first ten of a list: what its readers see, are told of, and are measured by."""
LOOKED_AT = 40
"""How far down newcomers are looked for."""
ENOUGH = 2
"""Places among a project's first ten, after which a newcomer needs no help any more."""
NEARNESS = 0.88
"""A newcomer's least score, as a share of the tenth's: a chance is given to people who fit."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Ranked:
    """What exploration must know about somebody in a list.

    Attributes:
        newcomer: listed lately and without reviews.
        places: how many projects have them among the first ten.
        here: whether they stand among this project's first ten, so that they keep the place they were given.
    """

    score: float
    newcomer: bool
    places: int
    here: bool


def explored(rows: Sequence[Row], ranked: Sequence[Ranked]) -> tuple[list[Row], int | None]:
    """The rows with one newcomer lifted to the tenth place, and the index of that row there; None where nobody was.

    Args:
        rows: best first.
        ranked: of the same people, in the same order.
    """
    if len(rows) <= SHOWN:
        return list(rows), None
    least = ranked[SHOWN - 1].score * NEARNESS
    waiting = [
        (not each.here, each.places, index)
        for index, each in enumerate(ranked[:LOOKED_AT])
        if index >= SHOWN and each.newcomer and each.score >= least and (each.here or each.places < ENOUGH)
    ]
    if not waiting:
        return list(rows), None
    *_, chosen = min(waiting)
    lifted = [*rows[: SHOWN - 1], rows[chosen], *rows[SHOWN - 1 : chosen], *rows[chosen + 1 :]]
    return lifted, SHOWN - 1
