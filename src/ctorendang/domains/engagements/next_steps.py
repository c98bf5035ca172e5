"""What each side should do next, from where things stand: pure, so that lists, mails and pages cannot disagree."""

from dataclasses import dataclass

from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import Action


@dataclass(frozen=True, slots=True)
class Progress:
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


def next_step(progress: Progress, side: Side) -> NextStep:
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
    return by_status[progress.status](progress, side)


def _shortlist(_: Progress, __: Side) -> NextStep:
    return NextStep(Action.INTRODUCE, "Ask for an introduction. Until then only you see this.", awaited=True)


def _introduction(progress: Progress, side: Side) -> NextStep:
    if side is Side.CTO or progress.had_terms:
        return NextStep(Action.PROPOSE, "Propose terms that would work for you.", awaited=True)
    if not progress.booked:
        return NextStep(Action.BOOK_INTRODUCTION, "The CTO has been asked. Book a time to talk.")
    return NextStep(Action.PROPOSE, "Talk at the booked time. You can also propose terms first.")


def _proposal(progress: Progress, side: Side) -> NextStep:
    if progress.terms_by is side:
        return NextStep(None, "Your terms are with the other side.")
    return NextStep(Action.ACCEPT_TERMS, "Accept the terms, propose others, or decline.", awaited=True)


def _trial(progress: Progress, side: Side) -> NextStep:
    if side is Side.CLIENT:
        if progress.sheets_submitted:
            return NextStep(Action.APPROVE_TIME_SHEET, "Look at the hours that were handed in.", awaited=True)
        text = "The trial is over. Decide how to go on." if progress.trial_over else "Go on whenever you are sure."
        return NextStep(Action.START, text, awaited=progress.trial_over)
    if progress.sheets_disputed:
        return NextStep(Action.SUBMIT_TIME_SHEET, "Correct the hours that are disputed.", awaited=True)
    if progress.trial_over:
        return NextStep(None, "The trial is over. The client decides how to go on.")
    return NextStep(Action.SUBMIT_TIME_SHEET, "Hand in your hours at the end of the week.")


def _active(progress: Progress, side: Side) -> NextStep:
    if side is Side.CLIENT:
        return _active_client(progress)
    if progress.sheets_disputed:
        return NextStep(Action.SUBMIT_TIME_SHEET, "Correct the hours that are disputed.", awaited=True)
    if progress.planned:
        return NextStep(Action.SUBMIT_MILESTONE, "Hand in a milestone when it is done.")
    if progress.approved and progress.handover == "planned" and not progress.submitted:
        return NextStep(Action.SUBMIT_MILESTONE, "Write the handover pack: all else is approved.", awaited=True)
    if progress.may_close:
        return NextStep(Action.CLOSE, "Everything is approved. Close the engagement.")
    return NextStep(Action.SUBMIT_TIME_SHEET, "Hand in your hours at the end of the week.")


def _active_client(progress: Progress) -> NextStep:
    if progress.submitted or progress.handover == "submitted":
        return NextStep(Action.APPROVE_MILESTONE, "Look at the milestone that was handed in.", awaited=True)
    if progress.sheets_submitted:
        return NextStep(Action.APPROVE_TIME_SHEET, "Look at the hours that were handed in.", awaited=True)
    if progress.may_close:
        return NextStep(Action.CLOSE, "Everything is approved. Close the engagement.", awaited=True)
    if not progress.planned + progress.approved:
        return NextStep(Action.PLAN_MILESTONE, "Plan the first milestone.", awaited=True)
    return NextStep(None, "The CTO is at work.")


def _closed(progress: Progress, side: Side) -> NextStep:
    if progress.revealed:
        return NextStep(None, "This engagement is closed.")
    if side in progress.reviewed:
        return NextStep(None, "Your review is kept. Both are shown together, or after 14 days.")
    return NextStep(Action.REVIEW, "Say how it was. Neither review is shown before the other.", awaited=True)


def _cancelled(progress: Progress, side: Side) -> NextStep:
    if side is Side.CLIENT and not progress.introduced:
        return NextStep(Action.RESTORE, "You took this CTO off the shortlist.")
    return NextStep(None, "This engagement was cancelled.")
