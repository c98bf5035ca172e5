"""Directories and what they have provisioned, in Postgres."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    UnaryExpression,
    Uuid,
    any_,
    cast,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.accounts.models import User
from ctorendang.domains.scim.models import ScimDirectory, ScimGroup, ScimGroupMember, ScimToken, ScimUser
from ctorendang.domains.sso.models import EmailDomain

_Row = TypeVar("_Row")


class Membership(NamedTuple):
    """That somebody is in a group, with what both are called."""

    group_id: UUID
    group_name: str
    member_id: UUID
    user_name: str


class TokenRepository:
    """Reads and writes the tokens of directories."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_good(self, tenant_id: UUID, digest: bytes) -> Row[ScimToken, ScimDirectory] | None:
        """A token in time that was not revoked, of a directory that is turned on."""
        statement = (
            select(ScimToken, ScimDirectory)
            .join(
                ScimDirectory,
                (ScimDirectory.tenant_id == ScimToken.tenant_id) & (ScimDirectory.id == ScimToken.directory_id),
            )
            .where(
                ScimToken.tenant_id == tenant_id,
                ScimToken.token_hash == digest,
                ScimToken.revoked_at.is_(None),
                ScimToken.expires_at > func.now(),
                ScimDirectory.status == "active",
            )
        )
        return (await self._session.execute(statement)).one_or_none()

    async def touch(self, tenant_id: UUID, token_id: UUID) -> None:
        """Remember that a token was used now."""
        statement = update(ScimToken).where(ScimToken.tenant_id == tenant_id, ScimToken.id == token_id)
        await self._session.execute(statement.values(last_used_at=func.now()))

    async def of_directories(self, tenant_id: UUID, directory_ids: Sequence[UUID]) -> list[ScimToken]:
        """The tokens that are good now, the oldest first."""
        statement = select(ScimToken).where(
            ScimToken.tenant_id == tenant_id,
            ScimToken.directory_id.in_(directory_ids),
            ScimToken.revoked_at.is_(None),
            ScimToken.expires_at > func.now(),
        )
        return list(await self._session.scalars(statement.order_by(ScimToken.id)))


