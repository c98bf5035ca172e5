"""Projects in Postgres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.models import Skill
from ctorendang.domains.ctos.skills import find_skills
from ctorendang.domains.projects.models import Project, ProjectSkill
from ctorendang.domains.projects.status import Importance
from ctorendang.infra.validation import beginning, findable, like, searched

_MOST_WORDS = 10
_MOST_CHOICES = 30


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects: all of what is said must hold; of the industries one suffices, and so of the stages.

    Attributes:
        search: a part of the title, or words that each stand in its texts or name a skill that it asks for.
        skills: names; a project must ask for each, as essential or as helpful.
        stages: of companies, as ``ctos.stages`` calls them.
        min_rate: minor units an hour; a project that names no limit stays.
        max_hours: a week; a project that does not say stays.
        not_of: a person whose own projects are left out.
    """

    status: str | None = None
    search: str | None = None
    skills: Sequence[str] = ()
    industries: Sequence[str] = ()
    stages: Sequence[str] = ()
    min_rate: int | None = None
    max_hours: int | None = None
    not_of: UUID | None = None


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


async def conditions(session: AsyncSession, tenant_id: UUID, wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    """What a project must be to be one of those wanted."""
    found: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        found.append(Project.status == wanted.status)
    if wanted.not_of is not None:
        found.append(Project.owner_id != wanted.not_of)
    if wanted.industries:
        found.append(Project.industry.in_(_choices(wanted.industries)))
    if wanted.stages:
        found.append(Project.stage.in_(_choices(wanted.stages)))
    if wanted.min_rate is not None:
        found.append(or_(Project.max_hourly_rate.is_(None), Project.max_hourly_rate >= wanted.min_rate))
    if wanted.max_hours is not None:
        found.append(or_(Project.hours_per_week.is_(None), Project.hours_per_week <= wanted.max_hours))
    skills = list(dict.fromkeys(wanted.skills))[:_MOST_CHOICES]
    known = await find_skills(session, skills) if skills else {}
    found += [_asks_for(tenant_id, Skill.id == known.get(name)) for name in skills]
    if text := searched(wanted.search):
        found.append(or_(Project.title.ilike(like(text)), await _says(session, tenant_id, text)))
    return found


async def _says(session: AsyncSession, tenant_id: UUID, text: str) -> ColumnElement[bool]:
    """Each word, or its beginning, stands in the texts or the name of a skill that is asked for."""
    words = [word for word in text.split() if any(character.isalnum() for character in word)][:_MOST_WORDS]
    other_names = await find_skills(session, words) if words else {}
    conditions = []
    for word in words:
        skill = or_(Skill.name.ilike(like(word)), Skill.id == other_names.get(word))
        either = [_asks_for(tenant_id, skill)]
        # Full text knows C++ and C# as C alone.
        if not {"+", "#"} & set(word):
            query = func.to_tsquery("english", beginning(word))
            # Words such as "the" stand in no index: they are found everywhere.
            either += [Project.words.op("@@")(query), func.numnode(query) == 0]
        conditions.append(or_(*either))
    return and_(*conditions) if conditions else false()


def _choices(values: Sequence[str]) -> list[str]:
    return [findable(value) for value in values[:_MOST_CHOICES]]


def _asks_for(tenant_id: UUID, skill: ColumnElement[bool]) -> ColumnElement[bool]:
    asking: Any = (
        select(ProjectSkill.project_id)
        .join(Skill, Skill.id == ProjectSkill.skill_id)
        .where(ProjectSkill.tenant_id == tenant_id, skill)
    )
    return Project.id.in_(asking)
