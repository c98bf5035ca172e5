"""Who stands among a project's first ten, kept by the worker, so that who is new there can be told."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.matching.exploration import SHOWN
from ctorendang.domains.matching.listing import Listing
from ctorendang.domains.matching.models import MatchPlace
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.projects_found import ProjectsFoundService
from ctorendang.domains.matching.vectors import nearest_first
from ctorendang.domains.projects.models import Project
from ctorendang.domains.projects.status import ProjectStatus
from ctorendang.infra.work import UnitOfWork

_NEAREST = 25
"""Projects whose lists are looked at again when a profile changes: a change rarely matters to those further away."""


class PlaceService:
    """Keeps ``match_places``, and says who entered."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = work.tenant_id

    async def refresh(self, project_id: UUID) -> list[UUID]:
        """Bring a project's first ten up to date; who is new among them.

        For each of those ``match.entered_top`` is published, unless the project has only just got its first list; the
        CTOs hear of a published project when they first stand there.
        """
        self._work.require(MatchingPermission.MAINTAIN)
        project = await self._session.get(Project, (self._tenant_id, project_id), with_for_update={"key_share": True})
        if project is None:
            return []
        ours = (MatchPlace.tenant_id == self._tenant_id) & (MatchPlace.project_id == project_id)
        before = set(await self._session.scalars(select(MatchPlace.cto_id).where(ours)))
        if project.status == ProjectStatus.CLOSED:
            await self._session.execute(delete(MatchPlace).where(ours))
            return []
        listed = await Listing(self._session, self._tenant_id).first(project_id, SHOWN)
        first_ten = [row.id for row in listed.rows]
        await self._session.execute(delete(MatchPlace).where(ours, MatchPlace.cto_id.not_in(first_ten)))
        for place, cto_id in enumerate(first_ten, 1):
            keys = {"tenant_id": self._tenant_id, "project_id": project_id, "cto_id": cto_id}
            statement = insert(MatchPlace).values(**keys, place=place)
            await self._session.execute(
                statement.on_conflict_do_update(index_elements=list(keys), set_={"place": place})
            )
        entered = [cto_id for cto_id in first_ten if cto_id not in before]
        await ProjectsFoundService(self._work).note(project, first_ten)
        if before:
            for cto_id in entered:
                self._work.publish(
                    "match.entered_top",
                    {"project_id": str(project_id), "cto_id": str(cto_id), "place": first_ten.index(cto_id) + 1},
                )
        return entered

    async def projects_near(self, cto_id: UUID) -> list[UUID]:
        """The open projects whose lists a changed profile may enter, move in or leave."""
        self._work.require(MatchingPermission.MAINTAIN)
        standing = select(MatchPlace.project_id).where(
            MatchPlace.tenant_id == self._tenant_id, MatchPlace.cto_id == cto_id
        )
        near = (
            nearest_first(select(Project.id), cto_id)
            .join(Cto, (Cto.tenant_id == Project.tenant_id) & (Cto.id == cto_id))
            .where(Project.tenant_id == self._tenant_id, Project.status == ProjectStatus.PUBLISHED)
            .where(Cto.user_id != Project.owner_id)
            .limit(_NEAREST)
        )
        found = {*(await self._session.scalars(standing)), *(await self._session.scalars(near))}
        return sorted(found)
