"""Accounts in Postgres."""

from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import ColumnElement, Row, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.accounts.models import (
    AccessPolicy,
    EmailToken,
    PasswordCredential,
    RefreshToken,
    Session,
    User,
)
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.infra.errors import NotFound

IDLE_MINUTES = 7 * 24 * 60
ABSOLUTE_HOURS = 14 * 24
"""What holds where a tenant has no policy."""


class UserRepository(SQLAlchemyAsyncRepository[User]):
    """Reads and writes people and their passwords."""

    model_type = User

    async def find(self, tenant_id: UUID, user_id: UUID) -> User | None:
        """One person."""
        return await self.session.get(User, (tenant_id, user_id))

    async def get_locked(self, tenant_id: UUID, user_id: UUID) -> User:
        """One person, who stays as they are until the transaction ends.

        Raises:
            NotFound: there is nobody of this id here.
        """
        # Waiting for the lock, somebody else may have changed them: what was read before does not count.
        user = await self.session.get(User, (tenant_id, user_id), with_for_update=True, populate_existing=True)
        if user is None:
            raise NotFound("There is no such member here.")
        return user

    async def find_by_email(self, tenant_id: UUID, email: str) -> User | None:
        """The person with an address."""
        statement = select(User).where(User.tenant_id == tenant_id, User.email == email)
        return (await self.session.scalars(statement)).one_or_none()

    async def find_with_password(self, tenant_id: UUID, email: str) -> Row[User, str | None] | None:
        """The person with an address, and their password's hash if they have one."""
        statement = (
            select(User, PasswordCredential.password_hash)
            .outerjoin(
                PasswordCredential,
                (PasswordCredential.tenant_id == User.tenant_id) & (PasswordCredential.user_id == User.id),
            )
            .where(User.tenant_id == tenant_id, User.email == email)
        )
        return (await self.session.execute(statement)).one_or_none()

    async def add_new(self, user: User) -> bool:
        """Insert a person; False when the address is taken."""
        values = {name: getattr(user, name) for name in ("tenant_id", "id", "email", "name", "roles")}
        statement = insert(User).values(values).on_conflict_do_nothing(index_elements=["tenant_id", "email"])
        return (await self.session.scalar(statement.returning(User.id))) is not None

    async def find_password_hash(self, tenant_id: UUID, user_id: UUID) -> str | None:
        """A person's password hash."""
        statement = select(PasswordCredential.password_hash).where(
            PasswordCredential.tenant_id == tenant_id, PasswordCredential.user_id == user_id
        )
        return await self.session.scalar(statement)

    async def put_password(self, tenant_id: UUID, user_id: UUID, password_hash: str) -> None:
        """Set a person's password."""
        statement = insert(PasswordCredential).values(tenant_id=tenant_id, user_id=user_id, password_hash=password_hash)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "user_id"],
                set_={"password_hash": statement.excluded.password_hash, "updated_at": func.now()},
            )
        )

    async def lock_active_admins(self, tenant_id: UUID) -> list[UUID]:
        """The people who can administer the tenant; none of them changes until the transaction ends."""
        statement = (
            select(User.id)
            .where(
                User.tenant_id == tenant_id,
                User.status == MemberStatus.ACTIVE,
                User.roles.contains([Role.ADMIN.value]),
            )
            .order_by(User.id)
            .with_for_update()
        )
        return list(await self.session.scalars(statement))


