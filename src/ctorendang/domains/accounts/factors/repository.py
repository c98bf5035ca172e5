"""Factors, passkeys and what is under way with them, in Postgres."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.accounts.factors.models import (
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    SignInStep,
    TotpCredential,
)
from ctorendang.domains.accounts.models import PasswordCredential, Session, User
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.infra.errors import NotFound


class FactorRepository:
    """Reads and writes what people hold besides a password."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def has_any(self, tenant_id: UUID, user_id: UUID) -> bool:
        """Whether a person has a confirmed app or a passkey."""
        app = exists().where(
            TotpCredential.tenant_id == tenant_id,
            TotpCredential.user_id == user_id,
            TotpCredential.confirmed_at.is_not(None),
        )
        passkey = exists().where(Passkey.tenant_id == tenant_id, Passkey.user_id == user_id)
        return bool(await self._session.scalar(select(or_(app, passkey))))

    async def find_app(self, tenant_id: UUID, user_id: UUID) -> TotpCredential | None:
        """A person's authenticator app, confirmed or not."""
        statement = select(TotpCredential).where(
            TotpCredential.tenant_id == tenant_id, TotpCredential.user_id == user_id
        )
        return (await self._session.scalars(statement)).one_or_none()

    async def take_step(self, app: TotpCredential, step: int) -> bool:
        """Note that a code of this time step was taken; False when one of it, or of a later one, was taken before."""
        statement = (
            update(TotpCredential)
            .where(
                TotpCredential.tenant_id == app.tenant_id,
                TotpCredential.id == app.id,
                # The seed may have been replaced since it was read; then the code proves nothing.
                TotpCredential.sealed_seed == app.sealed_seed,
                or_(TotpCredential.last_step.is_(None), TotpCredential.last_step < step),
            )
            .values(last_step=step)
            .execution_options(synchronize_session=False)
        )
        return await self._session.scalar(statement.returning(TotpCredential.id)) is not None

    async def delete_app(self, tenant_id: UUID, user_id: UUID) -> bool:
        """Forget a person's confirmed app; whether there was one."""
        statement = delete(TotpCredential).where(
            TotpCredential.tenant_id == tenant_id,
            TotpCredential.user_id == user_id,
            TotpCredential.confirmed_at.is_not(None),
        )
        return await self._session.scalar(statement.returning(TotpCredential.id)) is not None

    async def replace_recovery_codes(self, tenant_id: UUID, user_id: UUID, hashes: Iterable[bytes]) -> None:
        """Make these a person's only recovery codes."""
        await self._session.execute(
            delete(RecoveryCode).where(RecoveryCode.tenant_id == tenant_id, RecoveryCode.user_id == user_id)
        )
        self._session.add_all(RecoveryCode(tenant_id=tenant_id, user_id=user_id, code_hash=each) for each in hashes)

    async def use_recovery_code(self, tenant_id: UUID, user_id: UUID, code_hash: bytes) -> bool:
        """Use a code up; False when there is none such, or it was used before."""
        statement = (
            update(RecoveryCode)
            .where(
                RecoveryCode.tenant_id == tenant_id,
                RecoveryCode.user_id == user_id,
                RecoveryCode.code_hash == code_hash,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=func.now())
        )
        return await self._session.scalar(statement.returning(RecoveryCode.id)) is not None

    async def count_recovery_codes(self, tenant_id: UUID, user_id: UUID) -> int:
        """How many codes are left."""
        statement = select(func.count()).where(
            RecoveryCode.tenant_id == tenant_id, RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
        )
        return (await self._session.scalar(statement)) or 0

    async def passkeys(self, tenant_id: UUID, user_id: UUID, rp_id: str | None = None) -> list[Passkey]:
        """A person's passkeys, the oldest first: all, or those of one host."""
        statement = select(Passkey).where(Passkey.tenant_id == tenant_id, Passkey.user_id == user_id)
        if rp_id is not None:
            statement = statement.where(Passkey.rp_id == rp_id)
        return list(await self._session.scalars(statement.order_by(Passkey.id)))

    async def get_passkey(self, tenant_id: UUID, user_id: UUID, passkey_id: UUID) -> Passkey:
        """One of a person's passkeys.

        Raises:
            NotFound: they have none of this id.
        """
        passkey = await self._session.get(Passkey, (tenant_id, passkey_id))
        if passkey is None or passkey.user_id != user_id:
            raise NotFound("There is no such passkey.")
        return passkey

    async def add_passkey(self, passkey: Passkey) -> bool:
        """Keep a passkey; False when anybody here has this credential."""
        columns = ("tenant_id", "id", "user_id", "credential_id", "public_key", "sign_count", "rp_id", "transports")
        values = {name: getattr(passkey, name) for name in (*columns, "name", "backed_up")}
        statement = insert(Passkey).values(values).on_conflict_do_nothing(index_elements=["tenant_id", "credential_id"])
        return await self._session.scalar(statement.returning(Passkey.id)) is not None

    async def lock_passkey(self, tenant_id: UUID, credential_id: bytes) -> Row[Passkey, User] | None:
        """A passkey, whose uses queue until the transaction ends, and whose it is."""
        statement = (
            select(Passkey, User)
            .join(User, (User.tenant_id == Passkey.tenant_id) & (User.id == Passkey.user_id))
            .where(
                Passkey.tenant_id == tenant_id,
                Passkey.credential_id == credential_id,
                User.status == MemberStatus.ACTIVE,
            )
            .with_for_update(of=Passkey)
        )
        return (await self._session.execute(statement)).one_or_none()


