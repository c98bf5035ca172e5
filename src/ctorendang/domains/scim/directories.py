"""A tenant's directories and their tokens, for its administrators."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.scim.bearers import new_token, shown_part
from ctorendang.domains.scim.errors import DirectoryNameTaken, DirectoryTurnedOn, TooManyTokens
from ctorendang.domains.scim.models import ScimDirectory, ScimToken
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.domains.scim.repository import DirectoryRepository, ResourceRepository, TokenRepository
from ctorendang.domains.sso.mapping import check_roles_by_group
from ctorendang.domains.sso.models import Connection
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash
from ctorendang.kit.ids import uuid7

MOST_TOKENS = 2
LIFETIMES = (90, 180, 365, 730)
"""Days that a token may live."""
OVERLAP = timedelta(days=7)
"""How long the old token lives on after it was rotated."""


@dataclass(frozen=True, slots=True)
class DirectoryDraft:
    """What an administrator says of a directory."""

    name: str
    connection_id: UUID | None = None
    default_role: str = Role.CLIENT

    def check(self, fields: Fields) -> "DirectoryDraft":
        """The same, normalised; problems are noted in ``fields``."""
        return DirectoryDraft(
            name=fields.text("name", self.name, most=60),
            connection_id=self.connection_id,
            default_role=fields.choice("defaultRole", self.default_role, (Role.CLIENT, Role.CTO)),
        )


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made: the only time that its secret is seen."""

    token: ScimToken
    secret: str = field(repr=False)


