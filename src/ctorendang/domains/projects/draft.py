"""A project as its owner writes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.infra.validation import Fields
from ctorendang.kit.clock import now

MOST_SKILLS = 20
MOST_BUDGET = 2_000_000_000
"""20 million, in minor units: the most that GraphQL's Int of 32 bits carries, in a round figure."""
MOST_RATE = 1_000_000
"""10,000.00 an hour, in minor units."""


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """Everything a project says; only title and description must be there.

    Attributes:
        budget: minor units of the tenant's currency, for the whole project.
        max_hourly_rate: minor units.
        skills: names from the taxonomy.
    """

    title: str
    description: str
    industry: str | None = None
    budget: int | None = None
    max_hourly_rate: int | None = None
    hours_per_week: int | None = None
    starts_on: date | None = None
    skills: Sequence[str] = ()

    def check(self, fields: Fields) -> "ProjectDraft":
        """The same, normalised; problems are noted in ``fields``. Whether the skills exist is asked later."""
        if len(self.skills) > MOST_SKILLS:
            fields.refuse("skills", f"Name at most {MOST_SKILLS} skills.")
        today = now().date()
        return replace(
            self,
            skills=self.skills[:MOST_SKILLS],
            title=fields.text("title", self.title, most=140),
            description=fields.text("description", self.description, most=10_000, lines=True),
            industry=fields.choice("industry", self.industry, INDUSTRIES) if self.industry else None,
            budget=fields.optional_number("budget", self.budget, least=0, most=MOST_BUDGET),
            max_hourly_rate=fields.optional_number("maxHourlyRate", self.max_hourly_rate, least=0, most=MOST_RATE),
            hours_per_week=fields.optional_number("hoursPerWeek", self.hours_per_week, least=1, most=60),
            starts_on=fields.day(
                "startsOn", self.starts_on, least=today - timedelta(days=366), most=today + timedelta(days=366 * 3)
            ),
        )
