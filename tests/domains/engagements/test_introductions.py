"""A time to talk about a project: one story of the engagement and the CTO's calendar."""

import asyncio
from typing import Any

import pytest
from tests.domains.calendar.offering import BOOKING, booked, free_starts, offering
from tests.domains.engagements.conftest import Sides
from tests.domains.engagements.journeys import ENGAGEMENT, FIELDS, Journey, begin, new_project, terms
from tests.factories import PROBLEMS, ListedCto, Marketplace, Person
from tests.inbox import Inbox, text_of

ABOUT = BOOKING.replace("{ id status", "{ id status source sourceId about cancelledByOther", 1)
TALKS = """introductions { id status asClient changeable cancelledByMe cancelledByOther cancelReason
    ctoTime { starts timeZone } clientTime { starts timeZone } } takesIntroductions"""


@pytest.fixture(scope="module")
async def hired(sides: Sides) -> ListedCto:
    """Offers nine to five, every day."""
    return await offering(sides.market)


@pytest.fixture
async def cto(sides: Sides, hired: ListedCto) -> ListedCto:
    """Has no introductions yet."""
    await sides.market.fetch("delete from calendar_bookings")
    await sides.clear_week()
    await sides.market.fetch("update ctos set currency = 'EUR'")
    await sides.market.fetch("update users set roles = '{cto}' where id = $1", hired.person.id)
    return hired


@pytest.fixture
def client(sides: Sides, cto: ListedCto) -> Person:
    """Has none with anybody, since there are none."""
    return sides.client


async def talk(client: Person, cto: ListedCto, project_id: str, place: int = 0, note: str = "") -> dict[str, Any]:
    """What booking one of the free times about a project comes to."""
    value = {"ctoId": str(cto.id), "startsAt": (await free_starts(client, cto))[place], "note": note}
    return await client.mutate("bookIntroduction", ABOUT, {**value, "projectId": project_id})


async def shown(person: Person, engagement_id: str) -> dict[str, Any]:
    query = f"query($id: ID!) {{ engagement(id: $id) {{ {FIELDS} {TALKS} }} }}"
    return (await person.query(query, id=engagement_id))["engagement"]


async def at(sides: Sides, client: Person, cto: ListedCto, status: str) -> Journey:
    return await (await begin(sides.market, client, cto)).advance(status)


async def counts(market: Marketplace) -> tuple[Any, ...]:
    statement = (
        "select (select count(*) from engagements), (select count(*) from engagement_steps),"
        " (select count(*) from calendar_bookings where status = 'booked')"
    )
    return tuple((await market.fetch_as("worker", statement))[0])


async def test_a_booked_time_stands_on_the_engagement_by_both_clocks(sides: Sides, client: Person, cto: ListedCto):
    await client.mutate("updatePreferences", "... on Viewer { id }", {"timeZone": "America/New_York"})
    journey = await at(sides, client, cto, "introduction")
    assert journey.last["nextStep"]["action"] == "BOOK_INTRODUCTION"
    made = await talk(client, cto, journey.project_id, note="Our monolith")
    assert (made["source"], made["sourceId"], made["about"]) == ("engagement", journey.id, journey.last["title"])
    for person, as_client in ((client, True), (cto.person, False)):
        seen = await shown(person, journey.id)
        (one,) = seen["introductions"]
        assert (one["status"], one["asClient"], seen["takesIntroductions"]) == ("BOOKED", as_client, True)
        assert one["ctoTime"]["timeZone"] == "Europe/Berlin"
        assert one["clientTime"]["timeZone"] == "America/New_York"
        assert one["ctoTime"]["starts"] != one["clientTime"]["starts"]
        assert [each["action"] for each in seen["history"]] == ["BOOK_INTRODUCTION", "INTRODUCE", "SHORTLIST"]
        assert seen["nextStep"]["action"] == "PROPOSE"
    assert (await shown(client, journey.id))["version"] == journey.last["version"] + 1
    (event,) = await sides.market.fetch(
        "select payload from outbox where event = 'engagement.introduction_booked' and payload->>'engagement_id' = $1",
        journey.id,
    )
    assert event
    trail = "select details from audit_events where action = $1 and subject_id::text = $2"
    (row,) = await sides.market.fetch_as("admin", trail, "engagements.engagement.introduction_booked", journey.id)
    assert made["id"] in str(row["details"])
    assert (await sides.stranger.query("query($id: ID!) { engagement(id: $id) { id } }", id=journey.id))[
        "engagement"
    ] is None


