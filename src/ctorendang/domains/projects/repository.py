"""Projects in Postgres."""

from collections.abc import Mapping
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.projects.models import Project, ProjectSkill
from ctorendang.domains.projects.status import Importance


class ProjectRepository(SQLAlchemyAsyncRepository[Project]):
    """Reads and writes projects."""

    model_type = Project

    async def find(self, tenant_id: UUID, project_id: UUID, *, locked: bool = False) -> Project | None:
        """One project, whosever it is."""
        return await self.session.get(Project, (tenant_id, project_id), with_for_update=locked or None)

    async def skills_of(
        self, tenant_id: UUID, project_ids: list[UUID], importance: Importance
    ) -> dict[UUID, list[Skill]]:
        """The skills that some projects must have, or would like to, by name."""
        statement = (
            select(ProjectSkill.project_id, Skill)
            .join(Skill, Skill.id == ProjectSkill.skill_id)
            .where(
                ProjectSkill.tenant_id == tenant_id,
                ProjectSkill.project_id.in_(project_ids),
                ProjectSkill.importance == importance,
            )
            .order_by(Skill.name)
        )
        found: dict[UUID, list[Skill]] = {project_id: [] for project_id in project_ids}
        for project_id, skill in await self.session.execute(statement):
            found[project_id].append(skill)
        return found

    async def put_skills(self, tenant_id: UUID, project_id: UUID, wanted: Mapping[UUID, Importance]) -> None:
        """Have a project ask for exactly these skills, each as much as is said."""
        await self.session.execute(
            delete(ProjectSkill).where(
                ProjectSkill.tenant_id == tenant_id,
                ProjectSkill.project_id == project_id,
                ProjectSkill.skill_id.not_in(wanted),
            )
        )
        if wanted:
            keys = {"tenant_id": tenant_id, "project_id": project_id}
            rows = [{**keys, "skill_id": skill_id, "importance": each} for skill_id, each in wanted.items()]
            statement = insert(ProjectSkill).values(rows)
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["tenant_id", "project_id", "skill_id"],
                    set_={"importance": statement.excluded.importance},
                )
            )