class StepRepository:
    """Reads and writes sign-ins and passkey ceremonies that are under way."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_step(self, step: SignInStep) -> None:
        """Begin a step, and forget those that are long over."""
        await self._session.execute(
            delete(SignInStep).where(SignInStep.tenant_id == step.tenant_id, SignInStep.expires_at < func.now())
        )
        self._session.add(step)

    async def find_step(self, tenant_id: UUID, digest: bytes) -> Row[SignInStep, User] | None:
        """A step that is in time and unused, and its person: active, and still with the same password."""
        same_password = exists().where(
            PasswordCredential.tenant_id == tenant_id,
            PasswordCredential.user_id == SignInStep.user_id,
            PasswordCredential.password_hash == SignInStep.password_hash,
        )
        statement = (
            select(SignInStep, User)
            .join(User, (User.tenant_id == SignInStep.tenant_id) & (User.id == SignInStep.user_id))
            .where(
                SignInStep.tenant_id == tenant_id,
                SignInStep.token_hash == digest,
                SignInStep.used_at.is_(None),
                SignInStep.expires_at > func.now(),
                or_(SignInStep.password_hash.is_(None), same_password),
                User.status == MemberStatus.ACTIVE,
            )
        )
        return (await self._session.execute(statement)).one_or_none()

    async def take_attempt(self, tenant_id: UUID, step_id: UUID, most: int) -> bool:
        """Count an attempt; False when there were enough."""
        statement = (
            update(SignInStep)
            .where(SignInStep.tenant_id == tenant_id, SignInStep.id == step_id, SignInStep.attempts < most)
            .values(attempts=SignInStep.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        return await self._session.scalar(statement.returning(SignInStep.id)) is not None

    async def use_step(self, tenant_id: UUID, step_id: UUID) -> bool:
        """Use a step up; False when somebody was faster."""
        statement = (
            update(SignInStep)
            .where(SignInStep.tenant_id == tenant_id, SignInStep.id == step_id, SignInStep.used_at.is_(None))
            .values(used_at=func.now())
            .execution_options(synchronize_session=False)
        )
        return await self._session.scalar(statement.returning(SignInStep.id)) is not None

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        """Keep a challenge, and forget those that are over."""
        await self._session.execute(
            delete(PasskeyChallenge).where(
                PasskeyChallenge.tenant_id == challenge.tenant_id, PasskeyChallenge.expires_at < func.now()
            )
        )
        self._session.add(challenge)

    async def redeem_challenge(
        self, tenant_id: UUID, purpose: str, browser_hash: bytes, challenge: bytes
    ) -> Row[str, UUID | None] | None:
        """Use a challenge up: the host and the person it was made for; None when it is not good (any more)."""
        statement = delete(PasskeyChallenge).where(
            PasskeyChallenge.tenant_id == tenant_id,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.browser_hash == browser_hash,
            PasskeyChallenge.challenge == challenge,
            PasskeyChallenge.expires_at > func.now(),
        )
        found = await self._session.execute(statement.returning(PasskeyChallenge.rp_id, PasskeyChallenge.user_id))
        return found.one_or_none()

    async def confirm_session(self, tenant_id: UUID, user_id: UUID, session_id: UUID, *, strong: bool) -> bool:
        """Note that a person has just shown who they are; False when the session has ended."""
        statement = (
            update(Session)
            .where(
                Session.tenant_id == tenant_id,
                Session.user_id == user_id,
                Session.id == session_id,
                Session.ended_at.is_(None),
            )
            .values(authenticated_at=func.now(), strong=true() if strong else Session.strong)
            .execution_options(synchronize_session=False)
        )
        return await self._session.scalar(statement.returning(Session.id)) is not None

    async def void(self, tenant_id: UUID, user_id: UUID) -> None:
        """Make everything worthless that a person has under way."""
        for table in (SignInStep, PasskeyChallenge):
            await self._session.execute(delete(table).where(table.tenant_id == tenant_id, table.user_id == user_id))
