"""Where engagements and their parts stand, and who takes part."""

from enum import StrEnum


class EngagementStatus(StrEnum):
    """The states of the machine, in the order of a good course."""

    SHORTLIST = "shortlist"
    INTRODUCTION = "introduction"
    PROPOSAL = "proposal"
    TRIAL = "trial"
    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Side(StrEnum):
    """Who somebody is to an engagement; the system is the product itself when a time has come."""

    CLIENT = "client"
    CTO = "cto"
    ADMIN = "admin"
    SYSTEM = "system"


class TermsStatus(StrEnum):
    """Of a proposal, only one is open and only one accepted at a time."""

    OPEN = "open"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class MilestoneStatus(StrEnum):
    """Planned, handed in by the CTO, agreed by the client."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    APPROVED = "approved"


class MilestoneKind(StrEnum):
    """The handover pack is the one that every engagement closes with."""

    WORK = "work"
    HANDOVER = "handover"


class TimeSheetStatus(StrEnum):
    """Handed in by the CTO; agreed, or doubted with a reason, by the client."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    DISPUTED = "disputed"
