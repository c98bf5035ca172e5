"""What the matching domain offers."""

from ctorendang.domains.matching.admin_pages import WeightPages
from ctorendang.domains.matching.compare_pages import ComparePages
from ctorendang.domains.matching.comparison_graphql import ComparisonQueries
from ctorendang.domains.matching.digest_graphql import DigestQueries
from ctorendang.domains.matching.fit_graphql import FitQueries
from ctorendang.domains.matching.graphql import MatchingQueries
from ctorendang.domains.matching.jobs import SUBSCRIPTIONS, read_what_is_unread
from ctorendang.domains.matching.mutations import MatchingMutations
from ctorendang.domains.matching.pages import MatchPages
from ctorendang.domains.matching.permissions import MatchingPermission
from ctorendang.domains.matching.weights_graphql import WeightQueries
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="matching",
    permissions=MatchingPermission,
    controllers=(MatchPages, ComparePages, WeightPages),
    queries=(MatchingQueries, WeightQueries, FitQueries, DigestQueries, ComparisonQueries),
    mutations=(MatchingMutations,),
    subscriptions=SUBSCRIPTIONS,
    at_start=(read_what_is_unread,),
)
