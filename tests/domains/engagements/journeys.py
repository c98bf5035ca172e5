"""Engagements for tests, taken through the API to wherever a test begins."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.factories import PROBLEMS, ListedCto, Marketplace, Person, project

from ctorendang.kit.clock import now

FIELDS = """
  id version status side title currency message trialEndsAt trialMinutes trialOver cancelReason actions
  client { id name } cto { id name }
  nextStep { action text awaited }
  terms { id number side status rate currency hoursPerWeek startsOn weeks noticeDays note answer changed expiresAt }
  milestones { id kind title amount status report answer }
  timeSheets { id week minutes amount status answer }
  reviews { side rating body revealed }
  history { version action side actor text detail }
"""
ENGAGEMENT = f"... on Engagement {{ {FIELDS} }}" + PROBLEMS

STEPS = {
    "shortlist": (),
    "introduction": ("introduce",),
    "proposal": ("introduce", "propose"),
    "trial": ("introduce", "propose", "accept"),
    "active": ("introduce", "propose", "accept", "start"),
    "closed": ("introduce", "propose", "accept", "start", "hand over", "approve", "close"),
    "cancelled": ("introduce", "cancel"),
}


def terms(**changes: Any) -> dict[str, Any]:
    """Terms that both sides could live with."""
    return {
        "rate": 15000,
        "currency": "EUR",
        "hoursPerWeek": 8,
        "startsOn": (now().date() + timedelta(days=7)).isoformat(),
        "weeks": 12,
        "noticeDays": 14,
        **changes,
    }


def this_week() -> date:
    today = now().date()
    return today - timedelta(days=today.weekday())


@dataclass
class Journey:
    """An engagement, its two sides, and how it stood when somebody last acted."""

    market: Marketplace
    client: Person
    cto: ListedCto
    project_id: str
    last: dict[str, Any]

    @property
    def id(self) -> str:
        return self.last["id"]

    @property
    def seen(self) -> dict[str, Any]:
        return {"engagementId": self.id, "version": self.last["version"]}

    async def act(self, person: Person, mutation: str, **value: Any) -> dict[str, Any]:
        """What a mutation comes to; a success is remembered."""
        answer = await person.mutate(mutation, ENGAGEMENT, {**self.seen, **value})
        if answer["__typename"] == "Engagement":
            self.last = answer
        return answer

    async def done(self, person: Person, mutation: str, **value: Any) -> dict[str, Any]:
        """As ``act``, for what must succeed."""
        answer = await self.act(person, mutation, **value)
        assert answer["__typename"] == "Engagement", answer
        return answer

    async def shown_to(self, person: Person) -> dict[str, Any] | None:
        """How somebody sees it now."""
        data = await person.query(f"query($id: ID!) {{ engagement(id: $id) {{ {FIELDS} }} }}", id=self.id)
        if data["engagement"] is not None:
            self.last = data["engagement"]
        return data["engagement"]

    async def advance(self, status: str) -> "Journey":
        """Take it from the shortlist to a status by the shortest way."""
        for step in STEPS[status]:
            await self._step(step)
        assert self.last["status"] == status.upper()
        return self

    async def take(self, *steps: str) -> None:
        """Take these steps, as ``STEPS`` names them."""
        for step in steps:
            await self._step(step)

    async def _step(self, step: str) -> None:
        client, cto = self.client, self.cto.person
        if step == "introduce":
            await self.done(client, "introduceCto", message="We would like to talk to you.")
        elif step == "propose":
            await self.done(cto, "proposeTerms", **terms())
        elif step == "accept":
            await self.done(client, "acceptTerms")
        elif step == "start":
            await self.done(client, "startEngagement")
        elif step == "hand over":
            await self.done(cto, "submitMilestone", milestoneId=self.handover, report="Everything is in the wiki.")
        elif step == "approve":
            await self.done(client, "approveMilestone", milestoneId=self.handover)
        elif step == "close":
            await self.done(client, "closeEngagement")
        elif step == "cancel":
            await self.done(client, "cancelEngagement", reason="Our plans have changed.")

    @property
    def handover(self) -> str:
        return next(each["id"] for each in self.last["milestones"] if each["kind"] == "HANDOVER")


async def new_project(client: Person, **changes: Any) -> str:
    created = await client.mutate("createProject", "... on Project { id }" + PROBLEMS, project(**changes))
    return created["id"]


async def begin(market: Marketplace, client: Person, cto: ListedCto) -> Journey:
    """A CTO on the shortlist of a new project."""
    project_id = await new_project(client)
    shortlisted = await client.mutate("shortlistCto", ENGAGEMENT, {"projectId": project_id, "ctoId": str(cto.id)})
    assert shortlisted["__typename"] == "Engagement", shortlisted
    return Journey(market, client, cto, project_id, shortlisted)
