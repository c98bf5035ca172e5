"""Who sees what at a glance: everybody their own work, projects and money, and listed CTOs side by side."""

from typing import Any

from tests.domains.engagements.journeys import this_week
from tests.isolation.matrix import A_CTO, EVERYBODY, OTHER_CLIENT, OWNER, Cast, Operation
from tests.isolation.matrix_engagements import SIDES, journey_at
from tests.isolation.matrix_matching import two_ctos


async def work_under_way(cast: Cast) -> dict[str, Any]:
    await journey_at(cast, "active")
    return {}


async def approved_hours(cast: Cast) -> dict[str, Any]:
    journey = await journey_at(cast, "active")
    sheet = await journey.done(journey.cto.person, "submitTimeSheet", week=this_week().isoformat(), minutes=60)
    await journey.done(journey.client, "approveTimeSheet", timeSheetId=sheet["timeSheets"][0]["id"])
    return {}


QUERIES = [
    Operation("runningEngagements", "runningEngagements { engagement { id } }", SIDES, OTHER_CLIENT, work_under_way),
    Operation("earnings", "earnings { currency total }", A_CTO, prepare=approved_hours),
    Operation("matchDigests", "matchDigests { project { id } ctos { id } }", OWNER, OTHER_CLIENT),
    Operation("matchAppearances", "matchAppearances { lists }", A_CTO),
    Operation("comparison", 'comparison(ctoIds: [$id, "x"]) { ctos { cto { id } } }', EVERYBODY, prepare=two_ctos),
]
MUTATIONS: list[Operation] = []
