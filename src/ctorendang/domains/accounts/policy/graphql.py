"""The access policy in GraphQL."""

from enum import StrEnum
from typing import Annotated

import strawberry

from ctorendang.domains.accounts.models import AccessPolicy
from ctorendang.domains.accounts.policy.service import PolicyChange, PolicyService
from ctorendang.infra.graphql.cost import priced
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal


@strawberry.enum(description="Whom local sign-ins ask for a second factor.")
class Mfa(StrEnum):
    """Optional asks those who have set one up."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED_FOR_ADMINS = "required_for_admins"
    REQUIRED = "required"


@strawberry.enum(description="Whom enforced single sign-on binds.")
class SsoScope(StrEnum):
    """Domains are those of verified e-mail addresses."""

    OFF = "off"
    DOMAINS = "domains"
    EVERYONE = "everyone"


@strawberry.type(description="How many people have set up no second factor.")
class NotEnrolledPeople:
    """For telling what a stricter policy would mean."""

    administrators: int
    everybody: int


@strawberry.type(name="AccessPolicy", description="How people get in, and how long they stay.")
class AccessPolicyType:
    """The policy of this marketplace."""

    mfa: Mfa
    idle_minutes: int = strawberry.field(description="A browser's session ends when it was not used for so long.")
    absolute_hours: int = strawberry.field(description="A session ends then, used or not.")
    concurrent_sessions: int | None = strawberry.field(
        description="The most browser sessions that a person may have; the oldest end. Null is no limit."
    )
    sso_scope: SsoScope

    @classmethod
    def of(cls, policy: AccessPolicy) -> "AccessPolicyType":
        """From its row."""
        return cls(
            mfa=Mfa(policy.mfa),
            idle_minutes=policy.idle_minutes,
            absolute_hours=policy.absolute_hours,
            concurrent_sessions=policy.concurrent_sessions,
            sso_scope=SsoScope(policy.sso_scope),
        )

    @priced(500)
    async def not_enrolled(self, info: Info) -> NotEnrolledPeople:
        """Whom a stricter policy would ask to set up a second factor."""
        found = await info.context.use(lambda work: PolicyService(work).not_enrolled())
        return NotEnrolledPeople(administrators=found.administrators, everybody=found.everybody)


@strawberry.input
class UpdateAccessPolicyInput:
    """The whole policy, but for single sign-on."""

    mfa: Mfa
    idle_minutes: int
    absolute_hours: int
    concurrent_sessions: int | None = None


UpdateAccessPolicyResult = Annotated[
    AccessPolicyType | Refusal | InvalidInput, strawberry.union("UpdateAccessPolicyResult")
]


@strawberry.type
class PolicyQueries:
    """Roots about the policy."""

    @strawberry.field
    async def access_policy(self, info: Info) -> AccessPolicyType:
        """The access policy; for administrators."""
        return AccessPolicyType.of(await info.context.use(lambda work: PolicyService(work).current()))


@strawberry.type
class PolicyMutations:
    """Roots that change the policy."""

    @mutation
    async def update_access_policy(
        self,
        info: Info,
        input: UpdateAccessPolicyInput,
    ) -> UpdateAccessPolicyResult:
        """Set the policy, for living sessions too. Asks for a sign-in of the last ten minutes."""
        change = PolicyChange(input.mfa, input.idle_minutes, input.absolute_hours, input.concurrent_sessions)
        return AccessPolicyType.of(await info.context.use(lambda work: PolicyService(work).update(change)))
