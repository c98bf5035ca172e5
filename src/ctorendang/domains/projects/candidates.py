"""Finding CTOs by name, to invite them to one's project."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, func, literal, or_, select

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.infra.validation import Fields, like, searched
from ctorendang.infra.work import UnitOfWork

MOST_FOUND = 20
_MOST_WORDS = 5
_NEAR = 0.4
"""How like a word of a name must be (pg_trgm): two letters changed places in a name of six are."""
_SHORTEST_MISTYPED = 4
_LINKED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class CandidateService:
    """Whom the actor could invite."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def named(self, typed: str, size: int) -> Sequence[Cto]:
        """Listed CTOs other than the actor who are called something like a text, the likest first.

        Every word must be in the name or, from four letters on, like a part of it. The id or the address of a profile
        finds that one. Without a text nobody is found.

        Raises:
            Forbidden: the actor manages no projects.
            InvalidInput: so many are not shown at once.
        """
        self._work.require(ProjectPermission.MANAGE_OWN)
        fields = Fields()
        size = fields.number("first", size, least=1, most=MOST_FOUND)
        fields.done()
        words = searched(typed).split()[:_MOST_WORDS]
        if not words:
            return []
        listed = select(Cto).where(
            Cto.tenant_id == self._work.tenant_id,
            Cto.status == CtoStatus.LISTED,
            Cto.user_id != self._work.actor.person,
        )
        if (linked := linked_cto(typed)) is not None:
            return (await self._work.session.scalars(listed.where(Cto.id == linked))).all()
        likeness = [_likeness(word) for word in words]
        listed = listed.where(and_(*(_is_called(word) for word in words)))
        order = [sum(likeness[1:], likeness[0]).desc(), Cto.name, Cto.id]
        return (await self._work.session.scalars(listed.order_by(*order).limit(size))).all()


def linked_cto(typed: str) -> UUID | None:
    """The CTO whose id, or the address of whose profile, a text holds."""
    found = _LINKED.search(typed)
    return UUID(found[0]) if found else None


def _is_called(word: str) -> ColumnElement[bool]:
    holds = Cto.name.ilike(like(word))
    return or_(holds, _likeness(word) >= _NEAR) if len(word) >= _SHORTEST_MISTYPED else holds


def _likeness(word: str) -> ColumnElement[float]:
    return func.word_similarity(literal(word, Text()), Cto.name)
