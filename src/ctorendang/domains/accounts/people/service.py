"""What people say about themselves."""

import re
from dataclasses import dataclass
from typing import Any

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork

LONGEST = {"jobTitle": 120, "company": 120, "pronouns": 40, "about": 600}
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,28}[0-9]")


@dataclass(frozen=True, slots=True)
class PersonalDetails:
    """What changes about oneself; None leaves a thing as it is, an empty text removes it.

    Attributes:
        name: cannot be removed.
        phone: shown to nobody but oneself; for the marketplace's own staff to call.
    """

    name: str | None = None
    job_title: str | None = None
    company: str | None = None
    phone: str | None = None
    pronouns: str | None = None
    about: str | None = None

    def checked(self) -> dict[str, str]:
        """The columns that change, normalised.

        Raises:
            InvalidInput: a field is not good.
        """
        fields = Fields()
        values: dict[str, str] = {}
        if self.name is not None:
            values["name"] = fields.person("name", self.name)
        for column, field in (("job_title", "jobTitle"), ("company", "company"), ("pronouns", "pronouns")):
            text: str | None = getattr(self, column)
            if text is not None:
                values[column] = fields.text(field, text, least=0, most=LONGEST[field])
        if self.about is not None:
            values["about"] = fields.text("about", self.about, least=0, most=LONGEST["about"], lines=True)
        if self.phone is not None:
            values["phone"] = _phone(fields, self.phone)
        fields.done()
        return values


def _phone(fields: Fields, value: str) -> str:
    text = fields.text("phone", value, least=0, most=30)
    if text and not _PHONE.fullmatch(text):
        fields.refuse("phone", "Use a number such as +49 30 1234567.")
    return text


class PersonalService:
    """One's own details."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._users = UserRepository(session=work.session)

    async def update(self, details: PersonalDetails) -> User:
        """Change what one says about oneself.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: a field is not good, or the name is kept by a directory of the person's organisation.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        values = details.checked()
        user = await self._users.get_locked(self._work.tenant_id, self._work.actor.person)
        changed = [column for column, value in values.items() if getattr(user, column) != value]
        if user.managed and "name" in changed:
            raise InvalidInput({"name": "Your organisation keeps your name. Ask there to have it changed."})
        for column in changed:
            setattr(user, column, values[column])
        if changed:
            record(self._work, "accounts.account.changed", Subject("user", user.id), _named(changed))
        if "name" in changed:
            self._work.publish("account.renamed", {"user_id": str(user.id)})
        return user


def _named(columns: list[str]) -> dict[str, Any]:
    """Which things changed, without what they say: the trail is for the marketplace, the details are the person's."""
    return {"fields": sorted(columns)}