class DirectoryService:
    """What administrators do with directories."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._directories = DirectoryRepository(work.session)
        self._tokens = TokenRepository(work.session)

    async def create(self, draft: DirectoryDraft) -> ScimDirectory:
        """Make room for a directory; it can do nothing before it has a token.

        Raises:
            Forbidden: the actor does not administer directories.
            InvalidInput: a field is not good.
            DirectoryNameTaken: another one has the name.
        """
        self._work.require(ScimPermission.MANAGE)
        draft = await self._checked(draft)
        directory = ScimDirectory(
            tenant_id=self._tenant_id,
            id=uuid7(),
            name=draft.name,
            connection_id=draft.connection_id,
            status="active",
            default_role=draft.default_role,
            roles_by_group={},
        )
        self._work.session.add(directory)
        await self._work.session.flush()
        self._record("created", directory)
        return directory

    async def change(self, directory_id: UUID, draft: DirectoryDraft) -> ScimDirectory:
        """Change what a directory is called, who signs its people in, and what newcomers are.

        Raises:
            Forbidden: the actor does not administer directories.
            NotFound: there is no such directory here.
            InvalidInput: a field is not good.
            DirectoryNameTaken: another one has the name.
        """
        self._work.require(ScimPermission.MANAGE)
        directory = await self._locked(directory_id)
        draft = await self._checked(draft, besides=directory_id)
        directory.name, directory.connection_id = draft.name, draft.connection_id
        directory.default_role = draft.default_role
        self._record("changed", directory, default_role=draft.default_role)
        return directory

    async def map_groups(self, directory_id: UUID, rows: Sequence[tuple[str, str]]) -> ScimDirectory:
        """Say which roles membership in which groups gives; people follow in the background.

        Args:
            directory_id: which.
            rows: display name of a group, and a role; a group may have several rows.

        Raises:
            Forbidden: the actor does not administer directories.
            StepUpRequired: the actor has not shown recently who they are.
            NotFound: there is no such directory here.
            InvalidInput: a row is not good.
        """
        self._work.require(ScimPermission.MANAGE)
        require_recent(self._work.actor)
        directory = await self._locked(directory_id)
        fields = Fields()
        mapping = check_roles_by_group(fields, rows)
        fields.done()
        before = directory.roles_by_group
        if mapping != before:
            directory.roles_by_group = mapping
            self._record("groups_mapped", directory, before=before, after=mapping)
            payload = {"directory_id": str(directory.id), "formerly": before}
            self._work.publish("directory.groups_mapped", payload)
        return directory

    async def turn(self, directory_id: UUID, *, on: bool) -> ScimDirectory:
        """Accept a directory's tokens or refuse them; its people stay as they are.

        Raises:
            Forbidden: the actor does not administer directories.
            NotFound: there is no such directory here.
        """
        self._work.require(ScimPermission.MANAGE)
        directory = await self._locked(directory_id)
        directory.status = "active" if on else "disabled"
        self._record("enabled" if on else "disabled", directory)
        return directory

    async def delete(self, directory_id: UUID, confirmed_name: str) -> str:
        """Forget a directory that is turned off, with its tokens and groups, and whom it kept. Returns its name.

        The people stay, and are nobody's to manage from now on: whom it had shut out stays out until an administrator
        lets them in again.

        Args:
            directory_id: which.
            confirmed_name: what it is called, as the administrator has typed it.

        Raises:
            Forbidden: the actor does not administer directories.
            StepUpRequired: the actor has not shown recently who they are.
            NotFound: there is no such directory here.
            DirectoryTurnedOn: it could be sending something at this moment.
            InvalidInput: it is not called so.
        """
        self._work.require(ScimPermission.MANAGE)
        require_recent(self._work.actor)
        directory = await self._locked(directory_id)
        if directory.status == "active":
            raise DirectoryTurnedOn
        fields = Fields()
        if confirmed_name.strip() != directory.name:
            fields.refuse("confirmedName", f"Type {directory.name}, as it is written here.")
        fields.done()
        resources = ResourceRepository(self._work.session, self._tenant_id, directory.id)
        self._record("deleted", directory, released=await resources.release_accounts())
        await self._work.session.delete(directory)
        return directory.name

    async def create_token(self, directory_id: UUID, label: str, days: int) -> NewToken:
        """Make a token; two of a directory are good at once, so that one can be changed without a gap.

        Raises:
            Forbidden: the actor does not administer directories.
            StepUpRequired: the actor has not shown recently who they are.
            NotFound: there is no such directory here.
            InvalidInput: a field is not good.
            TooManyTokens: the directory has two.
        """
        self._work.require(ScimPermission.MANAGE)
        require_recent(self._work.actor)
        directory = await self._locked(directory_id)
        fields = Fields()
        label = fields.text("label", label, most=60)
        if days not in LIFETIMES:
            fields.refuse("expiresInDays", "Choose one of: " + ", ".join(map(str, LIFETIMES)) + ".")
        fields.done()
        return await self._make(directory, label, days)

    async def rotate_token(self, token_id: UUID) -> NewToken:
        """Make a token that follows another, which lives on for a week.

        Raises:
            Forbidden: the actor does not administer directories.
            StepUpRequired: the actor has not shown recently who they are.
            NotFound: there is no such token that is good.
            TooManyTokens: the directory has two.
        """
        self._work.require(ScimPermission.MANAGE)
        require_recent(self._work.actor)
        old = await self._token(token_id)
        directory = await self._locked(old.directory_id)
        days = max(1, round((old.expires_at - old.created_at) / timedelta(days=1)))
        made = await self._make(directory, old.label, days)
        old.expires_at = min(old.expires_at, now() + OVERLAP)
        return made

    async def revoke_token(self, token_id: UUID) -> ScimToken:
        """Refuse a token from now on.

        Raises:
            Forbidden: the actor does not administer directories.
            NotFound: there is no such token that is good.
        """
        self._work.require(ScimPermission.MANAGE)
        token = await self._token(token_id)
        token.revoked_at = now()
        details = {"directory_id": str(token.directory_id), "token": token.prefix}
        record(self._work, "scim.token.revoked", Subject("scim_token", token.id), details)
        return token

    async def _make(self, directory: ScimDirectory, label: str, days: int) -> NewToken:
        if len(await self._tokens.of_directories(self._tenant_id, [directory.id])) >= MOST_TOKENS:
            raise TooManyTokens
        secret = new_token()
        token = ScimToken(
            tenant_id=self._tenant_id,
            id=uuid7(),
            directory_id=directory.id,
            label=label,
            prefix=shown_part(secret),
            token_hash=token_hash(secret),
            created_at=now(),
            expires_at=now() + timedelta(days=days),
        )
        self._work.session.add(token)
        await self._work.session.flush()
        details = {"directory_id": str(directory.id), "token": token.prefix, "days": days}
        record(self._work, "scim.token.created", Subject("scim_token", token.id), details)
        return NewToken(token, secret)

    async def _token(self, token_id: UUID) -> ScimToken:
        token = await self._work.session.get(ScimToken, (self._tenant_id, token_id), with_for_update=True)
        if token is None or token.revoked_at is not None or token.expires_at <= now():
            raise NotFound("There is no such token here.")
        return token

    async def _locked(self, directory_id: UUID) -> ScimDirectory:
        directory = await self._directories.find(self._tenant_id, directory_id, locked=True)
        if directory is None:
            raise NotFound("There is no such directory here.")
        return directory

    async def _checked(self, draft: DirectoryDraft, besides: UUID | None = None) -> DirectoryDraft:
        fields = Fields()
        checked = draft.check(fields)
        if checked.connection_id is not None and not await self._has_connection(checked.connection_id):
            fields.refuse("connectionId", "Choose a connection of this marketplace.")
        fields.done()
        if await self._directories.name_is_taken(self._tenant_id, checked.name, besides=besides):
            raise DirectoryNameTaken
        return checked

    async def _has_connection(self, connection_id: UUID) -> bool:
        return await self._work.session.get(Connection, (self._tenant_id, connection_id)) is not None

    def _record(self, verb: str, directory: ScimDirectory, **details: Any) -> None:
        details = {"directory_id": str(directory.id), "name": directory.name, **details}
        record(self._work, f"scim.directory.{verb}", Subject("scim_directory", directory.id), details)
