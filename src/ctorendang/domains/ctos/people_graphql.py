"""People in GraphQL: oneself and the members, each with the profile they may have."""

from datetime import datetime
from uuid import UUID

import strawberry

from ctorendang.domains.accounts.members import MemberFilter, MemberService
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.avatars import avatar_path
from ctorendang.domains.accounts.people.preferences import Appearance, StartPage
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.service import AccountService
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.ctos.graphql import CtoType
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.part_graphql import AvatarSize
from ctorendang.domains.ctos.service import CtoService
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.context import GraphQLContext
from ctorendang.infra.graphql.types import Connection, Info, connection
from ctorendang.infra.work import UnitOfWork

strawberry.enum(MemberStatus, description="Whether a member may sign in.")


async def _profiles(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, Cto]:
    return await CtoService(work).of_people(user_ids)


async def _profile(context: GraphQLContext, user_id: UUID) -> CtoType | None:
    cto = await context.load(_profiles, user_id)
    return CtoType.of(cto) if cto is not None else None


@strawberry.interface(description="A person.")
class Person:
    """What ``Viewer`` and ``Member`` have in common."""

    row: strawberry.Private[User]

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Unique in this marketplace."""
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    def name(self) -> str:
        """As the person wants to be called."""
        return self.row.name

    @strawberry.field
    def email(self) -> str:
        """In lower case."""
        return self.row.email

    @strawberry.field
    def roles(self) -> list[Role]:
        """What the person is here."""
        return [Role(role) for role in self.row.roles]

    @strawberry.field
    def created_at(self) -> datetime:
        """When the account was opened."""
        return self.row.created_at

    @strawberry.field
    def avatar_url(self, size: AvatarSize = AvatarSize.SMALL) -> str | None:
        """The path of the person's picture on this host; null where there is none."""
        return avatar_path(self.row.id, self.row.avatar, size.side) if self.row.avatar else None

    @strawberry.field
    def job_title(self) -> str:
        """As the person says; empty where they do not."""
        return self.row.job_title

    @strawberry.field
    def company(self) -> str:
        """Where the person works; empty where they do not say."""
        return self.row.company

    @strawberry.field
    def pronouns(self) -> str:
        """How to speak of the person; empty where they do not say."""
        return self.row.pronouns

    @strawberry.field
    def about(self) -> str:
        """A few lines about the person; empty where there are none."""
        return self.row.about


@strawberry.type(description="Oneself.")
class Viewer(Person):
    """The person who asks."""

    @strawberry.field
    def email_verified(self) -> bool:
        """Whether the address is confirmed."""
        return self.row.email_verified_at is not None

    @strawberry.field
    def phone(self) -> str:
        """One's own number, shown to nobody else; empty where there is none."""
        return self.row.phone

    @strawberry.field
    def managed(self) -> bool:
        """Whether one's name and address are kept by one's organisation, and change there."""
        return self.row.managed

    @strawberry.field
    def time_zone(self) -> str | None:
        """In which times are shown; null is UTC."""
        return self.row.time_zone

    @strawberry.field
    def locale(self) -> str | None:
        """How numbers and dates are written, such as `de-CH`; null is the marketplace's own way."""
        return self.row.locale

    @strawberry.field
    def appearance(self) -> Appearance:
        """Which of the two modes pages are shown in."""
        return Appearance(self.row.appearance)

    @strawberry.field
    def start_page(self) -> StartPage:
        """Where one is after signing in."""
        return StartPage(self.row.start_page)

    @strawberry.field
    async def cto(self, info: Info) -> CtoType | None:
        """One's own profile, whatever its status."""
        return await _profile(info.context, self.row.id)


@strawberry.type(description="A person of this marketplace, as its administrators see them.")
class Member(Person):
    """A member."""

    @strawberry.field
    def status(self) -> MemberStatus:
        """Suspended members cannot sign in."""
        return MemberStatus(self.row.status)

    @strawberry.field
    def last_sign_in_at(self) -> datetime | None:
        """When the member last signed in."""
        return self.row.last_sign_in_at

    @strawberry.field
    async def cto(self, info: Info) -> CtoType | None:
        """The member's profile, whatever its status."""
        return await _profile(info.context, self.row.id)


@strawberry.input(name="MemberFilter")
class MemberFilterInput:
    """Which members: all of what is said must hold."""

    search: str | None = strawberry.field(default=None, description="Part of a name or address.")
    role: Role | None = None
    status: MemberStatus | None = None
    cto_status: CtoStatus | None = None

    def value(self, work: UnitOfWork) -> MemberFilter:
        """As the service takes it."""
        return MemberFilter(
            search=self.search or "",
            role=self.role,
            status=self.status,
            among=CtoService(work).people_with(self.cto_status) if self.cto_status else None,
        )


@strawberry.type
class PeopleQueries:
    """Roots about people."""

    @strawberry.field
    async def me(self, info: Info) -> Viewer | None:
        """Oneself; null for visitors."""
        if info.context.actor.user_id is None:
            return None
        return Viewer(row=await info.context.use(lambda work: AccountService(work).own()))

    @strawberry.field
    async def members(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: MemberFilterInput | None = None,
    ) -> Connection[Member]:
        """The people of this marketplace, newest first; for administrators."""
        wanted = filter or MemberFilterInput()
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: MemberService(work).page(wanted.value(work), request))
        return connection(
            page, _member, lambda: info.context.use(lambda work: MemberService(work).count(wanted.value(work)))
        )


def _member(user: User) -> Member:
    return Member(row=user)
