"""Parts of a profile in GraphQL."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from ctorendang.domains.accounts.people.avatars import SIDES
from ctorendang.domains.ctos.completeness import Completeness, Rule
from ctorendang.domains.ctos.languages import LANGUAGES, LanguageLevel
from ctorendang.domains.ctos.models import StatusChange
from ctorendang.domains.ctos.proof import Proof, ProofKind
from ctorendang.domains.ctos.repository import CtoFilter, HeldSkill
from ctorendang.domains.ctos.status import CtoStatus

strawberry.enum(CtoStatus, description="Where a profile stands.")
strawberry.enum(LanguageLevel, description="How well a language is spoken.")
strawberry.enum(ProofKind, description="What speaks for a CTO: a client's review, or an outcome that they tell.")


@strawberry.type(name="CtoSkill", description="A skill that a CTO names.")
class CtoSkillType:
    """A skill with a level."""

    id: strawberry.ID
    name: str
    level: int = strawberry.field(description="1 (has worked with it) to 5 (is asked about it by others).")
    years: int | None = strawberry.field(default=None, description="Of work with it; null where the CTO does not say.")

    @classmethod
    def of(cls, held: HeldSkill) -> "CtoSkillType":
        """From its row."""
        return cls(id=strawberry.ID(str(held.skill.id)), name=held.skill.name, level=held.level, years=held.years)


@strawberry.type(name="Position", description="A place that a CTO has worked at.")
class PositionType:
    """A row of the experience."""

    role: str
    company: str
    started: int = strawberry.field(description="The year.")
    ended: int | None = strawberry.field(description="The year; null when they are still there.")
    changed: str = strawberry.field(description="What became different there because of them.")

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "PositionType":
        """From what is stored."""
        return cls(**stored)


@strawberry.type(name="SpokenLanguage", description="A language that a CTO speaks.")
class SpokenLanguageType:
    """A language with a level."""

    code: str = strawberry.field(description="ISO 639-1.")
    name: str = strawberry.field(description="In English.")
    level: LanguageLevel

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "SpokenLanguageType":
        """From what is stored."""
        return cls(code=stored["name"], name=LANGUAGES[stored["name"]], level=LanguageLevel(stored["level"]))


@strawberry.type(name="ProfileStep", description="Something that helps a profile.")
class ProfileStepType:
    """A step, done or not."""

    text: str
    why: str
    section: str = strawberry.field(description="Of the page, where it is done.")
    done: bool

    @classmethod
    def of(cls, rule: Rule, *, done: bool) -> "ProfileStepType":
        """From its rule."""
        return cls(text=rule.text, why=rule.why, section=rule.section, done=done)


@strawberry.type(name="Completeness", description="How far a profile is.")
class CompletenessType:
    """Percent, and what to do next."""

    percent: int = strawberry.field(description="0 to 100.")
    next: ProfileStepType | None = strawberry.field(description="What would help most now; null when all is there.")
    steps: list[ProfileStepType]

    @classmethod
    def of(cls, found: Completeness) -> "CompletenessType":
        """From what was found."""
        best = found.next_step
        return cls(
            percent=found.percent,
            next=ProfileStepType.of(best, done=False) if best else None,
            steps=[ProfileStepType.of(rule, done=met) for rule, met in found.steps],
        )


@strawberry.type(name="StatusChange", description="That a profile came to stand elsewhere.")
class StatusChangeType:
    """Who, when and why."""

    before: CtoStatus | None = strawberry.field(description="Null for a profile that arrived with an import.")
    after: CtoStatus
    reason: str
    actor_name: str = strawberry.field(description="Empty where the product itself did it.")
    created_at: datetime

    @classmethod
    def of(cls, change: StatusChange) -> "StatusChangeType":
        """From its row."""
        return cls(
            before=CtoStatus(change.before) if change.before else None,
            after=CtoStatus(change.after),
            reason=change.reason,
            actor_name=change.actor_name,
            created_at=change.created_at,
        )


@strawberry.type
class FacetCount:
    """A value, and how many results would be left with it."""

    value: str
    count: int


@strawberry.enum(description="How large a picture is wanted.")
class AvatarSize(Enum):
    """Squares."""

    SMALL = strawberry.enum_value("small", description="128 pixels a side.")
    LARGE = strawberry.enum_value("large", description="512 pixels a side.")

    @property
    def side(self) -> int:
        """In pixels."""
        return SIDES[0] if self is AvatarSize.SMALL else SIDES[1]


@strawberry.input(name="CtoFilter")
class CtoFilterInput:
    """Which profiles: all of what is said must hold; of the industries one suffices."""

    search: str | None = None
    skills: list[str] | None = None
    industries: list[str] | None = None
    max_hourly_rate: int | None = strawberry.field(default=None, description="Minor units.")
    min_availability: int | None = strawberry.field(default=None, description="Hours a week.")
    min_years: int | None = None
    min_rating: float | None = None

    def value(self) -> CtoFilter:
        """As the service takes it."""
        return CtoFilter(
            search=self.search,
            skills=tuple(self.skills or ())[:10],
            industries=tuple(self.industries or ())[:30],
            max_hourly_rate=self.max_hourly_rate,
            min_availability=self.min_availability,
            min_years=self.min_years,
            min_rating=self.min_rating,
        )


@strawberry.type(name="Proof", description="One thing that speaks for a CTO.")
class ProofType:
    """A sentence or two, and whose they are."""

    kind: ProofKind
    text: str = strawberry.field(description="Cut at a word where it is long.")
    source: str = strawberry.field(description="Who wrote the review, or where the outcome was.")

    @classmethod
    def of(cls, proof: Proof) -> "ProofType":
        """From what was found."""
        return cls(kind=proof.kind, text=proof.text, source=proof.source)
