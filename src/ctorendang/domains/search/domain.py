"""What the search domain offers."""

from ctorendang.domains.search.graphql import SearchQueries
from ctorendang.domains.search.jobs import SUBSCRIPTIONS
from ctorendang.domains.search.mutations import SavedSearchMutations
from ctorendang.domains.search.pages import SavedSearchPages, SearchPages
from ctorendang.domains.search.permissions import SearchPermission
from ctorendang.domains.search.rebuilding import keep_index
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="search",
    permissions=SearchPermission,
    controllers=(SearchPages, SavedSearchPages),
    queries=(SearchQueries,),
    mutations=(SavedSearchMutations,),
    subscriptions=SUBSCRIPTIONS,
    alongside=(keep_index,),
)
