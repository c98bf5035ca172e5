"""A demo tenant as rows of the product's tables."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from ctorendang.demo.market import Candidate, Market, Member
from ctorendang.demo.postings import Posting
from ctorendang.domains.calendar.status import ExceptionKind
from ctorendang.domains.ctos.approvals import REASONS
from ctorendang.domains.ctos.taxonomy import own_id
from ctorendang.kit.ids import uuid7

# What a euro is about, so that rates look right in the tenant's currency.
_EURO_IN = {"USD": 1.1, "GBP": 0.86, "CHF": 0.95, "SEK": 11.0, "NOK": 11.5, "DKK": 7.5, "PLN": 4.3}

# Days from now: a holiday begins after the introductions that are booked, and an extra slot lies before it.
_AWAY_IN, _EXTRA_IN = 16, 9

COLUMNS = {
    "users": (
        "tenant_id", "id", "email", "name", "roles", "email_verified_at", "last_sign_in_at", "created_at", "time_zone",
    ),
    "password_credentials": ("tenant_id", "id", "user_id", "password_hash"),
    "ctos": (
        "tenant_id", "id", "user_id", "name", "headline", "bio", "hourly_rate", "currency", "availability",
        "years_experience", "industries", "time_zone", "status", "rating", "review_count", "published_at",
        "created_at", "updated_at", "stages", "experience", "languages",
    ),
    "cto_skills": ("tenant_id", "id", "cto_id", "skill_id", "level", "years"),
    "cto_status_changes": (
        "tenant_id", "id", "cto_id", "before", "after", "reason", "actor_id", "actor_name", "created_at",
    ),
    "calendars": ("tenant_id", "id", "cto_id", "weekly_hours", "told_hours"),
    "calendar_weekly_slots": ("tenant_id", "id", "cto_id", "weekday", "starts", "ends"),
    "calendar_exceptions": ("tenant_id", "id", "cto_id", "kind", "first_day", "last_day", "starts", "ends"),
    "reviews": ("tenant_id", "id", "cto_id", "author_id", "rating", "body", "created_at", "updated_at"),
    "projects": (
        "tenant_id", "id", "owner_id", "title", "description", "status", "industry", "budget", "currency",
        "max_hourly_rate", "hours_per_week", "starts_on", "created_at", "updated_at", "stage", "goals", "deliverables",
        "length_weeks", "nda_required", "visibility",
    ),
    "project_skills": ("tenant_id", "id", "project_id", "skill_id", "importance"),
}  # fmt: skip
"""The columns that are written, by table, in an order that foreign keys allow."""


@dataclass
class TenantRows:
    """Rows by table, and which CTO and project came of which part of the market.

    Attributes:
        client_ids: as people, in the order of the market's clients.
        cto_ids: in the order of its candidates.
        cto_user_ids: the same as people.
        rates: of the same, minor units an hour.
        project_ids: in the order of its postings.
    """

    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    client_ids: list[UUID] = field(default_factory=list)
    cto_ids: list[UUID] = field(default_factory=list)
    cto_user_ids: list[UUID] = field(default_factory=list)
    rates: list[int] = field(default_factory=list)
    project_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moderator:
    """Whoever moved a profile on."""

    user_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Turns what was made up for one tenant into rows.

    Attributes:
        password_hash: of the one password that all demo people share.
    """

    tenant_id: UUID
    currency: str
    password_hash: str
    now: datetime
    random: Random

    def make(self, market: Market) -> TenantRows:
        """All rows of a tenant."""
        rows = TenantRows()
        rows.client_ids += [self._user(rows, client) for client in market.clients]
        admin = Moderator(self._user(rows, market.admin), market.admin.person.name)
        for candidate in market.candidates:
            self._cto(rows, candidate, admin)
        for posting in market.postings:
            rows.project_ids.append(self._project(rows, posting))
        return rows

    def user(self, member: Member) -> TenantRows:
        """The rows of one person."""
        rows = TenantRows()
        self._user(rows, member)
        return rows

    def _user(self, rows: TenantRows, member: Member) -> UUID:
        user_id = uuid7(member.joined_at)
        signed_in = min(self.now, member.joined_at + timedelta(days=self.random.uniform(0, 600)))
        dates = (member.joined_at, signed_in, member.joined_at)
        person = (member.person.email, member.person.name, [member.role])
        rows.tables["users"].append((self.tenant_id, user_id, *person, *dates, member.person.time_zone))
        secret = (self.tenant_id, uuid7(member.joined_at), user_id, self.password_hash)
        rows.tables["password_credentials"].append(secret)
        return user_id

    def _cto(self, rows: TenantRows, candidate: Candidate, admin: "Moderator") -> None:
        profile, joined_at = candidate.profile, candidate.member.joined_at
        user_id, cto_id = self._user(rows, candidate.member), uuid7(joined_at)
        rate = self._money(profile.hourly_rate, 5)
        stars = [review.rating for review in candidate.reviews]
        rating = round(Decimal(sum(stars)) / len(stars), 2) if stars else None
        career = candidate.career
        rows.tables["ctos"].append((
            self.tenant_id, cto_id, user_id, profile.person.name, profile.headline, profile.bio, rate, self.currency,
            profile.availability, profile.years, list(profile.industries), profile.person.time_zone, candidate.status,
            rating, len(stars), candidate.published_at, joined_at, self._changed_at(candidate),
            list(career.stages), *(
                json.dumps([each.stored() for each in said]) for said in (career.experience, career.languages)
            ),
        ))  # fmt: skip
        for (skill, level), years in zip(profile.skills, career.skill_years, strict=True):
            rows.tables["cto_skills"].append((self.tenant_id, uuid7(joined_at), cto_id, own_id(skill), level, years))
        self._status_changes(rows, candidate, cto_id, user_id, admin)
        if profile.availability:
            self._calendar(rows, cto_id, profile.availability, joined_at)
        for review in candidate.reviews:
            at = review.written_at
            what = (rows.client_ids[review.author], review.rating, review.body, at, at)
            rows.tables["reviews"].append((self.tenant_id, uuid7(at), cto_id, *what))
        rows.cto_ids.append(cto_id)
        rows.cto_user_ids.append(user_id)
        rows.rates.append(rate)

    def _changed_at(self, candidate: Candidate) -> datetime:
        """When the profile was last worked on: some time since it was first shown, and rarely very long ago."""
        since = candidate.published_at or candidate.member.joined_at
        return max(since, self.now - timedelta(days=self.random.expovariate(1 / 60)))

    def _status_changes(
        self, rows: TenantRows, candidate: Candidate, cto_id: UUID, user_id: UUID, admin: "Moderator"
    ) -> None:
        """How the profile came to stand where it stands."""
        person = Moderator(user_id, candidate.member.person.name)
        joined_at, listed_at = candidate.member.joined_at, candidate.published_at
        moves = []
        if candidate.status != "draft":
            moves.append(("draft", "in_review", person, joined_at + timedelta(hours=5), ""))
        if candidate.status == "in_review" and candidate.profile.years % 2:
            moves.append(("in_review", "draft", admin, joined_at + timedelta(hours=11), REASONS["results"]))
            moves.append(("draft", "in_review", person, joined_at + timedelta(hours=20), ""))
        if listed_at is not None:
            moves.append(("in_review", "listed", admin, listed_at, ""))
        if candidate.status == "paused" and listed_at is not None:
            moves.append(("listed", "paused", person, listed_at + (self.now - listed_at) * 0.9, ""))
        for before, after, actor, at, reason in moves:
            change = (before, after, reason, actor.user_id, actor.name, at)
            rows.tables["cto_status_changes"].append((self.tenant_id, uuid7(at), cto_id, *change))

    def _calendar(self, rows: TenantRows, cto_id: UUID, hours: int, joined_at: datetime) -> None:
        """Times for introductions on three days of the week, mornings or afternoons; some have a holiday before them.

        The same for the same hours, so that nothing is decided by chance that tests would have to repeat.
        """
        rows.tables["calendars"].append((self.tenant_id, uuid7(joined_at), cto_id, hours, hours))
        for weekday in {(hours + step) % 5 for step in (0, 1, 3)}:
            starts = (9, 14)[(hours + weekday) % 2] * 60
            slot = (cto_id, weekday, starts, starts + 150)
            rows.tables["calendar_weekly_slots"].append((self.tenant_id, uuid7(joined_at), *slot))
        if hours % 8 == 0:
            away, extra = (self.now + timedelta(days=days) for days in (_AWAY_IN, _EXTRA_IN))
            last = away + timedelta(days=4 + hours // 4)
            for exception in (
                (ExceptionKind.OFF, away.date(), last.date(), None, None),
                (ExceptionKind.EXTRA, extra.date(), extra.date(), 17 * 60, 19 * 60),
            ):
                rows.tables["calendar_exceptions"].append((self.tenant_id, uuid7(self.now), cto_id, *exception))

    def _project(self, rows: TenantRows, posting: Posting) -> UUID:
        brief, at = posting.brief, posting.posted_at
        project_id = uuid7(at)
        starts_on = (at + timedelta(days=self.random.randrange(21, 80))).date()
        rows.tables["projects"].append((
            self.tenant_id, project_id, rows.client_ids[posting.owner], brief.title, brief.description, posting.status,
            brief.industry, self._money(brief.budget, 1_000), self.currency, self._money(brief.hourly_rate, 5),
            brief.hours, starts_on, at, at, brief.stage, brief.goals, list(brief.deliverables), brief.weeks,
            posting.guarded, "invited" if posting.guarded else "tenant",
        ))  # fmt: skip
        for importance, skills in (("must", brief.skills), ("nice", brief.nice)):
            for skill in skills:
                asked = (project_id, own_id(skill), importance)
                rows.tables["project_skills"].append((self.tenant_id, uuid7(at), *asked))
        return project_id

    def _money(self, euros: int, step: int) -> int:
        """Minor units of the tenant's currency, rounded as people round."""
        return 100 * step * round(euros * _EURO_IN.get(self.currency, 1) / step)
