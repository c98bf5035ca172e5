"""What the matching domain offers."""

from ctorendang.domains.matching.graphql import MatchingQueries
from ctorendang.domains.matching.jobs import SUBSCRIPTIONS, read_what_is_unread
from ctorendang.domains.matching.pages import MatchPages
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="matching",
    permissions=MatchingPermission,
    controllers=(MatchPages,),
    queries=(MatchingQueries,),
    subscriptions=SUBSCRIPTIONS,
    at_start=(read_what_is_unread,),
)