class DirectoryRepository:
    """Reads directories, as administrators see them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self, tenant_id: UUID) -> list[ScimDirectory]:
        """Every directory, by name."""
        statement = select(ScimDirectory).where(ScimDirectory.tenant_id == tenant_id).order_by(ScimDirectory.name)
        return list(await self._session.scalars(statement))

    async def find(self, tenant_id: UUID, directory_id: UUID, *, locked: bool = False) -> ScimDirectory | None:
        """One of them; ``locked`` stays as it is until the transaction ends."""
        return await self._session.get(
            ScimDirectory, (tenant_id, directory_id), with_for_update=locked or None, populate_existing=locked
        )

    async def name_is_taken(self, tenant_id: UUID, name: str, *, besides: UUID | None = None) -> bool:
        """Whether another directory has a name."""
        condition = [ScimDirectory.tenant_id == tenant_id, func.lower(ScimDirectory.name) == name.lower()]
        if besides is not None:
            condition.append(ScimDirectory.id != besides)
        return bool(await self._session.scalar(select(exists().where(*condition))))

    async def user_counts(self, tenant_id: UUID, directory_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        """How many people each keeps, and how many of them are active."""
        statement = (
            select(
                ScimUser.directory_id,
                func.count().label("users"),
                func.count().filter(ScimUser.active).label("active"),
            )
            .where(
                ScimUser.tenant_id == tenant_id,
                ScimUser.directory_id.in_(directory_ids),
                ScimUser.removed_at.is_(None),
            )
            .group_by(ScimUser.directory_id)
        )
        return {row.directory_id: (row.users, row.active) for row in await self._session.execute(statement)}

    async def groups(self, tenant_id: UUID, directory_ids: Sequence[UUID]) -> list[Row[UUID, str, int]]:
        """The groups of directories by name: directory, display name, number of members."""
        statement = (
            select(ScimGroup.directory_id, ScimGroup.display_name, func.count(ScimGroupMember.id))
            .outerjoin(
                ScimGroupMember,
                (ScimGroupMember.tenant_id == ScimGroup.tenant_id) & (ScimGroupMember.group_id == ScimGroup.id),
            )
            .where(ScimGroup.tenant_id == tenant_id, ScimGroup.directory_id.in_(directory_ids))
            .group_by(ScimGroup.directory_id, ScimGroup.id, ScimGroup.display_name)
            .order_by(ScimGroup.display_name)
            .limit(500)
        )
        return list((await self._session.execute(statement)).all())


class ResourceRepository:
    """Reads and writes the users and groups of one directory; those of others do not exist for it."""

    def __init__(self, session: AsyncSession, tenant_id: UUID, directory_id: UUID) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._directory_id = directory_id

    def users(self) -> Select[ScimUser]:
        """All users."""
        return select(ScimUser).where(
            ScimUser.tenant_id == self._tenant_id,
            ScimUser.directory_id == self._directory_id,
            ScimUser.removed_at.is_(None),
        )

    def groups(self) -> Select[ScimGroup]:
        """All groups."""
        return select(ScimGroup).where(
            ScimGroup.tenant_id == self._tenant_id, ScimGroup.directory_id == self._directory_id
        )

    async def find_user(self, user_id: UUID, *, locked: bool = False) -> ScimUser | None:
        """A user by SCIM id."""
        statement = self.users().where(ScimUser.id == user_id)
        return await self._session.scalar(_locking(statement) if locked else statement)

    async def find_group(self, group_id: UUID, *, locked: bool = False) -> ScimGroup | None:
        """A group by SCIM id."""
        statement = self.groups().where(ScimGroup.id == group_id)
        return await self._session.scalar(_locking(statement) if locked else statement)

    async def user_name_is_taken(self, key: str, *, besides: UUID | None = None) -> bool:
        """Whether another user of the directory has a name."""
        statement = self.users().where(ScimUser.user_name_key == key)
        if besides is not None:
            statement = statement.where(ScimUser.id != besides)
        return await self._session.scalar(statement.with_only_columns(ScimUser.id).limit(1)) is not None

    async def find_keeper(self, user_id: UUID) -> ScimUser | None:
        """Who keeps, or has kept, an account: the row of whatever directory of the tenant that is."""
        statement = select(ScimUser).where(ScimUser.tenant_id == self._tenant_id, ScimUser.user_id == user_id)
        return await self._session.scalar(_locking(statement))

    async def count(self, statement: Select[Any]) -> int:
        """How many rows there are."""
        return (await self._session.scalar(select(func.count()).select_from(statement.subquery()))) or 0

    async def rows(
        self,
        statement: Select[Any],
        order: Sequence[UnaryExpression[Any] | ColumnElement[Any]],
        *,
        offset: int = 0,
        limit: int,
    ) -> list[Any]:
        """Some rows in order."""
        return list(await self._session.scalars(statement.order_by(*order).offset(offset).limit(limit)))

    async def memberships(
        self, *, groups: Collection[UUID] | None = None, members: Collection[UUID] | None = None
    ) -> list[Membership]:
        """Who is in which of these groups, or in which groups these people are, in the order of joining."""
        statement = (
            select(ScimGroupMember.group_id, ScimGroup.display_name, ScimGroupMember.member_id, ScimUser.user_name)
            .join(
                ScimGroup,
                (ScimGroup.tenant_id == ScimGroupMember.tenant_id) & (ScimGroup.id == ScimGroupMember.group_id),
            )
            .join(
                ScimUser,
                (ScimUser.tenant_id == ScimGroupMember.tenant_id) & (ScimUser.id == ScimGroupMember.member_id),
            )
            .where(ScimGroupMember.tenant_id == self._tenant_id, ScimGroup.directory_id == self._directory_id)
        )
        if groups is not None:
            statement = statement.where(_among(ScimGroupMember.group_id, groups))
        if members is not None:
            statement = statement.where(_among(ScimGroupMember.member_id, members))
        found = await self._session.execute(statement.order_by(ScimGroupMember.id))
        return [Membership(*row) for row in found.all()]

    async def known_users(self, ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Which of these SCIM ids are users of the directory, each with the account that it stands for."""
        statement = self.users().with_only_columns(ScimUser.id, ScimUser.user_id).where(_among(ScimUser.id, ids))
        return {row.id: row.user_id for row in await self._session.execute(statement)}

    async def user_ids(self) -> list[UUID]:
        """Every user, by SCIM id."""
        return list(await self._session.scalars(self.users().with_only_columns(ScimUser.id)))

    async def roles_of(self, accounts: Collection[UUID]) -> dict[UUID, list[str]]:
        """The roles of accounts."""
        statement = select(User.id, User.roles).where(User.tenant_id == self._tenant_id, _among(User.id, accounts))
        return {row.id: row.roles for row in await self._session.execute(statement)}

    async def put_members(self, group_id: UUID, *, joining: Collection[UUID], leaving: Collection[UUID]) -> None:
        """Let people into a group and out of it."""
        if leaving:
            await self._session.execute(
                delete(ScimGroupMember).where(
                    ScimGroupMember.tenant_id == self._tenant_id,
                    ScimGroupMember.group_id == group_id,
                    _among(ScimGroupMember.member_id, leaving),
                )
            )
        if joining:
            rows = [{"tenant_id": self._tenant_id, "group_id": group_id, "member_id": each} for each in joining]
            await self._session.execute(insert(ScimGroupMember).on_conflict_do_nothing(), rows)

    async def leave_all(self, member_id: UUID) -> None:
        """Take somebody out of every group; each of them has changed by it."""
        left = select(ScimGroupMember.group_id).where(
            ScimGroupMember.tenant_id == self._tenant_id, ScimGroupMember.member_id == member_id
        )
        await self._session.execute(
            update(ScimGroup)
            .where(ScimGroup.tenant_id == self._tenant_id, ScimGroup.id.in_(left))
            .values(version=ScimGroup.version + 1, updated_at=func.now())
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(
            delete(ScimGroupMember).where(
                ScimGroupMember.tenant_id == self._tenant_id, ScimGroupMember.member_id == member_id
            )
        )

    async def release_accounts(self) -> int:
        """Let the accounts that the directory keeps be their people's again; how many there are."""
        kept = self.users().with_only_columns(ScimUser.user_id)
        statement = update(User).where(User.tenant_id == self._tenant_id, User.id.in_(kept)).values(managed=False)
        statement = statement.returning(User.id).execution_options(synchronize_session=False)
        return len(list(await self._session.scalars(statement)))

    async def domain_is_verified(self, email: str) -> bool:
        """Whether the tenant has proven that the domain of an address is its own."""
        condition = exists().where(
            EmailDomain.tenant_id == self._tenant_id,
            EmailDomain.domain == email.rpartition("@")[2],
            EmailDomain.verified_at.is_not(None),
        )
        return bool(await self._session.scalar(select(condition)))


def _locking(statement: Select[_Row]) -> Select[_Row]:
    """What it selects stays as it is; what was read of it before does not count."""
    return statement.with_for_update().execution_options(populate_existing=True)


def _among(column: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether it is one of these; one parameter, however many there are."""
    among: ColumnElement[bool] = column == any_(cast(list(ids), ARRAY(Uuid())))
    return among