@pytest.mark.parametrize("shortlisted", [True, False])
async def test_booking_about_a_project_asks_for_the_introduction_with_it(
    sides: Sides, client: Person, cto: ListedCto, shortlisted: bool
):
    if shortlisted:
        project = (await begin(sides.market, client, cto)).project_id
    else:
        project = await new_project(client)
    made = await talk(client, cto, project, note="Our monolith")
    seen = await shown(cto.person, made["sourceId"])
    assert (seen["status"], seen["message"]) == ("INTRODUCTION", "Our monolith")
    assert [each["action"] for each in seen["history"]] == ["BOOK_INTRODUCTION", "INTRODUCE", "SHORTLIST"]
    assert seen["version"] == len(seen["history"]) == 3
    again = await talk(client, cto, project, place=3)
    assert again["sourceId"] == made["sourceId"]
    assert len((await shown(client, made["sourceId"]))["introductions"]) == 2


async def test_what_cannot_be_booked_leaves_no_engagement(sides: Sides, client: Person, cto: ListedCto):
    project = await new_project(client)
    taken = await booked(sides.stranger, cto)
    before = await counts(sides.market)
    value = {"ctoId": str(cto.id), "startsAt": taken["startsAt"], "projectId": project}
    refused = await client.mutate("bookIntroduction", ABOUT, value)
    assert (refused["code"], len(refused["alternatives"])) == ("slot_already_taken", 3)
    assert await counts(sides.market) == before


@pytest.mark.parametrize("wrong", ["not mine", "closed", "other currency", "past talking", "myself"])
async def test_what_is_no_introduction_books_no_time(sides: Sides, client: Person, cto: ListedCto, wrong: str):
    project = await new_project(client)
    if wrong == "not mine":
        client = sides.stranger
    elif wrong == "closed":
        await client.mutate("closeProject", "__typename", {"projectId": project})
    elif wrong == "other currency":
        await sides.market.fetch("update ctos set currency = 'USD' where id = $1", cto.id)
    elif wrong == "past talking":
        project = (await at(sides, client, cto, "trial")).project_id
    else:
        await sides.market.fetch("update users set roles = '{client,cto}' where id = $1", cto.person.id)
        client, project = cto.person, await new_project(cto.person)
    before = await counts(sides.market)
    codes = {"not mine": "not_found", "closed": "project_has_ended", "other currency": "currency_mismatch"}
    wanted = {**codes, "past talking": "step_not_possible", "myself": "cannot_book_oneself"}[wrong]
    assert (await talk(client, cto, project))["code"] == wanted
    assert await counts(sides.market) == before


@pytest.mark.parametrize("canceller", ["client", "cto"])
async def test_cancelling_and_taking_that_back_show_on_the_engagement(
    sides: Sides, client: Person, cto: ListedCto, canceller: str
):
    journey = await at(sides, client, cto, "introduction")
    made = await talk(client, cto, journey.project_id)
    one, other = (client, cto.person) if canceller == "client" else (cto.person, client)
    await one.mutate("cancelBooking", ABOUT, {"bookingId": made["id"], "reason": "Ill"})
    for person, mine in ((one, True), (other, False)):
        (seen,) = (await shown(person, journey.id))["introductions"]
        assert (seen["status"], seen["cancelReason"]) == ("CANCELLED", "Ill")
        assert (seen["cancelledByMe"], seen["cancelledByOther"]) == (mine, not mine)
    assert (await shown(client, journey.id))["nextStep"]["action"] == "BOOK_INTRODUCTION"
    await one.mutate("restoreBooking", ABOUT, {"bookingId": made["id"]})
    assert [each["status"] for each in (await shown(other, journey.id))["introductions"]] == ["BOOKED"]


ENDS = {"cancelEngagement": {"reason": "Our plans have changed."}, "withdrawIntroduction": {}}


@pytest.mark.parametrize("mutation", ENDS)
async def test_what_ends_gives_its_booked_times_back_for_good(
    sides: Sides, client: Person, cto: ListedCto, mutation: str
):
    journey = await at(sides, client, cto, "introduction")
    made = [await talk(client, cto, journey.project_id, place) for place in (0, 4)]
    await client.mutate("cancelBooking", ABOUT, {"bookingId": made[1]["id"], "reason": "Ill"})
    await journey.shown_to(client)
    await journey.done(client, mutation, **ENDS[mutation])
    assert made[0]["startsAt"] in await free_starts(client, cto)
    seen = (await shown(client, journey.id))["introductions"]
    assert [each["status"] for each in seen] == ["CANCELLED", "CANCELLED"]
    for each in made:
        for person in (client, cto.person):
            refused = await person.mutate("restoreBooking", ABOUT, {"bookingId": each["id"]})
            assert refused["code"] == "subject_has_ended"
    if mutation == "withdrawIntroduction":
        assert (await talk(client, cto, journey.project_id))["sourceId"] == journey.id


