"""The machine as data: every step that an engagement can take, and nothing else.

Services take their steps from here, the pages know from here which buttons there are, and ``docs/engagements.md`` is
drawn from here.
"""

from dataclasses import dataclass
from enum import StrEnum

from ctorendang.domains.engagements.permissions import EngagementPermission as May
from ctorendang.domains.engagements.status import EngagementStatus, Side

_S = EngagementStatus
_CLIENT = frozenset({Side.CLIENT})
_CTO = frozenset({Side.CTO})
_BOTH = _CLIENT | _CTO
_SYSTEM = frozenset({Side.SYSTEM})


class Action(StrEnum):
    """What somebody does."""

    SHORTLIST = "shortlist"
    REMOVE = "remove"
    RESTORE = "restore"
    INTRODUCE = "introduce"
    WITHDRAW_INTRODUCTION = "withdraw_introduction"
    BOOK_INTRODUCTION = "book_introduction"
    PROPOSE = "propose"
    COUNTER = "counter"
    WITHDRAW_TERMS = "withdraw_terms"
    DECLINE_TERMS = "decline_terms"
    EXPIRE_TERMS = "expire_terms"
    ACCEPT_TERMS = "accept_terms"
    END_TRIAL = "end_trial"
    START = "start"
    PLAN_MILESTONE = "plan_milestone"
    REMOVE_MILESTONE = "remove_milestone"
    SUBMIT_MILESTONE = "submit_milestone"
    TAKE_BACK_MILESTONE = "take_back_milestone"
    APPROVE_MILESTONE = "approve_milestone"
    RETURN_MILESTONE = "return_milestone"
    SUBMIT_TIME_SHEET = "submit_time_sheet"
    TAKE_BACK_TIME_SHEET = "take_back_time_sheet"
    APPROVE_TIME_SHEET = "approve_time_sheet"
    DISPUTE_TIME_SHEET = "dispute_time_sheet"
    CLOSE = "close"
    REVIEW = "review"
    REVEAL_REVIEWS = "reveal_reviews"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step.

    Attributes:
        action: its name.
        sources: where it can be taken; empty when there is no engagement yet.
        target: where it leads; None when the engagement stays where it is.
        by: whose step it is.
        permission: what their role must allow.
        past: completes the event ``engagement.…`` and the audit action ``engagements.engagement.…``.
        text: what the history says, after the name of who did it.
        when: what else must hold, in words; the service that takes the step checks it.
        undo: the step that takes it back.
    """

    action: Action
    sources: tuple[EngagementStatus, ...]
    target: EngagementStatus | None
    by: frozenset[Side]
    permission: May
    past: str
    text: str
    when: str = ""
    undo: Action | None = None


_A = Action
_TALKING = (_S.INTRODUCTION, _S.PROPOSAL)
_WORKING = (_S.TRIAL, _S.ACTIVE)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        _A.SHORTLIST, (), _S.SHORTLIST, _CLIENT, May.SHORTLIST, "shortlisted", "put the CTO on the shortlist",
        "the project is one's own and not closed, the CTO is listed, somebody else and in its currency", _A.REMOVE,
    ),
    Transition(
        _A.REMOVE, (_S.SHORTLIST,), _S.CANCELLED, _CLIENT, May.SHORTLIST, "removed", "took the CTO off the shortlist",
        undo=_A.RESTORE,
    ),
    Transition(
        _A.RESTORE, (_S.CANCELLED,), _S.SHORTLIST, _CLIENT, May.SHORTLIST, "restored",
        "put the CTO back on the shortlist",
        "it was only ever shortlisted, the project is open and the CTO listed, and not on it again already", _A.REMOVE,
    ),
    Transition(
        _A.INTRODUCE, (_S.SHORTLIST,), _S.INTRODUCTION, _CLIENT, May.INTRODUCE, "introduced",
        "asked for an introduction", "the project is not closed, the CTO still listed", _A.WITHDRAW_INTRODUCTION,
    ),
    Transition(
        _A.WITHDRAW_INTRODUCTION, (_S.INTRODUCTION,), _S.SHORTLIST, _CLIENT, May.INTRODUCE, "introduction_withdrawn",
        "withdrew the introduction", "no terms have been proposed", _A.INTRODUCE,
    ),
    Transition(
        _A.BOOK_INTRODUCTION, _TALKING, None, _CLIENT, May.INTRODUCE, "introduction_booked", "booked a time to talk",
        "the CTO offers the time, and it is free",
    ),
    Transition(
        _A.PROPOSE, (_S.INTRODUCTION,), _S.PROPOSAL, _BOTH, May.NEGOTIATE, "terms_proposed", "proposed terms",
        "in the currency of the project; a CTO has as many hours a week left", _A.WITHDRAW_TERMS,
    ),
    Transition(
        _A.COUNTER, (_S.PROPOSAL,), None, _BOTH, May.NEGOTIATE, "terms_countered", "proposed other terms",
        "the open terms are the other side's, and have not expired; a CTO has as many hours a week left",
        _A.WITHDRAW_TERMS,
    ),
    Transition(
        _A.WITHDRAW_TERMS, (_S.PROPOSAL,), _S.INTRODUCTION, _BOTH, May.NEGOTIATE, "terms_withdrawn",
        "withdrew the terms", "the open terms are one's own",
    ),
    Transition(
        _A.DECLINE_TERMS, (_S.PROPOSAL,), _S.INTRODUCTION, _BOTH, May.NEGOTIATE, "terms_declined",
        "declined the terms", "the open terms are the other side's",
    ),
    Transition(
        _A.EXPIRE_TERMS, (_S.PROPOSAL,), _S.INTRODUCTION, _SYSTEM, May.KEEP_TIME, "terms_expired",
        "The terms expired", "their time is over",
    ),
    Transition(
        _A.ACCEPT_TERMS, (_S.PROPOSAL,), _S.TRIAL, _BOTH, May.NEGOTIATE, "terms_accepted",
        "accepted the terms and began the trial",
        "the open terms are the other side's, and have not expired; the CTO has as many hours a week left",
    ),
    Transition(
        _A.END_TRIAL, (_S.TRIAL,), None, _SYSTEM, May.KEEP_TIME, "trial_ended", "The trial reached its limit",
        "its days are over",
    ),
    Transition(_A.START, (_S.TRIAL,), _S.ACTIVE, _CLIENT, May.START, "started", "decided to go on after the trial"),
    Transition(
        _A.PLAN_MILESTONE, (_S.ACTIVE,), None, _BOTH, May.PLAN, "milestone_planned", "planned a milestone",
        "the handover pack is not handed in", _A.REMOVE_MILESTONE,
    ),
    Transition(
        _A.REMOVE_MILESTONE, (_S.ACTIVE,), None, _BOTH, May.PLAN, "milestone_removed", "removed a milestone",
        "it is planned, and not the handover pack",
    ),
    Transition(
        _A.SUBMIT_MILESTONE, (_S.ACTIVE,), None, _CTO, May.DELIVER, "milestone_submitted", "handed a milestone in",
        "it is planned; the handover pack comes when all others are approved", _A.TAKE_BACK_MILESTONE,
    ),
    Transition(
        _A.TAKE_BACK_MILESTONE, (_S.ACTIVE,), None, _CTO, May.DELIVER, "milestone_taken_back",
        "took a milestone back", "it is handed in", _A.SUBMIT_MILESTONE,
    ),
    Transition(
        _A.APPROVE_MILESTONE, (_S.ACTIVE,), None, _CLIENT, May.APPROVE, "milestone_approved",
        "approved a milestone", "it is handed in",
    ),
    Transition(
        _A.RETURN_MILESTONE, (_S.ACTIVE,), None, _CLIENT, May.APPROVE, "milestone_returned",
        "asked for more work on a milestone", "it is handed in",
    ),
    Transition(
        _A.SUBMIT_TIME_SHEET, _WORKING, None, _CTO, May.REPORT_HOURS, "time_sheet_submitted",
        "handed a time sheet in",
        "the week has begun and is not approved; a trial is not over and its hours are not used up",
        _A.TAKE_BACK_TIME_SHEET,
    ),
    Transition(
        _A.TAKE_BACK_TIME_SHEET, _WORKING, None, _CTO, May.REPORT_HOURS, "time_sheet_taken_back",
        "took a time sheet back", "it is not approved", _A.SUBMIT_TIME_SHEET,
    ),
    Transition(
        _A.APPROVE_TIME_SHEET, _WORKING, None, _CLIENT, May.APPROVE, "time_sheet_approved",
        "approved a time sheet", "it is handed in or disputed",
    ),
    Transition(
        _A.DISPUTE_TIME_SHEET, _WORKING, None, _CLIENT, May.APPROVE, "time_sheet_disputed",
        "disputed a time sheet", "it is handed in", _A.APPROVE_TIME_SHEET,
    ),
    Transition(
        _A.CLOSE, (_S.ACTIVE,), _S.CLOSED, _BOTH, May.CLOSE, "closed", "closed the engagement",
        "the handover pack and every milestone are approved, and no time sheet is open",
    ),
    Transition(
        _A.REVIEW, (_S.CLOSED,), None, _BOTH, May.REVIEW, "reviewed", "wrote a review",
        "one has not yet, and reviews are not revealed",
    ),
    Transition(
        _A.REVEAL_REVIEWS, (_S.CLOSED,), None, _SYSTEM, May.KEEP_TIME, "reviews_revealed",
        "The reviews were revealed", "both have written, or 14 days have passed",
    ),
    Transition(
        _A.CANCEL, (*_TALKING, *_WORKING), _S.CANCELLED, _BOTH | {Side.ADMIN}, May.CANCEL, "cancelled",
        "cancelled the engagement", "a reason is given",
    ),
)  # fmt: skip
BY_ACTION = {each.action: each for each in TRANSITIONS}


def possible(status: EngagementStatus, side: Side) -> list[Transition]:
    """The steps that a side can take from a state, as far as the state says."""
    return [each for each in TRANSITIONS if status in each.sources and side in each.by]


def drawing() -> str:
    """The machine as a Mermaid state diagram: arrows that move it, and what happens inside a state as a note."""
    lines = ["stateDiagram-v2", "    [*] --> shortlist: shortlist (client)"]
    for each in TRANSITIONS:
        who = ", ".join(sorted(each.by))
        lines += [f"    {source} --> {each.target}: {each.action} ({who})" for source in each.sources if each.target]
    for status in EngagementStatus:
        inside = [each.action.value for each in TRANSITIONS if status in each.sources and each.target is None]
        if inside:
            lines += [f"    note right of {status}", *(f"        {name}" for name in inside), "    end note"]
    return "\n".join([*lines, "    closed --> [*]", "    cancelled --> [*]"])


def table() -> str:
    """Every step as a Markdown table."""
    rows = ["| step | from | to | who | permission | when | undo |", "|---|---|---|---|---|---|---|"]
    for each in TRANSITIONS:
        sources = ", ".join(each.sources) or "–"
        who = ", ".join(sorted(each.by))
        target = each.target or "stays"
        undo = each.undo or ""
        rows.append(f"| `{each.action}` | {sources} | {target} | {who} | `{each.permission}` | {each.when} | {undo} |")
    return "\n".join(rows)


_BEGIN, _END = "<!-- machine -->", "<!-- /machine -->"


def documented(page: str) -> str:
    """A page of the documentation with the machine between its two marks."""
    before, rest = page.split(_BEGIN, 1)
    _, after = rest.split(_END, 1)
    return f"{before}{_BEGIN}\n```mermaid\n{drawing()}\n```\n\n{table()}\n{_END}{after}"
