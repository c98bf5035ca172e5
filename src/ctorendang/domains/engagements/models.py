"""Engagements, and what belongs to one. Both sides' ids stand in every row, so that policies need no look-ups."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class Engagement(Timestamps, TenantModel):
    """A client and a CTO about one project.

    Attributes:
        client_id: the project's owner.
        cto_user_id: the CTO as a person.
        title: the project's, as it was when the CTO was shortlisted; stays when the project is closed.
        status: an ``EngagementStatus``.
        version: grows with every step; whoever acts names the one they saw.
        currency: of every amount in it.
        message: what the client says to introduce themselves.
        introduced_at: since when the CTO knows of it; before, it is the client's alone.
        trial_minutes: how much may be worked in the trial.
        cancelled_from: where it stood when it was cancelled.
        client_reviewed: whether that side has written its review, which itself is hidden until both are revealed.
        awaits_client: whether that side has to act for things to go on.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        within_tenant("project_id", "projects", ondelete="CASCADE"),
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        within_tenant("client_id", "users", ondelete="CASCADE"),
        within_tenant("cto_user_id", "users", ondelete="CASCADE"),
        CheckConstraint(
            "status in ('shortlist', 'introduction', 'proposal', 'trial', 'active', 'closed', 'cancelled')",
            name="status",
        ),
        CheckConstraint("client_id <> cto_user_id", name="sides_are_two_people"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        CheckConstraint("(status = 'cancelled') = (cancel_reason is not null)", name="cancelled_with_a_reason"),
        CheckConstraint("status in ('shortlist', 'cancelled') or introduced_at is not null", name="introduced"),
        Index(
            "uq_engagements_tenant_id_project_id_cto_id_open",
            "tenant_id",
            "project_id",
            "cto_id",
            unique=True,
            postgresql_where=text("status not in ('closed', 'cancelled')"),
        ),
        Index(None, "tenant_id", "client_id", "id"),
        Index(None, "tenant_id", "cto_user_id", "id"),
        Index("ix_engagements_tenant_id_cto_id", "tenant_id", "cto_id"),
    )

    project_id: Mapped[UUID]
    cto_id: Mapped[UUID]
    client_id: Mapped[UUID]
    cto_user_id: Mapped[UUID]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="shortlist")
    version: Mapped[int] = mapped_column(server_default=text("1"))
    currency: Mapped[str]
    message: Mapped[str] = mapped_column(server_default="")
    introduced_at: Mapped[datetime | None]
    trial_started_at: Mapped[datetime | None]
    trial_ends_at: Mapped[datetime | None]
    trial_minutes: Mapped[int | None]
    trial_over: Mapped[bool] = mapped_column(server_default=text("false"))
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reviews_revealed_at: Mapped[datetime | None]
    client_reviewed: Mapped[bool] = mapped_column(server_default=text("false"))
    cto_reviewed: Mapped[bool] = mapped_column(server_default=text("false"))
    cancel_reason: Mapped[str | None]
    cancelled_from: Mapped[str | None]
    awaits_client: Mapped[bool] = mapped_column(server_default=text("false"))
    awaits_cto: Mapped[bool] = mapped_column(server_default=text("false"))


def _part_of_engagement() -> ForeignKeyConstraint:
    return within_tenant("engagement_id", "engagements", ondelete="CASCADE")


class EngagementTerms(TenantModel):
    """One proposal of the terms; later ones replace it, and it stays readable.

    Attributes:
        number: 1 for the first of an engagement.
        side: whose proposal it is.
        rate: minor units of ``currency`` an hour.
        weeks: how long.
        notice_days: how long before it either side says that it ends.
        expires_at: until when it can be accepted.
    """

    __tablename__ = "engagement_terms"
    __table_args__ = (
        _part_of_engagement(),
        UniqueConstraint("tenant_id", "engagement_id", "number"),
        CheckConstraint("side in ('client', 'cto')", name="side"),
        CheckConstraint(
            "status in ('open', 'countered', 'accepted', 'declined', 'withdrawn', 'expired')", name="status"
        ),
        CheckConstraint("rate between 0 and 100000000", name="rate"),
        CheckConstraint("hours_per_week between 1 and 60", name="hours_per_week"),
        CheckConstraint("weeks between 1 and 260", name="weeks"),
        CheckConstraint("notice_days between 0 and 365", name="notice_days"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
        *(
            Index(
                f"uq_engagement_terms_tenant_id_engagement_id_{status}",
                "tenant_id",
                "engagement_id",
                unique=True,
                postgresql_where=text(f"status = '{status}'"),
            )
            for status in ("open", "accepted")
        ),
    )

    engagement_id: Mapped[UUID]
    client_id: Mapped[UUID]
    cto_user_id: Mapped[UUID]
    number: Mapped[int]
    side: Mapped[str]
    rate: Mapped[int]
    currency: Mapped[str]
    hours_per_week: Mapped[int]
    starts_on: Mapped[date]
    weeks: Mapped[int]
    notice_days: Mapped[int]
    note: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="open")
    answer: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]