class SessionRepository:
    """Reads and writes sign-ins and their tokens."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_live(
        self, tenant_id: UUID, kind: str, digest: bytes
    ) -> Row[Session, User, AccessPolicy | None] | None:
        """The sign-in behind a cookie or access token, whose it is, and the tenant's policy, if it has one.

        None where that policy has ended the sign-in.
        """
        statement = (
            select(Session, User, AccessPolicy)
            .join(User, (User.tenant_id == Session.tenant_id) & (User.id == Session.user_id))
            .outerjoin(AccessPolicy, AccessPolicy.tenant_id == Session.tenant_id)
            .where(
                Session.tenant_id == tenant_id,
                Session.token_hash == digest,
                Session.kind == kind,
                Session.expires_at > func.now(),
                *within_policy(),
                User.status == MemberStatus.ACTIVE,
            )
        )
        return (await self._session.execute(statement)).one_or_none()

    async def touch(self, tenant_id: UUID, session_id: UUID) -> None:
        """Note that a sign-in was just used."""
        await self._session.execute(
            update(Session)
            .where(Session.tenant_id == tenant_id, Session.id == session_id)
            .values(last_seen_at=func.now())
        )

    async def confirm(self, tenant_id: UUID, session_id: UUID) -> None:
        """Note that the person of a session has just shown who they are again, strongly."""
        await self._session.execute(
            update(Session)
            .where(Session.tenant_id == tenant_id, Session.id == session_id)
            .values(authenticated_at=func.now(), strong=True)
        )

    async def end(self, tenant_id: UUID, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> None:
        """End a person's sign-ins: all, one, or all but one. Their refresh tokens end with them."""
        statement = update(Session).where(
            Session.tenant_id == tenant_id, Session.user_id == user_id, Session.ended_at.is_(None)
        )
        if only is not None:
            statement = statement.where(Session.id == only)
        if but is not None:
            statement = statement.where(Session.id != but)
        await self._session.execute(statement.values(ended_at=func.now()))

    async def living(self, tenant_id: UUID, user_id: UUID) -> list[Session]:
        """A person's sign-ins that still let somebody in, the one used last first."""
        usable = exists().where(
            RefreshToken.tenant_id == Session.tenant_id,
            RefreshToken.session_id == Session.id,
            RefreshToken.used_at.is_(None),
            RefreshToken.expires_at > func.now(),
        )
        statement = (
            select(Session)
            .outerjoin(AccessPolicy, AccessPolicy.tenant_id == Session.tenant_id)
            .where(
                Session.tenant_id == tenant_id,
                Session.user_id == user_id,
                or_(Session.expires_at > func.now(), usable),
                *within_policy(),
            )
            .order_by(Session.last_seen_at.desc(), Session.id.desc())
        )
        return list(await self._session.scalars(statement))

    async def end_beyond(
        self, tenant_id: UUID, most: int, *, user_id: UUID | None = None, keep: UUID | None = None
    ) -> list[UUID]:
        """End the oldest browser sessions of everybody, or of one person, who has more than allowed; which those were.

        Args:
            tenant_id: whose people.
            most: how many of a person's sessions go on.
            user_id: whose alone.
            keep: a session that counts as the newest of all.
        """
        newest_first = func.row_number().over(
            partition_by=Session.user_id,
            order_by=((Session.id == keep).desc(), Session.created_at.desc(), Session.id.desc()),
        )
        ranked = (
            select(Session.id, newest_first.label("place"))
            .outerjoin(AccessPolicy, AccessPolicy.tenant_id == Session.tenant_id)
            .where(
                Session.tenant_id == tenant_id,
                Session.kind == "browser",
                Session.expires_at > func.now(),
                *within_policy(),
                *(() if user_id is None else (Session.user_id == user_id,)),
            )
            .subquery()
        )
        statement = (
            update(Session)
            .where(Session.tenant_id == tenant_id, Session.id.in_(select(ranked.c.id).where(ranked.c.place > most)))
            .values(ended_at=func.now())
            .returning(Session.id)
            .execution_options(synchronize_session=False)
        )
        return list(await self._session.scalars(statement))

    async def lock_refresh_token(self, tenant_id: UUID, digest: bytes) -> Row[RefreshToken, Session, User] | None:
        """A refresh token, its family and its person; nobody else redeems it meanwhile."""
        statement = (
            select(RefreshToken, Session, User)
            .join(Session, (Session.tenant_id == RefreshToken.tenant_id) & (Session.id == RefreshToken.session_id))
            .join(User, (User.tenant_id == RefreshToken.tenant_id) & (User.id == RefreshToken.user_id))
            .where(RefreshToken.tenant_id == tenant_id, RefreshToken.token_hash == digest)
            .with_for_update(of=(RefreshToken, Session))
        )
        return (await self._session.execute(statement)).one_or_none()

    async def was_used(self, tenant_id: UUID, digest: bytes) -> bool:
        """Whether a refresh token has been redeemed."""
        statement = select(RefreshToken.used_at).where(
            RefreshToken.tenant_id == tenant_id, RefreshToken.token_hash == digest
        )
        return (await self._session.scalar(statement)) is not None

    async def redeem_email_token(self, tenant_id: UUID, purpose: str, digest: bytes) -> UUID | None:
        """Use up an e-mail token: whose it was, None when it is not good (any more)."""
        statement = update(EmailToken).where(*_good_token(tenant_id, purpose, digest)).values(used_at=func.now())
        return await self._session.scalar(statement.returning(EmailToken.user_id))

    async def redeem_email_change(self, tenant_id: UUID, digest: bytes) -> Row[UUID, str | None] | None:
        """Use up a token for a new address: whose it was and which address, None when it is not good (any more)."""
        good = _good_token(tenant_id, "change_email", digest)
        statement = update(EmailToken).where(*good).values(used_at=func.now())
        found = await self._session.execute(statement.returning(EmailToken.user_id, EmailToken.new_email))
        return found.one_or_none()

    async def is_reset_token(self, tenant_id: UUID, digest: bytes) -> bool:
        """Whether a token would set a new password now."""
        statement = select(EmailToken.id).where(*_good_token(tenant_id, "reset_password", digest))
        return await self._session.scalar(statement) is not None

    async def void_email_tokens(self, tenant_id: UUID, user_id: UUID, purpose: str) -> None:
        """Make earlier e-mail tokens of a purpose worthless."""
        await self._session.execute(
            update(EmailToken)
            .where(
                EmailToken.tenant_id == tenant_id,
                EmailToken.user_id == user_id,
                EmailToken.purpose == purpose,
                EmailToken.used_at.is_(None),
            )
            .values(used_at=func.now())
        )


