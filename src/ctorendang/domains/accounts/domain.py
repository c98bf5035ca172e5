"""What the accounts domain offers."""

from ctorendang.domains.accounts.graphql import AccountMutations
from ctorendang.domains.accounts.jobs import SUBSCRIPTIONS
from ctorendang.domains.accounts.pages import AccountPages, SignInPages, SignUpPages
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="accounts",
    permissions=AccountPermission,
    controllers=(SignInPages, SignUpPages, AccountPages),
    mutations=(AccountMutations,),
    subscriptions=SUBSCRIPTIONS,
)
