"""What each side should do next, from where things stand: pure, so that lists, mails and pages cannot disagree."""

from dataclasses import dataclass

from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import Action


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an engagement stands, as far as it matters for what is next.

    Attributes:
        terms_by: whose terms are open.
        had_terms: whether terms were ever proposed.
        introduced: whether the CTO knows of it.
        planned: milestones to be worked on, without the handover pack.
        handover: status of the handover pack, empty before there is one.
        reviewed: the sides that have.
        booked: whether a time to talk stands, or stood until it was over.
    """

    status: EngagementStatus
    introduced: bool = False
    terms_by: Side | None = None
    had_terms: bool = False
    trial_over: bool = False
    sheets_submitted: int = 0
    sheets_disputed: int = 0
    planned: int = 0
    submitted: int = 0
    approved: int = 0
    handover: str = ""
    reviewed: frozenset[Side] = frozenset()
    revealed: bool = False
    booked: bool = False

    @property
    def may_close(self) -> bool:
        """Whether nothing is open any more."""
        open_work = self.planned + self.submitted + self.sheets_submitted + self.sheets_disputed
        return self.handover == "approved" and not open_work


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a side could do.

    Attributes:
        action: None when there is nothing but to wait.
        text: the same for people.
        awaited: things stand still until it is done.
    """

    action: Action | None
    text: str
    awaited: bool = False


def next_step(standing: Standing, side: Side) -> NextStep:
    """What a side does next."""
    if side not in (Side.CLIENT, Side.CTO):
        return NextStep(None, "Only the two sides act here.")
    by_status = {
        EngagementStatus.SHORTLIST: _shortlist,
        EngagementStatus.INTRODUCTION: _introduction,
        EngagementStatus.PROPOSAL: _proposal,
        EngagementStatus.TRIAL: _trial,
        EngagementStatus.ACTIVE: _active,
        EngagementStatus.CLOSED: _closed,
        EngagementStatus.CANCELLED: _cancelled,
    }
    return by_status[standing.status](standing, side)


def _shortlist(_: Standing, __: Side) -> NextStep:
    return NextStep(Action.INTRODUCE, "Ask for an introduction. Until then only you see this.", awaited=True)


def _introduction(standing: Standing, side: Side) -> NextStep:
    if side is Side.CTO or standing.had_terms:
        return NextStep(Action.PROPOSE, "Propose terms that would work for you.", awaited=True)
    if not standing.booked:
        return NextStep(Action.BOOK_INTRODUCTION, "The CTO has been asked. Book a time to talk.")
    return NextStep(Action.PROPOSE, "Talk at the booked time. You can also propose terms first.")


def _proposal(standing: Standing, side: Side) -> NextStep:
    if standing.terms_by is side:
        return NextStep(None, "Your terms are with the other side.")
    return NextStep(Action.ACCEPT_TERMS, "Accept the terms, propose others, or decline.", awaited=True)


def _trial(standing: Standing, side: Side) -> NextStep:
    if side is Side.CLIENT:
        if standing.sheets_submitted:
            return NextStep(Action.APPROVE_TIME_SHEET, "Look at the hours that were handed in.", awaited=True)
        text = "The trial is over. Decide how to go on." if standing.trial_over else "Go on whenever you are sure."
        return NextStep(Action.START, text, awaited=standing.trial_over)
    if standing.sheets_disputed:
        return NextStep(Action.SUBMIT_TIME_SHEET, "Correct the hours that are disputed.", awaited=True)
    if standing.trial_over:
        return NextStep(None, "The trial is over. The client decides how to go on.")
    return NextStep(Action.SUBMIT_TIME_SHEET, "Hand in your hours at the end of the week.")


def _active(standing: Standing, side: Side) -> NextStep:
    if side is Side.CLIENT:
        return _active_client(standing)
    if standing.sheets_disputed:
        return NextStep(Action.SUBMIT_TIME_SHEET, "Correct the hours that are disputed.", awaited=True)
    if standing.planned:
        return NextStep(Action.SUBMIT_MILESTONE, "Hand in a milestone when it is done.")
    if standing.approved and standing.handover == "planned" and not standing.submitted:
        return NextStep(Action.SUBMIT_MILESTONE, "Write the handover pack: all else is approved.", awaited=True)
    if standing.may_close:
        return NextStep(Action.CLOSE, "Everything is approved. Close the engagement.")
    return NextStep(Action.SUBMIT_TIME_SHEET, "Hand in your hours at the end of the week.")


def _active_client(standing: Standing) -> NextStep:
    if standing.submitted or standing.handover == "submitted":
        return NextStep(Action.APPROVE_MILESTONE, "Look at the milestone that was handed in.", awaited=True)
    if standing.sheets_submitted:
        return NextStep(Action.APPROVE_TIME_SHEET, "Look at the hours that were handed in.", awaited=True)
    if standing.may_close:
        return NextStep(Action.CLOSE, "Everything is approved. Close the engagement.", awaited=True)
    if not standing.planned + standing.approved:
        return NextStep(Action.PLAN_MILESTONE, "Plan the first milestone.", awaited=True)
    return NextStep(None, "The CTO is at work.")


def _closed(standing: Standing, side: Side) -> NextStep:
    if standing.revealed:
        return NextStep(None, "This engagement is closed.")
    if side in standing.reviewed:
        return NextStep(None, "Your review is kept. Both are shown together, or after 14 days.")
    return NextStep(Action.REVIEW, "Say how it was. Neither review is shown before the other.", awaited=True)


def _cancelled(standing: Standing, side: Side) -> NextStep:
    if side is Side.CLIENT and not standing.introduced:
        return NextStep(Action.RESTORE, "You took this CTO off the shortlist.")
    return NextStep(None, "This engagement was cancelled.")