class Milestone(Timestamps, TenantModel):
    """Something to deliver.

    Attributes:
        kind: ``work``, or ``handover`` for the pack that every engagement closes with.
        amount: minor units of the engagement's currency, 0 where hours are paid.
        report: what the CTO says it came to; for the handover pack, where everything is and who needs to know what.
        answer: why the client asked for more.
    """

    __tablename__ = "engagement_milestones"
    __table_args__ = (
        _part_of_engagement(),
        CheckConstraint("kind in ('work', 'handover')", name="kind"),
        CheckConstraint("status in ('planned', 'submitted', 'approved')", name="status"),
        CheckConstraint("amount between 0 and 100000000000", name="amount"),
        Index("ix_engagement_milestones_tenant_id_engagement_id", "tenant_id", "engagement_id", "id"),
        Index(
            "uq_engagement_milestones_tenant_id_engagement_id_handover",
            "tenant_id",
            "engagement_id",
            unique=True,
            postgresql_where=text("kind = 'handover'"),
        ),
    )

    engagement_id: Mapped[UUID]
    client_id: Mapped[UUID]
    cto_user_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default="work")
    title: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(server_default="planned")
    report: Mapped[str | None]
    answer: Mapped[str | None]


class TimeSheet(Timestamps, TenantModel):
    """What was worked in a week.

    Attributes:
        week: its Monday.
        amount: minor units: the agreed rate for these minutes, rounded half up, as it was when it was handed in.
        answer: why the client doubts it.
    """

    __tablename__ = "engagement_time_sheets"
    __table_args__ = (
        _part_of_engagement(),
        UniqueConstraint("tenant_id", "engagement_id", "week"),
        CheckConstraint("extract(isodow from week) = 1", name="week_is_a_monday"),
        CheckConstraint("minutes between 1 and 10080", name="minutes"),
        CheckConstraint("amount between 0 and 100000000000", name="amount"),
        CheckConstraint("status in ('submitted', 'approved', 'disputed')", name="status"),
    )

    engagement_id: Mapped[UUID]
    client_id: Mapped[UUID]
    cto_user_id: Mapped[UUID]
    week: Mapped[date]
    minutes: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="submitted")
    answer: Mapped[str | None]


class EngagementReview(Timestamps, TenantModel):
    """What one side says about the other. Until both are revealed only its author can read it, by policy."""

    __tablename__ = "engagement_reviews"
    __table_args__ = (
        _part_of_engagement(),
        UniqueConstraint("tenant_id", "engagement_id", "side"),
        CheckConstraint("side in ('client', 'cto')", name="side"),
        CheckConstraint("rating between 1 and 5", name="rating_is_stars"),
    )

    engagement_id: Mapped[UUID]
    client_id: Mapped[UUID]
    cto_user_id: Mapped[UUID]
    author_id: Mapped[UUID]
    side: Mapped[str]
    rating: Mapped[int]
    body: Mapped[str]
    revealed: Mapped[bool] = mapped_column(server_default=text("false"))


class EngagementStep(TenantModel):
    """A step that was taken: the history, and what a conflict tells the one who came second.

    Attributes:
        version: the one that the step led to.
        actor_id: None for the product itself.
        details: what the history shows besides: a reason, a week, a title.
    """

    __tablename__ = "engagement_steps"
    __table_args__ = (
        _part_of_engagement(),
        UniqueConstraint("tenant_id", "engagement_id", "version"),
    )

    engagement_id: Mapped[UUID]
    client_id: Mapped[UUID]
    cto_user_id: Mapped[UUID]
    version: Mapped[int]
    action: Mapped[str]
    side: Mapped[str]
    actor_id: Mapped[UUID | None]
    source: Mapped[str | None]
    target: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class EngagementLimits(Timestamps, TenantModel):
    """What a tenant says about trials and proposals; without a row the defaults hold.

    Attributes:
        trial_days: how long a trial lasts.
        trial_hours: how much may be worked in it.
        terms_days: how long a proposal can be accepted.
    """

    __tablename__ = "engagement_limits"
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("trial_days between 1 and 90", name="trial_days"),
        CheckConstraint("trial_hours between 1 and 200", name="trial_hours"),
        CheckConstraint("terms_days between 1 and 60", name="terms_days"),
    )

    trial_days: Mapped[int]
    trial_hours: Mapped[int]
    terms_days: Mapped[int]
