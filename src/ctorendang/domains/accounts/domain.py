"""What the accounts domain offers."""

from ctorendang.domains.accounts.graphql import AccountMutations
from ctorendang.domains.accounts.jobs import SUBSCRIPTIONS
from ctorendang.domains.accounts.key_graphql import KeyMutations, KeyQueries
from ctorendang.domains.accounts.key_pages import KeyPages
from ctorendang.domains.accounts.pages import AccountPages, SignInPages, SignUpPages
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.session_graphql import SessionMutations, SessionQueries
from ctorendang.domains.accounts.session_pages import SessionPages
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="accounts",
    permissions=AccountPermission,
    controllers=(SignInPages, SignUpPages, AccountPages, SessionPages, KeyPages),
    queries=(SessionQueries, KeyQueries),
    mutations=(AccountMutations, SessionMutations, KeyMutations),
    subscriptions=SUBSCRIPTIONS,
)
