"""How people want pages to look and where they start."""

from dataclasses import dataclass
from enum import StrEnum

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork


class Appearance(StrEnum):
    """Which of a theme's two modes."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class StartPage(StrEnum):
    """Where one is after signing in."""

    AUTOMATIC = "automatic"
    DASHBOARD = "dashboard"
    DIRECTORY = "directory"
    PROJECTS = "projects"
    PROFILE = "profile"
    MEMBERS = "members"


LOCALES = ("en-US", "en-GB", "de-DE", "de-AT", "de-CH", "fr-FR", "fr-CH", "it-IT", "es-ES", "pt-PT", "pt-BR", "nl-NL")
"""How numbers and dates may be written; the texts themselves are in English."""

_PATHS = {
    StartPage.DASHBOARD: ("/dashboard", frozenset({Role.CLIENT, Role.CTO})),
    StartPage.DIRECTORY: ("/ctos", frozenset(Role)),
    StartPage.PROJECTS: ("/projects", frozenset({Role.CLIENT, Role.CTO, Role.ADMIN})),
    StartPage.PROFILE: ("/account/profile", frozenset({Role.CTO})),
    StartPage.MEMBERS: ("/admin/members", frozenset({Role.ADMIN})),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What changes; None leaves a thing as it is, an empty text returns it to the marketplace's own."""

    time_zone: str | None = None
    locale: str | None = None
    appearance: str | None = None
    start_page: str | None = None

    def checked(self) -> dict[str, str | None]:
        """The columns that change.

        Raises:
            InvalidInput: a field is not good.
        """
        fields = Fields()
        values: dict[str, str | None] = {}
        if self.time_zone is not None:
            zone = self.time_zone.strip()
            values["time_zone"] = fields.time_zone("timeZone", zone) if zone else None
        if self.locale is not None:
            values["locale"] = fields.choice("locale", self.locale, LOCALES) if self.locale else None
        if self.appearance is not None:
            values["appearance"] = fields.choice("appearance", self.appearance, frozenset(Appearance))
        if self.start_page is not None:
            values["start_page"] = fields.choice("startPage", self.start_page, frozenset(StartPage))
        fields.done()
        return values


class PreferenceService:
    """One's own preferences."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._users = UserRepository(session=work.session)

    async def update(self, preferences: Preferences) -> User:
        """Change some.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: a field is not good.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        values = preferences.checked()
        user = await self._users.get_locked(self._work.tenant_id, self._work.actor.person)
        changed = [column for column, value in values.items() if getattr(user, column) != value]
        for column in changed:
            setattr(user, column, values[column])
        if changed:
            record(self._work, "accounts.preferences.changed", Subject("user", user.id), {"fields": sorted(changed)})
        return user

    async def home(self) -> str:
        """The page that the actor starts on: the one chosen, while their roles still lead there.

        Raises:
            SignInRequired: this is a visitor.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        user = await self._users.find(self._work.tenant_id, self._work.actor.person)
        path, roles = _PATHS.get(StartPage(user.start_page), ("", frozenset())) if user else ("", frozenset())
        return path if self._work.actor.roles & roles else home_by_role(self._work.actor)


def home_by_role(person: Actor) -> str:
    """Where a person's work is."""
    if Role.PLATFORM_ADMIN in person.roles:
        return "/tenants"
    return "/dashboard" if person.roles & {Role.CLIENT, Role.CTO} else "/admin/members"
