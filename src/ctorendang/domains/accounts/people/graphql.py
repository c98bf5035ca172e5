"""What one did and what one is told about, in GraphQL."""

from datetime import datetime
from typing import Annotated

import strawberry

from ctorendang.domains.accounts.people.activity import Activity, ActivityService
from ctorendang.domains.accounts.people.notifications import Channel, Notification, NotificationService, Setting, Wish
from ctorendang.domains.accounts.people.preferences import Appearance, StartPage
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Connection, Info, InvalidInput, Refusal, connection
from ctorendang.infra.work import UnitOfWork

strawberry.enum(Appearance, description="Which of the two modes pages are shown in.")
strawberry.enum(StartPage, description="Where one is after signing in; automatic goes by what one is here.")
strawberry.enum(Channel, name="NotificationChannel", description="A way to reach somebody.")
strawberry.enum(Notification, name="NotificationKind", description="A kind of thing that people are told about.")


@strawberry.type(name="Activity", description="Something that one did, or that was done to one's account.")
class ActivityType:
    """An entry of one's own list."""

    id: strawberry.ID
    action: str
    text: str = strawberry.field(description="What it was, in words.")
    by: str | None = strawberry.field(description="Who did it; null for oneself, empty for the marketplace itself.")
    address: str | None = strawberry.field(description="The network address, of what one did oneself.")
    device: str | None = strawberry.field(description="The browser or program, in plain words.")
    alarming: bool = strawberry.field(description="Whether somebody else may have done it.")
    created_at: datetime

    @classmethod
    def of(cls, activity: Activity) -> "ActivityType":
        """From what the service tells."""
        return cls(
            id=strawberry.ID(str(activity.id)),
            action=activity.action,
            text=activity.text,
            by=activity.by,
            address=activity.address or None,
            device=activity.device or None,
            alarming=activity.alarming,
            created_at=activity.created_at,
        )


@strawberry.type(name="NotificationSetting", description="What one hears of a kind in a channel.")
class NotificationSettingType:
    """A setting."""

    kind: Notification
    channel: Channel
    title: str
    about: str
    wanted: bool
    fixed: bool = strawberry.field(description="It cannot be turned off.")

    @classmethod
    def of(cls, setting: Setting) -> "NotificationSettingType":
        """From what the service tells."""
        return cls(
            kind=setting.kind.kind,
            channel=setting.channel,
            title=setting.kind.title,
            about=setting.kind.about,
            wanted=setting.wanted,
            fixed=setting.kind.fixed,
        )


@strawberry.type
class OwnQueries:
    """Roots about oneself."""

    @strawberry.field
    async def my_activity(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[ActivityType]:
        """One's own sign-ins and changes, and what others changed about one's account, newest first."""
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: ActivityService(work).page(request))
        return connection(page, ActivityType.of, lambda: info.context.use(lambda work: ActivityService(work).count()))

    @strawberry.field
    async def notification_settings(self, info: Info) -> list[NotificationSettingType]:
        """What one is told about, of all that concerns what one is here."""
        settings = await info.context.use(lambda work: NotificationService(work).settings())
        return [NotificationSettingType.of(setting) for setting in settings]


@strawberry.input
class NotificationWish:
    """Whether one wants to hear of a kind in a channel."""

    kind: Notification
    channel: Channel
    wanted: bool


@strawberry.input
class UpdateNotificationsInput:
    """What changes."""

    settings: list[NotificationWish]


@strawberry.type
class NotificationSettings:
    """All of one's settings."""

    settings: list[NotificationSettingType]


UpdateNotificationsResult = Annotated[
    NotificationSettings | Refusal | InvalidInput, strawberry.union("UpdateNotificationsResult")
]


@strawberry.type
class OwnMutations:
    """Roots that change what one is told about."""

    @mutation
    async def update_notifications(self, info: Info, input: UpdateNotificationsInput) -> UpdateNotificationsResult:
        """Change what one is told about; what is not named stays."""
        wishes = [Wish(each.kind, each.channel, each.wanted) for each in input.settings]

        async def update(work: UnitOfWork) -> list[Setting]:
            await NotificationService(work).set(wishes)
            return await NotificationService(work).settings()

        settings = await info.context.use(update)
        return NotificationSettings(settings=[NotificationSettingType.of(setting) for setting in settings])