async def test_an_administrator_who_cancels_is_neither_side(sides: Sides, client: Person, cto: ListedCto):
    journey = await at(sides, client, cto, "introduction")
    await talk(client, cto, journey.project_id)
    await journey.shown_to(sides.admin)
    await journey.done(sides.admin, "cancelEngagement", reason="Against our rules.")
    (seen,) = (await shown(cto.person, journey.id))["introductions"]
    assert (seen["status"], seen["cancelledByMe"], seen["cancelledByOther"]) == ("CANCELLED", False, False)


async def test_who_wants_two_times_at_once_gets_one_engagement(sides: Sides, client: Person, cto: ListedCto):
    project = await new_project(client)
    starts = await free_starts(client, cto)
    values = [{"ctoId": str(cto.id), "startsAt": starts[place], "projectId": project} for place in (1, 8, 15, 22)]
    shortlist = {"projectId": project, "ctoId": str(cto.id)}
    answers = await asyncio.gather(
        *(client.mutate("bookIntroduction", ABOUT, value) for value in values),
        client.mutate("shortlistCto", ENGAGEMENT, shortlist),
    )
    made = [each for each in answers if each["__typename"] == "Booking"]
    assert len(made) == 2, answers
    assert len({each["sourceId"] for each in made}) == 1
    assert {each.get("code") for each in answers} <= {None, "too_many_bookings", "already_shortlisted"}


async def test_booking_while_the_other_side_acts_waits_and_hangs_nobody(sides: Sides, client: Person, cto: ListedCto):
    journey = await at(sides, client, cto, "proposal")
    await journey.shown_to(cto.person)
    answers = await asyncio.gather(
        talk(client, cto, journey.project_id),
        cto.person.mutate("withdrawTerms", ENGAGEMENT, journey.seen),
        sides.admin.mutate("cancelEngagement", ENGAGEMENT, {**journey.seen, "reason": "Against our rules."}),
    )
    known = {None, "step_not_possible", "engagement_changed_meanwhile", "project_has_ended"}
    assert {each.get("code") for each in answers} <= known, answers
    seen = await shown(client, journey.id)
    assert seen["version"] == len(seen["history"])
    if seen["status"] == "CANCELLED":
        assert all(each["status"] == "CANCELLED" for each in seen["introductions"])


async def test_a_cto_books_no_introductions(sides: Sides, client: Person, cto: ListedCto):
    journey = await at(sides, client, cto, "introduction")
    assert (await talk(cto.person, cto, journey.project_id))["code"] == "forbidden"
    assert "BOOK_INTRODUCTION" not in (await shown(cto.person, journey.id))["actions"]


async def test_without_times_the_engagement_says_so(sides: Sides, client: Person):
    journey = await at(sides, client, sides.cto, "introduction")
    assert (await shown(client, journey.id))["takesIntroductions"] is False
    proposed = await journey.done(client, "proposeTerms", **terms())
    assert proposed["status"] == "PROPOSAL"


async def test_a_project_tells_whose_it_is(sides: Sides, client: Person):
    project = await new_project(client)
    await client.mutate("publishProject", "... on Project { id }" + PROBLEMS, {"projectId": project})
    query = "query($id: ID!) { project(id: $id) { mine } }"
    for person, mine in ((client, True), (sides.cto.person, False)):
        assert (await person.query(query, id=project))["project"]["mine"] is mine


async def test_mails_and_calendar_files_say_what_it_is_about(
    sides: Sides, cto: ListedCto, client: Person, inbox: Inbox
):
    project = await new_project(client, title="Split the orders out")
    made = await talk(client, cto, project)
    await sides.market.work_off()
    for person in (client, cto.person):
        mail = [each for each in inbox.of(person.email) if each["Subject"].startswith("Your introduction with")][-1]
        assert "About: Split the orders out" in text_of(mail)
        (attached,) = mail.iter_attachments()
        assert "Split the orders out" in attached.get_content().replace("\r\n ", "")
    ended = {"engagementId": made["sourceId"], "version": 3, "reason": "Our plans have changed."}
    await client.mutate("cancelEngagement", ENGAGEMENT, ended)
    await sides.market.work_off()
    for person in (client, cto.person):
        mail = [each for each in inbox.of(person.email) if each["Subject"].startswith("Cancelled: your introduction")][
            -1
        ]
        assert "is cancelled: “The engagement was cancelled.”" in text_of(mail)
