"""What the engagements domain offers."""

from ctorendang.domains.engagements.admin_pages import EngagementLimitPages
from ctorendang.domains.engagements.graphql import EngagementQueries
from ctorendang.domains.engagements.introduction_mutations import IntroductionMutations
from ctorendang.domains.engagements.introduction_pages import IntroductionPages
from ctorendang.domains.engagements.jobs import SUBSCRIPTIONS
from ctorendang.domains.engagements.mutations import EngagementMutations
from ctorendang.domains.engagements.pages import EngagementPages
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.work_mutations import EngagementWorkMutations
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="engagements",
    permissions=EngagementPermission,
    controllers=(EngagementPages, IntroductionPages, EngagementLimitPages),
    queries=(EngagementQueries,),
    mutations=(EngagementMutations, EngagementWorkMutations, IntroductionMutations),
    subscriptions=SUBSCRIPTIONS,
)