def within_policy() -> list[ColumnElement[bool]]:
    """That a session has not ended, by anybody's doing or by the policy, which is outer-joined.

    A browser's ends when it was not used for a while. Whether a program's was used shows only every quarter of an hour,
    and a week without use ends it anyway: its refresh token is too old then.
    """
    idle = func.coalesce(AccessPolicy.idle_minutes, IDLE_MINUTES) * text("interval '1 minute'")
    absolute = func.coalesce(AccessPolicy.absolute_hours, ABSOLUTE_HOURS) * text("interval '1 hour'")
    return [
        Session.ended_at.is_(None),
        Session.created_at + absolute > func.now(),
        or_(Session.kind == "program", Session.last_seen_at + idle > func.now()),
    ]


def _good_token(tenant_id: UUID, purpose: str, digest: bytes) -> list[ColumnElement[bool]]:
    """An unused token in time, of somebody who may sign in, and older than no change of their password."""
    active = exists().where(
        User.tenant_id == tenant_id, User.id == EmailToken.user_id, User.status == MemberStatus.ACTIVE
    )
    changed_since = exists().where(
        PasswordCredential.tenant_id == tenant_id,
        PasswordCredential.user_id == EmailToken.user_id,
        PasswordCredential.updated_at > EmailToken.created_at,
    )
    return [
        EmailToken.tenant_id == tenant_id,
        EmailToken.purpose == purpose,
        EmailToken.token_hash == digest,
        EmailToken.used_at.is_(None),
        EmailToken.expires_at > func.now(),
        active,
        *(() if purpose == "verify_email" else (~changed_since,)),
    ]
