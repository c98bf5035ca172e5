"""What the calendar domain offers."""

from ctorendang.domains.calendar.booking_graphql import BookingQueries
from ctorendang.domains.calendar.booking_pages import BookingPages, PublishedPages
from ctorendang.domains.calendar.graphql import CalendarQueries
from ctorendang.domains.calendar.jobs import SUBSCRIPTIONS, begin_hours
from ctorendang.domains.calendar.mutations import BookingMutations, CalendarMutations
from ctorendang.domains.calendar.pages import CalendarPages
from ctorendang.domains.calendar.permissions import CalendarPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="calendar",
    permissions=CalendarPermission,
    controllers=(CalendarPages, BookingPages, PublishedPages),
    queries=(CalendarQueries, BookingQueries),
    mutations=(CalendarMutations, BookingMutations),
    subscriptions=SUBSCRIPTIONS,
    at_start=(begin_hours,),
)
