"""A project as its owner writes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ctorendang.domains.ctos.draft import MOST_RATE
from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.domains.projects.status import ProjectVisibility
from ctorendang.infra.validation import Fields
from ctorendang.kit.clock import now

MOST_SKILLS = 20
MOST_DELIVERABLES = 15
MOST_WEEKS = 260
MOST_BUDGET = 2_000_000_000
"""20 million, in minor units: the most that GraphQL's Int of 32 bits carries, in a round figure."""
UNTITLED = "Untitled project"


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """Everything a project says; only title and description must be there.

    Attributes:
        budget: minor units of the tenant's currency, for the whole project.
        max_hourly_rate: minor units.
        skills: names from the taxonomy, of what must be known.
        nice_skills: of what would help.
        currency: in which the amounts are meant, None for the marketplace's; no other is taken.
    """

    title: str
    description: str
    industry: str | None = None
    budget: int | None = None
    max_hourly_rate: int | None = None
    hours_per_week: int | None = None
    starts_on: date | None = None
    skills: Sequence[str] = ()
    nice_skills: Sequence[str] = ()
    stage: str | None = None
    goals: str = ""
    deliverables: Sequence[str] = ()
    length_weeks: int | None = None
    nda_required: bool = False
    visibility: str = ProjectVisibility.TENANT
    currency: str | None = None

    def check(self, fields: Fields, currency: str, *, unfinished: bool = False) -> "ProjectDraft":
        """The same, normalised; problems are noted in ``fields``. Whether the skills exist is asked later.

        Args:
            fields: where problems go.
            currency: the project's.
            unfinished: it is still being typed, so the description may be missing.
        """
        for name, skills in (("skills", self.skills), ("niceSkills", self.nice_skills)):
            if len(skills) > MOST_SKILLS:
                fields.refuse(name, f"Name at most {MOST_SKILLS} skills.")
        if self.currency not in (None, currency):
            fields.refuse("currency", f"Amounts are in {currency} here. Leave the currency out, or use {currency}.")
        if self.visibility not in set(ProjectVisibility):
            fields.refuse("visibility", "Choose who sees the project: every CTO, or those you invite.")
        return replace(
            self._check_terms(fields),
            skills=self.skills[:MOST_SKILLS],
            nice_skills=self.nice_skills[:MOST_SKILLS],
            title=fields.text("title", self.title, most=140),
            description=fields.text(
                "description", self.description, most=10_000, least=0 if unfinished else 1, lines=True
            ),
            goals=fields.text("goals", self.goals, most=4_000, least=0, lines=True),
            deliverables=self._check_deliverables(fields),
            industry=fields.choice("industry", self.industry, INDUSTRIES) if self.industry else None,
            stage=fields.choice("stage", self.stage, STAGES) if self.stage else None,
        )

    def _check_deliverables(self, fields: Fields) -> list[str]:
        said = [each for each in self.deliverables if each.strip()]
        if len(said) > MOST_DELIVERABLES:
            fields.refuse("deliverables", f"Name at most {MOST_DELIVERABLES} deliverables.")
        return [fields.text("deliverables", each, most=200) for each in said[:MOST_DELIVERABLES]]

    def _check_terms(self, fields: Fields) -> "ProjectDraft":
        today = now().date()
        soonest, latest = today - timedelta(days=366), today + timedelta(days=366 * 3)
        if self.length_weeks is not None and self.length_weeks < 1:
            fields.refuse("lengthWeeks", "A project ends after it starts: use one week or more.")
        return replace(
            self,
            budget=fields.optional_amount("budget", self.budget, most=MOST_BUDGET),
            max_hourly_rate=fields.optional_amount("maxHourlyRate", self.max_hourly_rate, most=MOST_RATE),
            hours_per_week=fields.optional_number("hoursPerWeek", self.hours_per_week, least=1, most=60),
            starts_on=fields.day("startsOn", self.starts_on, least=soonest, most=latest),
            length_weeks=fields.optional_number("lengthWeeks", self.length_weeks, least=1, most=MOST_WEEKS),
        )
