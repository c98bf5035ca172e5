"""Whom a verified identity is here: the known one, one to be linked, or somebody new.

The key is the pair of connection and subject. An e-mail address leads to an account only when the connection is the
authority on that address, and never to an administrator's account that has a sign-in of its own: that link is made by
the administrator, signed in.
"""

from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.accounts.invitations.joining import is_invited
from ctorendang.domains.accounts.local import has_local_credentials
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.role_assignment import assign_roles
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.accounts.takeover import forget_credentials
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.kept_above import has_roles_of_a_directory
from ctorendang.domains.sso.mapping import roles_after
from ctorendang.domains.sso.models import Connection, EmailDomain, Identity
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.status import Protocol
from ctorendang.domains.sso.trace import Trace
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7


class People:
    """Finds, links and opens accounts for one connection, as the product itself."""

    def __init__(self, work: UnitOfWork, connection: Connection, trace: Trace) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._connection = connection
        self._trace = trace
        self._users = UserRepository(session=work.session)

    @property
    def _is_saml(self) -> bool:
        """SAML has no word for a verified address: its provider speaks for verified domains alone."""
        return self._connection.protocol == Protocol.SAML

    async def sign_on(self, identity: VerifiedIdentity) -> User:
        """The person, with the roles that their groups give.

        Raises:
            SignOnRefused: nobody here may be signed on by this; the trace says why.
        """
        self._work.require(SsoPermission.SIGN_ON)
        user = await self.known(identity.subject)
        if user is None:
            user = await self._by_email(identity)
        self._require_active(user)
        await self._set_roles(user, identity)
        await self._touch(identity.subject)
        return user

    async def known(self, subject: str) -> User | None:
        """The person that a subject was linked to before, who stays as they are until the transaction ends."""
        self._work.require(SsoPermission.SIGN_ON)
        found = await self._work.session.scalar(
            select(Identity.user_id).where(
                Identity.tenant_id == self._tenant_id,
                Identity.connection_id == self._connection.id,
                Identity.subject == subject,
            )
        )
        return None if found is None else await self._locked(found)

    async def _locked(self, user_id: UUID) -> User:
        """Somebody, who stays as they are. Administrators are locked first, as everywhere: no two wait in a circle.

        Raises:
            SignOnRefused: they became an administrator while they were waited for, and the others are not locked.
        """
        user = await self._users.find(self._tenant_id, user_id)
        others_held = user is not None and Role.ADMIN in user.roles
        if others_held:
            await self._users.lock_active_admins(self._tenant_id)
        locked = await self._users.get_locked(self._tenant_id, user_id)
        # Asking for the others now would be the wrong way round.
        self._trace.require(
            "Account is as it was",
            others_held or Role.ADMIN not in locked.roles,
            hint="They became an administrator at this very moment: try again.",
        )
        return locked

    def _require_active(self, user: User) -> None:
        self._trace.require(
            "Account is active",
            user.status == MemberStatus.ACTIVE,
            got=user.status,
            hint="The person is suspended here: restore them under Members.",
        )

    async def link(self, user: User, subject: str, by: Actor | None = None) -> None:
        """Make a subject stand for somebody.

        Args:
            user: for whom.
            subject: of the provider.
            by: the person who asked for it; None where the provider's word alone makes the link.

        Raises:
            SignOnRefused: it stands for somebody else already.
        """
        self._work.require(SsoPermission.SIGN_ON)
        await self._work.session.execute(
            insert(Identity)
            .values(
                tenant_id=self._tenant_id,
                id=uuid7(),
                connection_id=self._connection.id,
                user_id=user.id,
                subject=subject,
                last_used_at=now(),
            )
            .on_conflict_do_nothing(index_elements=["tenant_id", "connection_id", "subject"])
        )
        linked = await self.known(subject)
        self._trace.require(
            "Identity is nobody else's",
            linked is not None and linked.id == user.id,
            hint="This identity signs on another account here: unlink it there first.",
        )
        record(
            self._work,
            "sso.identity.linked",
            Subject("user", user.id),
            {"connection": self._connection.name},
            by=by,
        )

    async def _by_email(self, identity: VerifiedIdentity) -> User:
        email = self._usable_email(identity)
        trusted = await self._speaks_for(email)
        user = await self._users.find_by_email(self._tenant_id, email)
        if user is None:
            return await self._open_account(identity, email, trusted=trusted)
        self._trace.require(
            "Connection speaks for the address",
            trusted and (self._is_saml or identity.email_verified),
            expected="a verified domain of this connection, and an address that the provider has verified",
            got=email.rpartition("@")[2],
            hint="An account with this address exists. Verify the domain under Single sign-on, Domains;"
            " or let the person sign in as before and link it under Account, Single sign-on.",
        )
        user = await self._locked(user.id)
        self._trace.require(
            "Account still has the address", user.email == email, hint="It was changed at this very moment: try again."
        )
        guarded = Role.ADMIN in user.roles and await has_local_credentials(self._work, user.id)
        self._trace.require(
            "Account may be linked by address",
            not guarded,
            hint="Administrators are never linked by address alone: sign in as before and link it under Account, Single"
            " sign-on.",
        )
        self._require_active(user)
        planted = user.email_verified_at is None
        if planted:
            await forget_credentials(self._work, user.id, "linked to a provider before the address was confirmed")
            user.email_verified_at = now()
        await self.link(user, identity.subject)
        self._tell(user, "provider_instead" if planted else "provider_linked")
        return user

    def _tell(self, user: User, change: str) -> None:
        """Have the person told that there is another way in, which they have not asked for themselves."""
        self._work.publish("account.factors_changed", {"user_id": str(user.id), "change": change})

    def _usable_email(self, identity: VerifiedIdentity) -> str:
        fields = Fields()
        email = fields.email("email", identity.email or "")
        try:
            fields.done()
        except InvalidInput:
            email = ""
        self._trace.require(
            "E-mail address is there",
            bool(email),
            expected="an address such as ada@example.com",
            got=identity.email or "nothing",
            hint="Let the provider send the person's e-mail address, or name the attribute under People.",
        )
        return email

    async def _speaks_for(self, email: str) -> bool:
        return bool(
            await self._work.session.scalar(
                select(
                    exists().where(
                        EmailDomain.tenant_id == self._tenant_id,
                        EmailDomain.connection_id == self._connection.id,
                        EmailDomain.domain == email.rpartition("@")[2],
                        EmailDomain.verified_at.is_not(None),
                    )
                )
            )
        )

    async def _open_account(self, identity: VerifiedIdentity, email: str, *, trusted: bool) -> User:
        self._trace.require(
            "New accounts are opened",
            self._connection.jit or await is_invited(self._work, email),
            hint="There is no account with this address: invite the person, or open accounts under People.",
        )
        self._trace.require(
            "Address is proven",
            trusted or (identity.email_verified and not self._is_saml),
            expected="a verified domain of this connection, or an address that an OpenID provider has verified",
            got=email.rpartition("@")[2],
            hint="Verify the domain under Single sign-on, Domains.",
        )
        user = User(
            tenant_id=self._tenant_id,
            id=uuid7(),
            email=email,
            name=_name(identity, email),
            roles=roles_after((), self._connection.roles_by_group, identity.groups, self._connection.default_role),
        )
        opened = await self._users.add_new(user)
        self._trace.require("Account could be opened", opened, hint="Somebody took the address at this very moment.")
        user = await self._users.get_locked(self._tenant_id, user.id)
        user.email_verified_at = now()
        details = {"roles": user.roles, "by": self._connection.name}
        record(self._work, "accounts.account.opened", Subject("user", user.id), details)
        self._work.publish("account.opened", {"user_id": str(user.id)})
        await self.link(user, identity.subject)
        return user

    async def _set_roles(self, user: User, identity: VerifiedIdentity) -> None:
        connection = self._connection
        roles = roles_after(user.roles, connection.roles_by_group, identity.groups, connection.default_role)
        if set(roles) == set(user.roles) or await has_roles_of_a_directory(self._work, user):
            return
        if Role.ADMIN in user.roles and Role.ADMIN not in roles:
            admins = await self._users.lock_active_admins(self._tenant_id)
            # Whoever must get in when the provider fails is not made powerless by what it says.
            if admins == [user.id] or user.break_glass:
                return
        await assign_roles(self._work, user, roles, by=connection.name)

    async def _touch(self, subject: str) -> None:
        await self._work.session.execute(
            update(Identity)
            .where(
                Identity.tenant_id == self._tenant_id,
                Identity.connection_id == self._connection.id,
                Identity.subject == subject,
            )
            .values(last_used_at=func.now())
        )


def _name(identity: VerifiedIdentity, email: str) -> str:
    fields = Fields()
    name = fields.person("name", identity.name or "")
    return email.partition("@")[0] if fields.problems else name
