"""What people can be told about, and by which way; each decides what they want to hear of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.models import NotificationSetting
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.work import UnitOfWork

SETTINGS_PAGE = "/account/notifications"
MAILS_OF_ONE_SENDER = Limit("mails-of-one-sender", attempts=10, seconds=3600)
"""Of one kind and doing, to one reader: doing and undoing fills no mailbox; what happened stands on pages anyway."""

_log = structlog.get_logger(__name__)


class Channel(StrEnum):
    """A way to reach somebody."""

    EMAIL = "email"


class Notification(StrEnum):
    """A kind of thing that people are told about."""

    SECURITY = "security"
    ACCOUNT = "account"
    PROFILE = "profile"
    REVIEWS = "reviews"
    APPLICATIONS = "applications"
    BOOKINGS = "bookings"
    ENGAGEMENTS = "engagements"
    SEARCHES = "searches"
    PROJECTS = "projects"
    MATCHES = "matches"
    OPENINGS = "openings"


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of the catalogue.

    Attributes:
        channels: how it can be sent, and whether it is until a person says otherwise.
        fixed: it cannot be turned off: whoever takes an account over would do that first.
        roles: whom it concerns.
    """

    kind: Notification
    title: str
    about: str
    channels: Mapping[Channel, bool] = field(default_factory=lambda: {Channel.EMAIL: True})
    fixed: bool = False
    roles: frozenset[Role] = frozenset(Role)


CATALOGUE = (
    Kind(
        Notification.SECURITY,
        "Security",
        "Links that let you in, and news of your password, your address and your sign-ins.",
        fixed=True,
    ),
    Kind(Notification.ACCOUNT, "Your account", "What administrators change about it, such as your roles."),
    Kind(
        Notification.PROFILE,
        "Your profile",
        "Whether your CTO profile was approved, or what to change first.",
        roles=frozenset({Role.CTO}),
    ),
    Kind(Notification.REVIEWS, "Reviews", "What clients write about working with you.", roles=frozenset({Role.CTO})),
    Kind(
        Notification.APPLICATIONS,
        "Applications",
        "A CTO profile waits for your decision.",
        roles=frozenset({Role.ADMIN}),
    ),
    Kind(
        Notification.BOOKINGS,
        "Introductions",
        "Times that were booked, cancelled or put back, with a file for your calendar.",
        roles=frozenset({Role.CLIENT, Role.CTO}),
    ),
    Kind(
        Notification.ENGAGEMENTS,
        "Engagements",
        "Introductions, terms, milestones and hours that wait for you.",
        roles=frozenset({Role.CLIENT, Role.CTO}),
    ),
    Kind(Notification.SEARCHES, "Saved searches", "Who newly fits what you look for."),
    Kind(
        Notification.PROJECTS, "Projects", "Clients who invite you to look at a project.", roles=frozenset({Role.CTO})
    ),
    Kind(
        Notification.MATCHES,
        "Matches",
        "Who newly is among the ten CTOs that fit a project of yours best, at most once a day.",
        roles=frozenset({Role.CLIENT}),
    ),
    Kind(
        Notification.OPENINGS,
        "Projects that fit you",
        "When you come to be among the ten CTOs who fit a project best, at most once a day.",
        roles=frozenset({Role.CTO}),
    ),
)
_BY_KIND = {each.kind: each for each in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a person hears of one kind in one channel."""

    kind: Kind
    channel: Channel
    wanted: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says about one kind in one channel."""

    kind: Notification
    channel: Channel
    wanted: bool


class NotificationService:
    """One's own settings."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def settings(self) -> list[Setting]:
        """Of every kind that concerns the actor, in the catalogue's order.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.READ_OWN)
        said = await _said(self._work, [self._work.actor.person])
        return [
            Setting(kind, channel, kind.fixed or said.get((self._work.actor.person, kind.kind, channel), default))
            for kind in CATALOGUE
            if kind.roles & self._work.actor.roles
            for channel, default in kind.channels.items()
        ]

    async def set(self, wishes: Iterable[Wish]) -> None:
        """Change some.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: a kind cannot be turned off.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        changed = {(wish.kind, wish.channel): wish.wanted for wish in wishes}
        for (kind, _), wanted in changed.items():
            if _BY_KIND[kind].fixed and not wanted:
                raise InvalidInput({"kind": f"{_BY_KIND[kind].title} notices keep your account safe and stay on."})
        before = await _said(self._work, [self._work.actor.person])
        for (kind, channel), wanted in changed.items():
            default = _BY_KIND[kind].channels[channel]
            if before.get((self._work.actor.person, kind, channel), default) != wanted:
                await self._put(kind, channel, wanted)
                details = {"kind": kind, "channel": channel, "wanted": wanted}
                subject = Subject("user", self._work.actor.person)
                record(self._work, "accounts.notifications.changed", subject, details)

    async def _put(self, kind: Notification, channel: Channel, wanted: bool) -> None:
        statement = insert(NotificationSetting).values(
            tenant_id=self._work.tenant_id,
            user_id=self._work.actor.person,
            kind=kind,
            channel=channel,
            wanted=wanted,
        )
        await self._work.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "user_id", "kind", "channel"],
                set_={"wanted": statement.excluded.wanted, "updated_at": func.now()},
            )
        )


async def mail_if_wanted(
    work: UnitOfWork,
    kind: Notification,
    user: User,
    template: str,
    sender: UUID | None = None,
    doing: str = "",
    /,
    *,
    paths: Mapping[str, str],
    **context: Any,
) -> None:
    """Send somebody a mail of a kind, unless they turned that off.

    Args:
        work: of a job.
        kind: what the mail is about.
        user: its reader.
        template: as ``send_mail`` takes it, and the rest too; ``settings_url`` leads to where the kind is turned off.
        sender: whose doing the mail is, where members can do it again and again: ``MAILS_OF_ONE_SENDER`` holds.
        doing: what it was, where some must not go unheard because of others: each has the limit to itself.
        paths: as ``send_mail`` takes them.
        context: as ``send_mail`` takes it.

    Raises:
        OSError: the mail server cannot be reached or refuses for now.
    """
    entry = _BY_KIND[kind]
    said = await _said(work, [user.id])
    if not (entry.fixed or said.get((user.id, kind, Channel.EMAIL), entry.channels.get(Channel.EMAIL, False))):
        return
    if not entry.fixed:
        paths = {**paths, "settings_url": SETTINGS_PAGE}
    limited = MAILS_OF_ONE_SENDER, str(work.tenant_id), kind, doing, str(sender), str(user.id)
    if sender is not None and not await work.gateways.limiter.allows(*limited):
        _log.warning("mail left out, its sender has written enough of them", kind=kind, sender=str(sender))
        return
    try:
        await send_mail(work, template, user.email, user.name, paths=paths, **context)
    except BaseException:
        # It is tried again, after a shutdown too, and is one mail however often that takes.
        if sender is not None:
            await work.gateways.limiter.forgive(*limited)
        raise


async def _said(work: UnitOfWork, user_ids: list[UUID]) -> dict[tuple[UUID, str, str], bool]:
    statement = select(NotificationSetting).where(
        NotificationSetting.tenant_id == work.tenant_id, NotificationSetting.user_id.in_(user_ids)
    )
    return {(row.user_id, row.kind, row.channel): row.wanted for row in await work.session.scalars(statement)}
