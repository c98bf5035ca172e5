"""No sequence of calls reaches an illegal state: random ones, against a model that is written down a second time."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from tests.architecture.sources import REPOSITORY
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import ENGAGEMENT, Journey, begin, terms, this_week
from tests.factories import Person

from ctorendang.domains.engagements.next_steps import Progress, next_step
from ctorendang.domains.engagements.status import EngagementStatus, Side
from ctorendang.domains.engagements.transitions import BY_ACTION, TRANSITIONS, Action, documented, possible

SEQUENCES, LENGTH = 60, 40
PEOPLE = ("client", "cto", "admin", "stranger")

# mutation -> who, from where, to where (None: it stays). Independent of the product's own table.
RULES: dict[str, tuple[set[str], set[str], str | None]] = {
    "removeFromShortlist": ({"client"}, {"SHORTLIST"}, "CANCELLED"),
    "restoreToShortlist": ({"client"}, {"CANCELLED"}, "SHORTLIST"),
    "introduceCto": ({"client"}, {"SHORTLIST"}, "INTRODUCTION"),
    "withdrawIntroduction": ({"client"}, {"INTRODUCTION"}, "SHORTLIST"),
    "proposeTerms": ({"client", "cto"}, {"INTRODUCTION", "PROPOSAL"}, "PROPOSAL"),
    "withdrawTerms": ({"client", "cto"}, {"PROPOSAL"}, "INTRODUCTION"),
    "declineTerms": ({"client", "cto"}, {"PROPOSAL"}, "INTRODUCTION"),
    "acceptTerms": ({"client", "cto"}, {"PROPOSAL"}, "TRIAL"),
    "startEngagement": ({"client"}, {"TRIAL"}, "ACTIVE"),
    "planMilestone": ({"client", "cto"}, {"ACTIVE"}, None),
    "removeMilestone": ({"client", "cto"}, {"ACTIVE"}, None),
    "submitMilestone": ({"cto"}, {"ACTIVE"}, None),
    "takeBackMilestone": ({"cto"}, {"ACTIVE"}, None),
    "approveMilestone": ({"client"}, {"ACTIVE"}, None),
    "returnMilestone": ({"client"}, {"ACTIVE"}, None),
    "submitTimeSheet": ({"cto"}, {"TRIAL", "ACTIVE"}, None),
    "takeBackTimeSheet": ({"cto"}, {"TRIAL", "ACTIVE"}, None),
    "approveTimeSheet": ({"client"}, {"TRIAL", "ACTIVE"}, None),
    "disputeTimeSheet": ({"client"}, {"TRIAL", "ACTIVE"}, None),
    "closeEngagement": ({"client", "cto"}, {"ACTIVE"}, "CLOSED"),
    "reviewEngagement": ({"client", "cto"}, {"CLOSED"}, None),
    "cancelEngagement": ({"client", "cto", "admin"}, {"INTRODUCTION", "PROPOSAL", "TRIAL", "ACTIVE"}, "CANCELLED"),
}
TEXTS = {
    "introduceCto": {"message": "Hello."},
    "declineTerms": {"reason": "No."},
    "returnMilestone": {"reason": "More."},
    "disputeTimeSheet": {"reason": "Why?"},
    "cancelEngagement": {"reason": "Over."},
    "submitMilestone": {"report": "Done."},
    "reviewEngagement": {"rating": 5, "body": "Good."},
    "planMilestone": {"title": "Plan"},
}
# Where a good course goes on, so that random walks get far.
TOWARDS = {
    "SHORTLIST": ["introduceCto"],
    "INTRODUCTION": ["proposeTerms"],
    "PROPOSAL": ["acceptTerms", "proposeTerms"],
    "TRIAL": ["startEngagement", "submitTimeSheet", "approveTimeSheet"],
    "ACTIVE": ["submitMilestone", "approveMilestone", "closeEngagement", "submitTimeSheet", "approveTimeSheet"],
    "CLOSED": ["reviewEngagement"],
    "CANCELLED": ["restoreToShortlist"],
}


@dataclass
class Model:
    """What the engagement must be: its state, and the parts that steps depend on."""

    status: str = "SHORTLIST"
    introduced: bool = False
    open_by: str = ""
    had_terms: bool = False
    milestones: dict[str, list[str]] = field(default_factory=dict)
    sheet: str = ""
    sheet_id: str = ""
    reviewed: set[str] = field(default_factory=set)

    def allows(self, who: str, mutation: str, part: str) -> bool:
        by, sources, _ = RULES[mutation]
        if who not in by or self.status not in sources or (who == "cto" and not self.introduced):
            return False
        work = [status for kind, status in self.milestones.values() if kind == "WORK"]
        handover = next((status for kind, status in self.milestones.values() if kind == "HANDOVER"), "")
        kind, status = self.milestones.get(part, ["", ""])
        checks = {
            "restoreToShortlist": not self.introduced,
            "withdrawIntroduction": not self.had_terms,
            "proposeTerms": self.open_by != who,
            "withdrawTerms": self.open_by == who,
            "declineTerms": self.open_by not in ("", who),
            "acceptTerms": self.open_by not in ("", who),
            "planMilestone": handover == "PLANNED",
            "removeMilestone": (kind, status) == ("WORK", "PLANNED"),
            "submitMilestone": status == "PLANNED" and (kind == "WORK" or set(work) <= {"APPROVED"}),
            "takeBackMilestone": status == "SUBMITTED",
            "approveMilestone": status == "SUBMITTED",
            "returnMilestone": status == "SUBMITTED",
            "submitTimeSheet": self.sheet != "APPROVED",
            "takeBackTimeSheet": self.sheet in ("SUBMITTED", "DISPUTED"),
            "approveTimeSheet": self.sheet in ("SUBMITTED", "DISPUTED"),
            "disputeTimeSheet": self.sheet == "SUBMITTED",
            "closeEngagement": set(work) | {handover} == {"APPROVED"} and self.sheet in ("", "APPROVED"),
            "reviewEngagement": who not in self.reviewed,
        }
        return checks.get(mutation, True)

    def follow(self, who: str, mutation: str, answer: dict[str, Any]) -> None:
        """Take over what a step has changed, from what must follow and from the ids that the answer brings."""
        self.status = RULES[mutation][2] or self.status
        self.introduced = {"introduceCto": True, "withdrawIntroduction": False}.get(mutation, self.introduced)
        if mutation == "proposeTerms":
            self.open_by, self.had_terms = who, True
        elif mutation in ("withdrawTerms", "declineTerms", "acceptTerms", "cancelEngagement"):
            self.open_by = ""
        if mutation == "reviewEngagement":
            self.reviewed.add(who)
        self.milestones = {each["id"]: [each["kind"], each["status"]] for each in answer["milestones"]}
        sheets = answer["timeSheets"]
        self.sheet, self.sheet_id = (sheets[0]["status"], sheets[0]["id"]) if sheets else ("", "")


class Walk:
    """One random sequence of calls."""

    def __init__(self, sides: Sides, journey: Journey, choice: Random, counts: Counter[str]) -> None:
        self.people: dict[str, Person] = {
            "client": sides.client,
            "cto": sides.cto.person,
            "admin": sides.admin,
            "stranger": sides.stranger,
        }
        self.journey, self.choice, self.counts, self.model = journey, choice, counts, Model()

    async def step(self) -> None:
        mutation = self._mutation()
        part = self.choice.choice([*self.model.milestones, self.journey.id])
        who = self._who(mutation, part)
        stale = self.choice.random() < 0.05
        value = {**self.journey.seen, **TEXTS.get(mutation, {}), **self._parts(mutation, part)}
        value["version"] -= stale
        may = self.model.allows(who, mutation, part) and not stale
        before = self.model.status
        answer = await self.people[who].mutate(mutation, ENGAGEMENT, value)
        done = answer["__typename"] == "Engagement"
        assert done is may, (who, mutation, before, self.model, answer)
        self.counts["done" if done else answer["code"]] += 1
        if done:
            self.journey.last = answer
            self.model.follow(who, mutation, answer)
            self.counts[f"{before} -> {answer['status']}"] += 1
        await self._compare()

    def _mutation(self) -> str:
        likely = TOWARDS[self.model.status] if self.choice.random() < 0.6 else list(RULES)
        return self.choice.choice(likely)

    def _who(self, mutation: str, part: str) -> str:
        able = [who for who in PEOPLE if self.model.allows(who, mutation, part)]
        return self.choice.choice(able) if able and self.choice.random() < 0.7 else self.choice.choice(PEOPLE)

    def _parts(self, mutation: str, part: str) -> dict[str, Any]:
        if mutation == "proposeTerms":
            return terms(rate=self.choice.randint(1, 30_000))
        if mutation == "submitTimeSheet":
            return {"week": this_week().isoformat(), "minutes": self.choice.randint(1, 600)}
        if mutation in ("takeBackTimeSheet", "approveTimeSheet", "disputeTimeSheet"):
            return {"timeSheetId": self.model.sheet_id or self.journey.id}
        ids = ("removeMilestone", "submitMilestone", "takeBackMilestone", "approveMilestone", "returnMilestone")
        return {"milestoneId": part} if mutation in ids else {}

    async def _compare(self) -> None:
        shown = (
            await self.people["client"].query(
                "query($id: ID!) { engagement(id: $id) { status version terms { side status } history { version } } }",
                id=self.journey.id,
            )
        )["engagement"]
        assert shown["status"] == self.model.status
        assert shown["version"] == self.journey.last["version"] == len(shown["history"])
        offered = [each["side"].lower() for each in shown["terms"] if each["status"] == "OPEN"]
        assert offered == [self.model.open_by] * bool(self.model.open_by)


async def test_no_sequence_of_calls_reaches_an_illegal_state(sides: Sides, record_property):
    counts: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        await sides.clear_week()
        walk = Walk(sides, await begin(sides.market, sides.client, sides.cto), Random(seed), counts)
        for _ in range(LENGTH):
            await walk.step()
    # Whoever works off jobs next would tell all sides of each of these steps.
    await sides.market.fetch("update outbox set done_at = now() where done_at is null")
    told = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    print(f"{SEQUENCES} sequences of {LENGTH} calls: {told}")  # noqa: T201
    record_property("engagement_calls", told)
    reached = {name.split(" -> ")[1] for name in counts if " -> " in name}
    assert reached == {status.name for status in EngagementStatus}
    assert {"not_found", "forbidden", "step_not_possible", "engagement_changed_meanwhile"} <= set(counts)


@pytest.mark.parametrize("each", TRANSITIONS, ids=lambda each: each.action)
def test_a_step_is_whole(each):
    assert each.past
    assert each.text
    assert not each.undo or each.undo in BY_ACTION
    back = each.undo and BY_ACTION[each.undo]
    if back and each.target and each.sources:
        assert each.target in back.sources


def test_the_documentation_shows_the_machine_as_it_is():
    page = (REPOSITORY / "docs" / "engagements.md").read_text("utf-8")
    assert documented(page) == page, "run `ctorendang engagements draw`"
    assert all(f"`{each.action}`" in page for each in TRANSITIONS)


def test_what_is_closed_stays_closed():
    assert {each.target for each in TRANSITIONS if EngagementStatus.CLOSED in each.sources} == {None}


@pytest.mark.parametrize("status", EngagementStatus)
@pytest.mark.parametrize("side", [Side.CLIENT, Side.CTO])
def test_what_is_next_can_be_done(status: EngagementStatus, side: Side):
    able = {each.action for each in possible(status, side)} | {Action.ACCEPT_TERMS, Action.PROPOSE}
    reached = [
        Progress(status, introduced, by, had, over, handed, disputed, planned, submitted, approved, handover)
        for introduced in (True, False)
        for by, had in ((None, False), (None, True), (Side.CLIENT, True), (Side.CTO, True))
        for over in (True, False)
        for handed in (0, 1)
        for disputed in (0, 1)
        for planned in (0, 1)
        for submitted in (0, 1)
        for approved in (0, 1)
        for handover in ("planned", "submitted", "approved")
    ]
    for progress in reached:
        if side is Side.CLIENT or status is not EngagementStatus.SHORTLIST:
            found = next_step(progress, side)
            assert found.text
            assert found.action is None or found.action in able
            assert found.action is not None or not found.awaited
