"""What administrators do with the people of their tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from ctorendang.domains.accounts.access import end_access
from ctorendang.domains.accounts.errors import LastAdministrator
from ctorendang.domains.accounts.kept_above import take_over_suspension
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.role_assignment import assign_roles
from ctorendang.domains.accounts.roles import WITHIN_TENANT, Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.accounts.way_back import require_way_back
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.db.paging import Key, Page, PageRequest, fetch_page
from ctorendang.infra.validation import Fields, like, searched
from ctorendang.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Which people: all of what is said must hold.

    Attributes:
        search: part of a name or address.
        among: selects the ids of people, one of whom it must be.
    """

    search: str = ""
    role: str | None = None
    status: str | None = None
    among: Select[UUID] | None = None


class MemberService:
    """The people of a tenant, for its administrators."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._users = UserRepository(session=work.session)

    async def page(self, wanted: MemberFilter, request: PageRequest) -> Page[User]:
        """The newest people first.

        Raises:
            Forbidden: the actor administers nobody.
            InvalidInput: the page makes no sense.
        """
        self._work.require(AccountPermission.READ_MEMBERS)
        keys = [Key(User.id.expression, UUID, descending=True)]
        return await fetch_page(self._work.session, self._select(wanted), keys, request)

    async def count(self, wanted: MemberFilter) -> int:
        """How many people a filter finds.

        Raises:
            Forbidden: the actor administers nobody.
        """
        self._work.require(AccountPermission.READ_MEMBERS)
        statement = select(func.count()).select_from(self._select(wanted).subquery())
        return (await self._work.session.scalar(statement)) or 0

    def _select(self, wanted: MemberFilter) -> Select[User]:
        statement = select(User).where(User.tenant_id == self._tenant_id)
        if text := searched(wanted.search):
            statement = statement.where(or_(User.name.ilike(like(text)), User.email.ilike(like(text))))
        if wanted.role is not None:
            statement = statement.where(User.roles.contains([wanted.role]))
        if wanted.status is not None:
            statement = statement.where(User.status == wanted.status)
        if wanted.among is not None:
            statement = statement.where(User.id.in_(wanted.among))
        return statement

    async def set_roles(self, member_id: UUID, roles: Sequence[str]) -> User:
        """Give a person exactly these roles. Whom they ask for a second factor signs in again and shows it.

        Raises:
            Forbidden: the actor administers nobody.
            NotFound: there is no such person here.
            StepUpRequired: the admin role is given or taken, and the actor signed in too long ago.
            InvalidInput: no role, or one that is not given within a tenant.
            LastAdministrator: nobody would be left to administer.
            LastEmergencyAdministrator: nobody else would get in when single sign-on fails.
        """
        self._work.require(AccountPermission.MANAGE_MEMBERS)
        fields = Fields()
        chosen = fields.choices("roles", roles, WITHIN_TENANT, most=3)
        if not chosen:
            fields.refuse("roles", "Choose at least one role.")
        fields.done()
        if Role.ADMIN not in chosen:
            await self._keep_an_admin_besides(member_id)
        user = await self._users.get_locked(self._tenant_id, member_id)
        if (Role.ADMIN in user.roles) != (Role.ADMIN in chosen):
            require_recent(self._work.actor)
        await assign_roles(self._work, user, chosen)
        return user

    async def suspend(self, member_id: UUID) -> User:
        """Shut a person out, at once and everywhere. No directory lets them in again by itself.

        Raises:
            Forbidden: the actor administers nobody.
            StepUpRequired: the actor signed in too long ago.
            NotFound: there is no such person here.
            LastAdministrator: nobody would be left to administer.
            LastEmergencyAdministrator: nobody else would get in when single sign-on fails.
        """
        self._work.require(AccountPermission.MANAGE_MEMBERS)
        require_recent(self._work.actor)
        await self._keep_an_admin_besides(member_id)
        user = await self._users.get_locked(self._tenant_id, member_id)
        user.status = MemberStatus.SUSPENDED
        await take_over_suspension(self._work, user.id)
        await end_access(self._work, user.id, "suspended")
        record(self._work, "accounts.member.suspended", Subject("user", user.id))
        self._work.publish("member.suspended", {"user_id": str(user.id)})
        return user

    async def restore(self, member_id: UUID) -> User:
        """Let a suspended person in again.

        Raises:
            Forbidden: the actor administers nobody.
            NotFound: there is no such person here.
        """
        self._work.require(AccountPermission.MANAGE_MEMBERS)
        user = await self._users.get_locked(self._tenant_id, member_id)
        user.status = MemberStatus.ACTIVE
        await take_over_suspension(self._work, user.id)
        record(self._work, "accounts.member.restored", Subject("user", user.id))
        return user

    async def _keep_an_admin_besides(self, member_id: UUID) -> None:
        admins = await self._users.lock_active_admins(self._tenant_id)
        if admins == [member_id]:
            raise LastAdministrator
        await require_way_back(self._work, besides=member_id)
