"""What changes about people, in GraphQL: about oneself, and about members by administrators."""

from typing import Annotated

import strawberry

from ctorendang.domains.accounts.members import MemberService
from ctorendang.domains.accounts.people.avatars import AvatarService
from ctorendang.domains.accounts.people.preferences import Appearance, Preferences, PreferenceService, StartPage
from ctorendang.domains.accounts.people.service import PersonalDetails, PersonalService
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.ctos.people_graphql import Member, Viewer
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id


@strawberry.input
class UpdateAccountInput:
    """What changes about oneself: what is left out stays, an empty text removes it."""

    name: str | None = None
    job_title: str | None = None
    company: str | None = None
    phone: str | None = strawberry.field(default=None, description="Shown to nobody but oneself.")
    pronouns: str | None = None
    about: str | None = None


@strawberry.input
class UpdatePreferencesInput:
    """What changes: what is left out stays, an empty text returns to the marketplace's own."""

    time_zone: str | None = strawberry.field(default=None, description="A name such as `Europe/Berlin`.")
    locale: str | None = strawberry.field(default=None, description="Such as `de-CH`.")
    appearance: Appearance | None = None
    start_page: StartPage | None = None


@strawberry.input
class SetMemberRolesInput:
    """Whose roles, and which."""

    member_id: strawberry.ID
    roles: list[Role]


@strawberry.input
class SuspendMemberInput:
    """Which member."""

    member_id: strawberry.ID


@strawberry.input
class RestoreMemberInput:
    """Which member."""

    member_id: strawberry.ID


UpdateAccountResult = Annotated[Viewer | Refusal | InvalidInput, strawberry.union("UpdateAccountResult")]
UpdatePreferencesResult = Annotated[Viewer | Refusal | InvalidInput, strawberry.union("UpdatePreferencesResult")]
RemoveAvatarResult = Annotated[Viewer | Refusal, strawberry.union("RemoveAvatarResult")]
MemberResult = Annotated[Member | Refusal | InvalidInput, strawberry.union("MemberResult")]


@strawberry.type
class PeopleMutations:
    """Roots that change people."""

    @mutation
    async def update_account(self, info: Info, input: UpdateAccountInput) -> UpdateAccountResult:
        """Change what one says about oneself."""
        details = PersonalDetails(
            name=input.name,
            job_title=input.job_title,
            company=input.company,
            phone=input.phone,
            pronouns=input.pronouns,
            about=input.about,
        )
        return Viewer(row=await info.context.use(lambda work: PersonalService(work).update(details)))

    @mutation
    async def update_preferences(self, info: Info, input: UpdatePreferencesInput) -> UpdatePreferencesResult:
        """Change how one wants pages to look, and where one starts."""
        preferences = Preferences(
            time_zone=input.time_zone, locale=input.locale, appearance=input.appearance, start_page=input.start_page
        )
        return Viewer(row=await info.context.use(lambda work: PreferenceService(work).update(preferences)))

    @mutation
    async def remove_avatar(self, info: Info) -> RemoveAvatarResult:
        """Be without a picture. Pictures are uploaded with the form of the account page only."""
        return Viewer(row=await info.context.use(lambda work: AvatarService(work).remove()))

    @mutation
    async def set_member_roles(self, info: Info, input: SetMemberRolesInput) -> MemberResult:
        """Give a member exactly these roles; for administrators."""
        member_id, roles = required_id(input.member_id), input.roles
        return Member(row=await info.context.use(lambda work: MemberService(work).set_roles(member_id, roles)))

    @mutation
    async def suspend_member(self, info: Info, input: SuspendMemberInput) -> MemberResult:
        """Shut a member out, at once; for administrators."""
        member_id = required_id(input.member_id)
        return Member(row=await info.context.use(lambda work: MemberService(work).suspend(member_id)))

    @mutation
    async def restore_member(self, info: Info, input: RestoreMemberInput) -> MemberResult:
        """Let a suspended member in again; for administrators."""
        member_id = required_id(input.member_id)
        return Member(row=await info.context.use(lambda work: MemberService(work).restore(member_id)))
