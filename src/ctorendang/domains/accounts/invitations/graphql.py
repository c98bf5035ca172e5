"""Invitations in GraphQL."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.graphql import Done, DoneResult
from ctorendang.domains.accounts.invitations.models import Invitation
from ctorendang.domains.accounts.invitations.service import InvitationService
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.service import names_of
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Connection, Info, InvalidInput, Refusal, connection, required_id
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


@strawberry.type(name="Invitation", description="That somebody may come in.")
class InvitationType:
    """An invitation that nobody has accepted yet."""

    id: strawberry.ID
    email: str
    roles: list[Role]
    created_at: datetime
    sent_at: datetime | None = strawberry.field(description="When the last mail went out; null while it is under way.")
    expires_at: datetime
    row: strawberry.Private[Invitation]

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(invitation.id)),
            email=invitation.email,
            roles=[Role(role) for role in invitation.roles],
            created_at=invitation.created_at,
            sent_at=invitation.sent_at,
            expires_at=invitation.expires_at,
            row=invitation,
        )

    @strawberry.field
    def expired(self) -> bool:
        """Whether it is too old."""
        return self.row.expires_at <= now()

    @strawberry.field
    async def member_name(self, info: Info) -> str | None:
        """The member who has this address already: accepting adds the roles to theirs. Null for others."""
        return await info.context.load(_members, self.row.email)

    @strawberry.field
    async def inviter_name(self, info: Info) -> str:
        """Who sent it last."""
        return await info.context.load_found(_names, self.row.invited_by)


async def _members(work: UnitOfWork, emails: list[str]) -> dict[str, str]:
    return await InvitationService(work).members_among(emails)


async def _names(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, str]:
    return await names_of(work, user_ids)


@strawberry.type(description="Invitations that were just made.")
class MadeInvitations:
    """One for each address."""

    invitations: list[InvitationType]


@strawberry.input
class InviteInput:
    """Whom, and as what. When one address is not good, nobody is invited; the problem is under `emails.<index>`."""

    emails: list[str]
    roles: list[Role]


@strawberry.input
class ResendInvitationInput:
    """Which invitation."""

    invitation_id: strawberry.ID


@strawberry.input
class RevokeInvitationInput:
    """Which invitation."""

    invitation_id: strawberry.ID


InviteResult = Annotated[MadeInvitations | Refusal | InvalidInput, strawberry.union("InviteResult")]
ResendInvitationResult = Annotated[InvitationType | Refusal, strawberry.union("ResendInvitationResult")]


@strawberry.type
class InvitationQueries:
    """Roots about invitations."""

    @strawberry.field
    async def invitations(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[InvitationType]:
        """Invitations that nobody has accepted yet, the newest first; for administrators."""
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: InvitationService(work).page(request))
        return connection(
            page, InvitationType.of, lambda: info.context.use(lambda work: InvitationService(work).count())
        )


@strawberry.type
class InvitationMutations:
    """Roots that invite people."""

    @mutation
    async def invite(self, info: Info, input: InviteInput) -> InviteResult:
        """Invite people by e-mail. Inviting administrators asks for a sign-in of the last ten minutes."""
        emails, roles = input.emails, [role.value for role in input.roles]
        made = await info.context.use(lambda work: InvitationService(work).invite(emails, roles))
        return MadeInvitations(invitations=[InvitationType.of(each) for each in made])

    @mutation
    async def resend_invitation(
        self,
        info: Info,
        input: ResendInvitationInput,
    ) -> ResendInvitationResult:
        """Send an invitation again, with a new link and a week from now."""
        invitation_id = required_id(input.invitation_id)
        return InvitationType.of(await info.context.use(lambda work: InvitationService(work).resend(invitation_id)))

    @mutation
    async def revoke_invitation(
        self,
        info: Info,
        input: RevokeInvitationInput,
    ) -> DoneResult:
        """Make an invitation worthless."""
        invitation_id = required_id(input.invitation_id)
        await info.context.use(lambda work: InvitationService(work).revoke(invitation_id))
        return Done(message="The invitation is revoked.")
