"""Inviting people by e-mail, for administrators."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, select

from ctorendang.domains.accounts.errors import InvitationJustSent, TooManyInvitations
from ctorendang.domains.accounts.invitations.models import Invitation
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.roles import WITHIN_TENANT, Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

LIFETIME = timedelta(days=7)
MOST_AT_ONCE = 100
MOST_A_DAY = 500
_SEND_AGAIN_AFTER = timedelta(minutes=1)
_SUSPENDED = "This is a member who is suspended. Restore them under Members; no invitation is needed."
_NOTHING_TO_ACCEPT = "This is a member with these roles already: there is nothing to accept."


class InvitationService:
    """Open invitations of a tenant."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def invite(self, emails: Sequence[str], roles: Sequence[str]) -> list[Invitation]:
        """Have a mail sent to each address: to all, or when one is not good, to none.

        Args:
            emails: as they were typed.
            roles: what everybody of them will be; somebody with an account gains these besides their own.

        Raises:
            Forbidden: the actor invites nobody.
            StepUpRequired: they would be administrators, and the actor signed in too long ago.
            InvalidInput: with a message for each address that is not good, under ``emails.<index>``.
            TooManyInvitations: enough were sent today.
        """
        self._work.require(AccountPermission.MANAGE_INVITATIONS)
        if Role.ADMIN in roles:
            require_recent(self._work.actor)
        fields = Fields()
        chosen = fields.choices("roles", roles, WITHIN_TENANT, most=3)
        if not chosen:
            fields.refuse("roles", "Choose at least one role.")
        addresses = await self._addresses(emails, set(chosen), fields)
        fields.done()
        if await self._sent_today() + len(addresses) > MOST_A_DAY:
            raise TooManyInvitations
        made = [
            Invitation(
                tenant_id=self._tenant_id,
                id=uuid7(),
                email=address,
                roles=chosen,
                invited_by=self._work.actor.person,
                created_at=now(),
                expires_at=now() + LIFETIME,
            )
            for address in addresses
        ]
        self._work.session.add_all(made)
        await self._work.session.flush()
        for invitation in made:
            self._send(invitation)
            details = {"roles": chosen}
            record(self._work, "accounts.invitation.sent", Subject("invitation", invitation.id), details)
        return made

    async def _addresses(self, emails: Sequence[str], roles: set[str], fields: Fields) -> list[str]:
        """The addresses, normalised; what is wrong with one is noted under its place in the list."""
        if not emails:
            fields.refuse("emails", "Write at least one address.")
        if len(emails) > MOST_AT_ONCE:
            fields.refuse("emails", f"Invite at most {MOST_AT_ONCE} people at once.")
            return []
        addresses = [fields.email(f"emails.{place}", email) for place, email in enumerate(emails)]
        members = await self._members(addresses)
        invited = await self._invited(addresses)
        for place, address in enumerate(addresses):
            member = members.get(address)
            if address and address in addresses[:place]:
                fields.refuse(f"emails.{place}", "This address is in the list twice.")
            elif address in invited:
                fields.refuse(f"emails.{place}", "There is an open invitation. Send it again, or revoke it first.")
            elif member is not None and member.status != MemberStatus.ACTIVE:
                fields.refuse(
                    f"emails.{place}",
                    _SUSPENDED,
                )
            elif member is not None and roles <= set(member.roles):
                fields.refuse(f"emails.{place}", _NOTHING_TO_ACCEPT)
        return addresses

    async def members_among(self, emails: Sequence[str]) -> dict[str, str]:
        """What the people are called who have an account already: accepting adds to their roles, and opens nothing.

        Raises:
            Forbidden: the actor invites nobody.
        """
        self._work.require(AccountPermission.MANAGE_INVITATIONS)
        return {email: user.name for email, user in (await self._members(emails)).items()}

    async def _members(self, addresses: Sequence[str]) -> dict[str, User]:
        statement = select(User).where(User.tenant_id == self._tenant_id, User.email.in_(addresses))
        return {user.email: user for user in await self._work.session.scalars(statement)}

    async def _invited(self, addresses: Sequence[str]) -> set[str]:
        """Addresses with an invitation that is good; what is too old makes room for a new one."""
        statement = self._open().where(Invitation.email.in_(addresses)).with_for_update()
        found = list(await self._work.session.scalars(statement))
        for invitation in found:
            if invitation.expires_at <= now():
                invitation.revoked_at = now()
        return {invitation.email for invitation in found if invitation.revoked_at is None}

    async def _sent_today(self) -> int:
        statement = select(func.count()).where(
            Invitation.tenant_id == self._tenant_id, Invitation.created_at > now() - timedelta(days=1)
        )
        return (await self._work.session.scalar(statement)) or 0

    def _send(self, invitation: Invitation) -> None:
        self._work.publish("invitation.made", {"invitation_id": str(invitation.id)})

    async def resend(self, invitation_id: UUID) -> Invitation:
        """Send the mail again, with a new link and a week from now; the link before is worthless.

        Raises:
            Forbidden: the actor invites nobody.
            StepUpRequired: it makes an administrator, and the actor signed in too long ago.
            NotFound: there is no such open invitation.
            InvitationJustSent: it was sent a moment ago.
        """
        self._work.require(AccountPermission.MANAGE_INVITATIONS)
        invitation = await self._get(invitation_id)
        if Role.ADMIN in invitation.roles:
            require_recent(self._work.actor)
        if invitation.sent_at is not None and now() - invitation.sent_at < _SEND_AGAIN_AFTER:
            raise InvitationJustSent
        invitation.expires_at = now() + LIFETIME
        invitation.invited_by = self._work.actor.person
        self._send(invitation)
        record(self._work, "accounts.invitation.sent_again", Subject("invitation", invitation.id))
        return invitation

    async def revoke(self, invitation_id: UUID) -> Invitation:
        """Make an invitation worthless.

        Raises:
            Forbidden: the actor invites nobody.
            NotFound: there is no such open invitation.
        """
        self._work.require(AccountPermission.MANAGE_INVITATIONS)
        invitation = await self._get(invitation_id)
        invitation.revoked_at = now()
        record(self._work, "accounts.invitation.revoked", Subject("invitation", invitation.id))
        return invitation

    async def page(self, request: PageRequest) -> Page[Invitation]:
        """Invitations that nobody has accepted yet, the newest first.

        Raises:
            Forbidden: the actor invites nobody.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AccountPermission.MANAGE_INVITATIONS)
        keys = [Key(Invitation.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._open(), keys, request)

    async def count(self) -> int:
        """How many invitations nobody has accepted yet.

        Raises:
            Forbidden: the actor invites nobody.
        """
        self._work.require(AccountPermission.MANAGE_INVITATIONS)
        return (await self._work.session.scalar(select(func.count()).select_from(self._open().subquery()))) or 0

    def _open(self) -> Select[Invitation]:
        return select(Invitation).where(
            Invitation.tenant_id == self._tenant_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )

    async def _get(self, invitation_id: UUID) -> Invitation:
        statement = self._open().where(Invitation.id == invitation_id).with_for_update()
        found = (await self._work.session.scalars(statement)).one_or_none()
        if found is None:
            raise NotFound("There is no such open invitation.")
        return found
