"""Projects in Postgres."""

from collections.abc import Sequence
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.projects.models import Project, ProjectSkill


class ProjectRepository(SQLAlchemyAsyncRepository[Project]):
    """Reads and writes projects."""

    model_type = Project

    async def find(self, tenant_id: UUID, project_id: UUID, *, locked: bool = False) -> Project | None:
        """One project, whosever it is."""
        return await self.session.get(Project, (tenant_id, project_id), with_for_update=locked or None)

    async def skills_of(self, tenant_id: UUID, project_ids: list[UUID]) -> dict[UUID, list[Skill]]:
        """The skills that some projects ask for, by name."""
        statement = (
            select(ProjectSkill.project_id, Skill)
            .join(Skill, Skill.id == ProjectSkill.skill_id)
            .where(ProjectSkill.tenant_id == tenant_id, ProjectSkill.project_id.in_(project_ids))
            .order_by(Skill.name)
        )
        found: dict[UUID, list[Skill]] = {project_id: [] for project_id in project_ids}
        for project_id, skill in await self.session.execute(statement):
            found[project_id].append(skill)
        return found

    async def put_skills(self, tenant_id: UUID, project_id: UUID, skill_ids: Sequence[UUID]) -> None:
        """Have a project ask for exactly these skills."""
        await self.session.execute(
            delete(ProjectSkill).where(
                ProjectSkill.tenant_id == tenant_id,
                ProjectSkill.project_id == project_id,
                ProjectSkill.skill_id.not_in(skill_ids),
            )
        )
        if skill_ids:
            rows = [{"tenant_id": tenant_id, "project_id": project_id, "skill_id": each} for each in skill_ids]
            await self.session.execute(insert(ProjectSkill).values(rows).on_conflict_do_nothing())
