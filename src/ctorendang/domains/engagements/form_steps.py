"""Every step as a form takes it: by the last part of its address, what to do and what to tell."""

from collections.abc import Awaitable, Callable, Mapping

from ctorendang.domains.engagements.drafts import MilestoneDraft, TermsDraft, TimeSheetDraft
from ctorendang.domains.engagements.milestones import MilestoneService
from ctorendang.domains.engagements.reviews import EngagementReviewService
from ctorendang.domains.engagements.service import EngagementService
from ctorendang.domains.engagements.shortlist import ShortlistService
from ctorendang.domains.engagements.steps import Seen
from ctorendang.domains.engagements.terms import TermsService
from ctorendang.domains.engagements.time_sheets import TimeSheetService
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.web.forms import Form
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

FormStep = Callable[[UnitOfWork, Seen, Form], Awaitable[str]]


def seen_of(engagement_id: str, form: Form) -> Seen:
    """The engagement as the page with the form showed it.

    Raises:
        NotFound: the id cannot be one.
        InvalidInput: the form does not say which version it was made for.
    """
    version = form.number("version")
    if version is None:
        raise InvalidInput({"version": "Reload the page and try again."})
    return Seen(required_id(engagement_id), version)


def terms_of(form: Form) -> TermsDraft:
    """The terms that a form holds.

    Raises:
        InvalidInput: numbers or days that are none.
    """
    draft = TermsDraft(
        rate=form.money("rate"),
        currency=form.text("currency"),
        hours_per_week=form.number("hoursPerWeek"),
        starts_on=form.day("startsOn"),
        weeks=form.number("weeks"),
        notice_days=form.number("noticeDays"),
        note=form.text("note"),
    )
    form.done()
    return draft


def milestone_of(form: Form) -> MilestoneDraft:
    """The milestone that a form holds.

    Raises:
        InvalidInput: an amount or a day that is none.
    """
    draft = MilestoneDraft(form.text("title"), form.money("amount"), form.day("dueOn"))
    form.done()
    return draft


def time_sheet_of(form: Form) -> TimeSheetDraft:
    """The time sheet that a form holds, its hours typed as 7.5; of this week where no day is named.

    Raises:
        InvalidInput: hours or a day that are none.
    """
    hundredths = form.money("hours")
    minutes = None if hundredths is None else round(hundredths * 60 / 100)
    draft = TimeSheetDraft(form.day("week") or now().date(), minutes, form.text("note"))
    form.done()
    return draft


async def _remove(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await ShortlistService(work).remove(seen)
    return "Taken off your shortlist."


async def _restore(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await ShortlistService(work).restore(seen)
    return "Back on your shortlist."


async def _introduce(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await ShortlistService(work).introduce(seen, form.text("message"))
    return "Your message is on its way."


async def _withdraw_introduction(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await ShortlistService(work).withdraw(seen)
    return "Your introduction is withdrawn."


async def _propose(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await TermsService(work).propose(seen, terms_of(form))
    return "Your terms are proposed."


async def _withdraw_terms(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await TermsService(work).withdraw(seen)
    return "Your terms are withdrawn."


async def _decline_terms(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await TermsService(work).decline(seen, form.text("reason"))
    return "The terms are declined. Both of you can propose others."


async def _accept_terms(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await TermsService(work).accept(seen)
    return "Agreed. The trial has begun."


async def _start(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await EngagementService(work).start(seen)
    return "You go on together."


async def _plan_milestone(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await MilestoneService(work).plan(seen, milestone_of(form))
    return "The milestone is planned."


async def _remove_milestone(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await MilestoneService(work).remove(seen, required_id(form.text("milestoneId")))
    return "The milestone is removed."


async def _submit_milestone(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await MilestoneService(work).submit(seen, required_id(form.text("milestoneId")), form.text("report"))
    return "It is handed in."


async def _take_back_milestone(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await MilestoneService(work).take_back(seen, required_id(form.text("milestoneId")))
    return "You have it back."


async def _approve_milestone(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await MilestoneService(work).approve(seen, required_id(form.text("milestoneId")))
    return "It is approved."


async def _return_milestone(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await MilestoneService(work).send_back(seen, required_id(form.text("milestoneId")), form.text("reason"))
    return "It is sent back with your words."


async def _submit_time_sheet(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await TimeSheetService(work).submit(seen, time_sheet_of(form))
    return "Your hours are handed in."


async def _take_back_time_sheet(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await TimeSheetService(work).take_back(seen, required_id(form.text("timeSheetId")))
    return "Your hours are taken back."


async def _approve_time_sheet(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await TimeSheetService(work).approve(seen, required_id(form.text("timeSheetId")))
    return "The hours are approved."


async def _dispute_time_sheet(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await TimeSheetService(work).dispute(seen, required_id(form.text("timeSheetId")), form.text("reason"))
    return "The hours are disputed, with your words."


async def _close(work: UnitOfWork, seen: Seen, _: Form) -> str:
    await EngagementService(work).close(seen)
    return "The engagement is closed."


async def _review(work: UnitOfWork, seen: Seen, form: Form) -> str:
    rating = form.number("rating")
    form.done()
    await EngagementReviewService(work).write(seen, rating=rating or 0, body=form.text("body"))
    return "Your review is kept until both are shown."


async def _cancel(work: UnitOfWork, seen: Seen, form: Form) -> str:
    await EngagementService(work).cancel(seen, form.text("reason"))
    return "The engagement is cancelled."


FORM_STEPS: Mapping[str, FormStep] = {
    "remove": _remove,
    "restore": _restore,
    "introduce": _introduce,
    "withdraw-introduction": _withdraw_introduction,
    "propose": _propose,
    "withdraw-terms": _withdraw_terms,
    "decline-terms": _decline_terms,
    "accept-terms": _accept_terms,
    "start": _start,
    "plan-milestone": _plan_milestone,
    "remove-milestone": _remove_milestone,
    "submit-milestone": _submit_milestone,
    "take-back-milestone": _take_back_milestone,
    "approve-milestone": _approve_milestone,
    "return-milestone": _return_milestone,
    "submit-time-sheet": _submit_time_sheet,
    "take-back-time-sheet": _take_back_time_sheet,
    "approve-time-sheet": _approve_time_sheet,
    "dispute-time-sheet": _dispute_time_sheet,
    "close": _close,
    "review": _review,
    "cancel": _cancel,
}
