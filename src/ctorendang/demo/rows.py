"""A demo tenant as rows of the product's tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from ctorendang.demo.market import Candidate, Market, Member, Posting
from ctorendang.domains.ctos.taxonomy import own_id
from ctorendang.kit.ids import uuid7

# What a euro is about, so that rates look right in the tenant's currency.
_EURO_IN = {"USD": 1.1, "GBP": 0.86, "CHF": 0.95, "SEK": 11.0, "NOK": 11.5, "DKK": 7.5, "PLN": 4.3}

COLUMNS = {
    "users": ("tenant_id", "id", "email", "name", "roles", "email_verified_at", "last_sign_in_at", "created_at"),
    "password_credentials": ("tenant_id", "id", "user_id", "password_hash"),
    "ctos": (
        "tenant_id", "id", "user_id", "name", "headline", "bio", "hourly_rate", "currency", "availability",
        "years_experience", "industries", "time_zone", "status", "rating", "review_count", "published_at",
        "created_at", "updated_at",
    ),
    "cto_skills": ("tenant_id", "id", "cto_id", "skill_id", "level"),
    "calendars": ("tenant_id", "id", "cto_id", "weekly_hours", "told_hours"),
    "calendar_weekly_slots": ("tenant_id", "id", "cto_id", "weekday", "starts", "ends"),
    "reviews": ("tenant_id", "id", "cto_id", "author_id", "rating", "body", "created_at", "updated_at"),
    "projects": (
        "tenant_id", "id", "owner_id", "title", "description", "status", "industry", "budget", "currency",
        "max_hourly_rate", "hours_per_week", "starts_on", "created_at", "updated_at",
    ),
    "project_skills": ("tenant_id", "id", "project_id", "skill_id"),
}  # fmt: skip
"""The columns that are written, by table, in an order that foreign keys allow."""


@dataclass
class TenantRows:
    """Rows by table, and which CTO and project came of which part of the market.

    Attributes:
        cto_ids: in the order of the market's candidates.
        project_ids: in the order of its postings.
    """

    tables: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    cto_ids: list[UUID] = field(default_factory=list)
    project_ids: list[UUID] = field(default_factory=list)


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
        client_ids = [self._user(rows, client) for client in market.clients]
        self._user(rows, market.admin)
        for candidate in market.candidates:
            rows.cto_ids.append(self._cto(rows, candidate, client_ids))
        for posting in market.postings:
            rows.project_ids.append(self._project(rows, posting, client_ids))
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
        rows.tables["users"].append((self.tenant_id, user_id, *person, *dates))
        secret = (self.tenant_id, uuid7(member.joined_at), user_id, self.password_hash)
        rows.tables["password_credentials"].append(secret)
        return user_id

    def _cto(self, rows: TenantRows, candidate: Candidate, client_ids: Sequence[UUID]) -> UUID:
        profile, joined_at = candidate.profile, candidate.member.joined_at
        user_id, cto_id = self._user(rows, candidate.member), uuid7(joined_at)
        stars = [review.rating for review in candidate.reviews]
        rating = round(Decimal(sum(stars)) / len(stars), 2) if stars else None
        rows.tables["ctos"].append((
            self.tenant_id, cto_id, user_id, profile.person.name, profile.headline, profile.bio,
            self._money(profile.hourly_rate, 5), self.currency, profile.availability, profile.years,
            list(profile.industries), profile.person.time_zone, candidate.status, rating, len(stars),
            candidate.published_at, joined_at, candidate.published_at or joined_at,
        ))  # fmt: skip
        for skill, level in profile.skills:
            rows.tables["cto_skills"].append((self.tenant_id, uuid7(joined_at), cto_id, own_id(skill), level))
        if profile.availability:
            self._calendar(rows, cto_id, profile.availability, joined_at)
        for review in candidate.reviews:
            at = review.written_at
            what = (client_ids[review.author], review.rating, review.body, at, at)
            rows.tables["reviews"].append((self.tenant_id, uuid7(at), cto_id, *what))
        return cto_id

    def _calendar(self, rows: TenantRows, cto_id: UUID, hours: int, joined_at: datetime) -> None:
        """Times for introductions on three days of the week, mornings or afternoons; the same for the same hours."""
        rows.tables["calendars"].append((self.tenant_id, uuid7(joined_at), cto_id, hours, hours))
        for weekday in {(hours + step) % 5 for step in (0, 1, 3)}:
            starts = (9, 14)[(hours + weekday) % 2] * 60
            slot = (cto_id, weekday, starts, starts + 150)
            rows.tables["calendar_weekly_slots"].append((self.tenant_id, uuid7(joined_at), *slot))

    def _project(self, rows: TenantRows, posting: Posting, client_ids: Sequence[UUID]) -> UUID:
        brief, at = posting.brief, posting.posted_at
        project_id = uuid7(at)
        starts_on = (at + timedelta(days=self.random.randrange(21, 80))).date()
        rows.tables["projects"].append((
            self.tenant_id, project_id, client_ids[posting.owner], brief.title, brief.description, posting.status,
            brief.industry, self._money(brief.budget, 1_000), self.currency, self._money(brief.hourly_rate, 5),
            brief.hours, starts_on, at, at,
        ))  # fmt: skip
        for skill in brief.skills:
            rows.tables["project_skills"].append((self.tenant_id, uuid7(at), project_id, own_id(skill)))
        return project_id

    def _money(self, euros: int, step: int) -> int:
        """Minor units of the tenant's currency, rounded as people round."""
        return 100 * step * round(euros * _EURO_IN.get(self.currency, 1) / step)
