"""Telling a project's owner's mind: who is not to be among its matches, and why."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.matching.errors import NoFeedbackGiven
from ctorendang.domains.matching.models import MatchFeedback
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.projects.models import Project
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork


class DismissalReason(StrEnum):
    """Why somebody is not relevant."""

    SKILLS = "skills"
    SENIORITY = "seniority"
    RATE = "rate"
    AVAILABILITY = "availability"
    INDUSTRY = "industry"
    STAGE = "stage"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A CTO who is left out of a project's matches; ``reason`` is None where it was only hidden."""

    cto: Cto
    kind: str
    reason: str | None


class FeedbackService:
    """Feedback on the matches of one's own projects; it changes the list at once, and can be taken back."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def dismiss(self, project_id: UUID, cto_id: UUID, reason: str | None = None) -> Cto:
        """Leave a CTO out of a project's matches; said again, the reason is replaced.

        Args:
            reason: why they are not relevant, a ``DismissalReason``; None hides them without judging.

        Raises:
            Forbidden: the actor has no matches.
            NotFound: the project is not the actor's, or there is no such CTO to see.
            InvalidInput: the reason is not known.
        """
        self._work.require(MatchingPermission.JUDGE)
        fields = Fields()
        if reason is not None:
            fields.choice("reason", reason, list(DismissalReason))
        fields.done()
        await self._own(project_id)
        cto = await self._session.get(Cto, (self._tenant_id, cto_id))
        if cto is None or cto.status != CtoStatus.LISTED:
            raise NotFound("There is no such CTO.")
        keys = {"tenant_id": self._tenant_id, "project_id": project_id, "cto_id": cto_id}
        values = {
            "given_by": self._work.actor.person,
            "kind": "hidden" if reason is None else "not_relevant",
            "reason": reason,
        }
        statement = insert(MatchFeedback).values(**keys, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))
        details = {"cto_id": str(cto_id)} | ({"reason": reason} if reason else {})
        record(self._work, "matching.match.dismissed", Subject("project", project_id), details)
        self._work.publish("match.judged", {"project_id": str(project_id)})
        return cto

    async def restore(self, project_id: UUID, cto_id: UUID) -> Cto:
        """Let a CTO be among a project's matches again.

        Raises:
            Forbidden: the actor has no matches.
            NotFound: the project is not the actor's, or there is no such CTO to see.
            NoFeedbackGiven: they were not left out.
        """
        self._work.require(MatchingPermission.JUDGE)
        await self._own(project_id)
        cto = await self._session.get(Cto, (self._tenant_id, cto_id))
        # What is not listed is not shown, not even as the answer to this.
        if cto is None or cto.status != CtoStatus.LISTED:
            raise NotFound("There is no such CTO.")
        ours = (MatchFeedback.tenant_id == self._tenant_id) & (MatchFeedback.project_id == project_id)
        found = await self._session.execute(
            delete(MatchFeedback).where(ours, MatchFeedback.cto_id == cto_id).returning(MatchFeedback.id)
        )
        if found.first() is None:
            raise NoFeedbackGiven
        record(self._work, "matching.match.restored", Subject("project", project_id), {"cto_id": str(cto_id)})
        self._work.publish("match.judged", {"project_id": str(project_id)})
        return cto

    async def dismissed(self, project_id: UUID) -> list[Dismissed]:
        """Who is left out of the matches of one's project, the last one first.

        Raises:
            Forbidden: the actor has no matches.
            NotFound: the project is not the actor's.
        """
        self._work.require(MatchingPermission.JUDGE)
        await self._own(project_id)
        statement = (
            select(Cto, MatchFeedback.kind, MatchFeedback.reason)
            .join(MatchFeedback, (MatchFeedback.tenant_id == Cto.tenant_id) & (MatchFeedback.cto_id == Cto.id))
            .where(MatchFeedback.tenant_id == self._tenant_id, MatchFeedback.project_id == project_id)
            .where(Cto.status == CtoStatus.LISTED)
            .order_by(MatchFeedback.created_at.desc(), MatchFeedback.id.desc())
            .limit(50)
        )
        return [Dismissed(row.Cto, row.kind, row.reason) for row in await self._session.execute(statement)]

    async def _own(self, project_id: UUID) -> None:
        project = await self._session.get(Project, (self._tenant_id, project_id))
        if project is None or project.owner_id != self._work.actor.person:
            raise NotFound("There is no such project of yours.")
