"""A CTO profile as its owner writes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ctorendang.domains.ctos.industries import INDUSTRIES
from ctorendang.domains.ctos.sections import Position, SpokenLanguage, check_languages, check_positions
from ctorendang.domains.ctos.stages import STAGES
from ctorendang.infra.validation import Fields

MOST_SKILLS = 20
USUAL_LEVEL = 3
"""Of a skill that is named without a level."""
SHORTEST_BIO = 40
MOST_RATE = 1_000_000
"""10,000.00 an hour, in minor units."""


@dataclass(frozen=True, slots=True)
class NamedSkill:
    """A skill as typed, with the level claimed, 1 to 5, and how many years of work with it."""

    name: str
    level: int
    years: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """Everything a profile says.

    Attributes:
        hourly_rate: minor units of the tenant's currency.
        availability: hours a week.
    """

    headline: str
    bio: str
    hourly_rate: int | None
    availability: int | None
    years_experience: int | None
    time_zone: str = "UTC"
    industries: Sequence[str] = ()
    skills: Sequence[NamedSkill] = ()
    stages: Sequence[str] = ()
    experience: Sequence[Position] = ()
    languages: Sequence[SpokenLanguage] = ()

    def check(self, fields: Fields, *, shortest_bio: int = SHORTEST_BIO) -> "ProfileDraft":
        """The same, normalised; problems are noted in ``fields``. Whether the skills exist is asked later."""
        if len(self.skills) > MOST_SKILLS:
            fields.refuse("skills", f"Name at most {MOST_SKILLS} skills.")
        for skill in self.skills[:MOST_SKILLS]:
            fields.number("skills", skill.level, least=1, most=5)
            fields.optional_number("skills", skill.years, least=0, most=60)
        return replace(
            self,
            skills=self.skills[:MOST_SKILLS],
            headline=fields.text("headline", self.headline, most=140),
            bio=fields.text("bio", self.bio, most=6_000, least=shortest_bio, lines=True),
            hourly_rate=fields.amount("hourlyRate", self.hourly_rate, most=MOST_RATE),
            availability=fields.number("availability", self.availability, least=0, most=60),
            years_experience=fields.number("yearsExperience", self.years_experience, least=0, most=60),
            time_zone=fields.time_zone("timeZone", self.time_zone),
            industries=fields.choices("industries", self.industries, INDUSTRIES, most=8),
            stages=fields.choices("stages", self.stages, STAGES, most=len(STAGES)),
            experience=check_positions(self.experience, fields),
            languages=check_languages(self.languages, fields),
        )
