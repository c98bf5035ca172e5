"""What the accounts domain offers."""

from ctorendang.domains.accounts.email.graphql import EmailMutations
from ctorendang.domains.accounts.email.jobs import EMAIL_SUBSCRIPTIONS
from ctorendang.domains.accounts.email.pages import EmailPages
from ctorendang.domains.accounts.factors.graphql import FactorMutations, FactorQueries
from ctorendang.domains.accounts.factors.jobs import FACTOR_SUBSCRIPTIONS
from ctorendang.domains.accounts.factors.pages import SecurityPages
from ctorendang.domains.accounts.factors.step_pages import EnrolmentPages, SecondFactorPages
from ctorendang.domains.accounts.factors.step_up_pages import StepUpPages
from ctorendang.domains.accounts.graphql import AccountMutations
from ctorendang.domains.accounts.invitations.graphql import InvitationMutations, InvitationQueries
from ctorendang.domains.accounts.invitations.jobs import INVITATION_SUBSCRIPTIONS
from ctorendang.domains.accounts.invitations.pages import InvitationPages, JoiningPages
from ctorendang.domains.accounts.jobs import SUBSCRIPTIONS
from ctorendang.domains.accounts.keys.graphql import KeyMutations, KeyQueries
from ctorendang.domains.accounts.keys.pages import KeyPages
from ctorendang.domains.accounts.pages import AccountPages, SignInPages, SignUpPages
from ctorendang.domains.accounts.people.graphql import OwnMutations, OwnQueries
from ctorendang.domains.accounts.people.pages import AvatarPages, PeoplePages
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.policy.graphql import PolicyMutations, PolicyQueries
from ctorendang.domains.accounts.policy.pages import PolicyPages
from ctorendang.domains.accounts.purge_jobs import PURGE_SUBSCRIPTIONS, begin_purging
from ctorendang.domains.accounts.session_graphql import SessionMutations, SessionQueries
from ctorendang.domains.accounts.session_pages import SessionPages
from ctorendang.domains.accounts.subject_names import NAMES
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="accounts",
    permissions=AccountPermission,
    controllers=(
        SignInPages,
        SignUpPages,
        AccountPages,
        PeoplePages,
        AvatarPages,
        SessionPages,
        KeyPages,
        PolicyPages,
        InvitationPages,
        JoiningPages,
        EmailPages,
        SecurityPages,
        SecondFactorPages,
        EnrolmentPages,
        StepUpPages,
    ),
    queries=(SessionQueries, KeyQueries, PolicyQueries, InvitationQueries, FactorQueries, OwnQueries),
    mutations=(
        AccountMutations,
        SessionMutations,
        KeyMutations,
        PolicyMutations,
        InvitationMutations,
        EmailMutations,
        FactorMutations,
        OwnMutations,
    ),
    subscriptions=(
        *SUBSCRIPTIONS,
        *FACTOR_SUBSCRIPTIONS,
        *INVITATION_SUBSCRIPTIONS,
        *EMAIL_SUBSCRIPTIONS,
        *PURGE_SUBSCRIPTIONS,
    ),
    at_start=(begin_purging,),
    names=NAMES,
)
