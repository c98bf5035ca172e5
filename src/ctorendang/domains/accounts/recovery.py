"""Mailed secrets: setting a forgotten password, confirming an address.

Mailed secrets are not shown to people, so these steps run as the ``authenticator``.
"""

from datetime import timedelta
from uuid import UUID

from ctorendang.domains.accounts.errors import LinkForAnotherAccount, TokenNotAccepted
from ctorendang.domains.accounts.passwords import hash_password_aside
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.accounts.takeover import forget_credentials
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash

RESET_LIFETIME = timedelta(minutes=30)
# Anybody may use this up; for as long, the newest of the mails that they have caused holds a link that is good.
RESETS_PER_ACCOUNT = Limit("reset-account", attempts=5, seconds=int(RESET_LIFETIME.total_seconds()))
RESETS_PER_ADDRESS = Limit("reset-address", attempts=60, seconds=3600)
TRIES_PER_ADDRESS = Limit("mailed-secret-address", attempts=100, seconds=3600)

_DEAD_LINK = "This link is no longer valid. Ask for a new one."


class Recovery:
    """What a visitor can do with, or about, a mailed secret."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._tenant_id = visitor.tenant_id
        self._authenticator = visitor.as_service(AUTHENTICATOR)

    async def request_password_reset(self, email: str) -> None:
        """Have a mail with a reset link sent if there is such an account, which only the worker finds out.

        Raises:
            InvalidInput: this is no e-mail address.
            TooManyAttempts: for this address, or from this network address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        fields = Fields()
        email = fields.email("email", email)
        fields.done()
        await self._product.limiter.count(RESETS_PER_ADDRESS, str(self._tenant_id), self._visitor.address)
        await self._product.limiter.count(RESETS_PER_ACCOUNT, str(self._tenant_id), email)
        async with self._product.units.begin(self._authenticator) as work:
            work.publish("account.password_reset_wanted", {"email": email})

    async def require_good_link(self, token: str) -> None:
        """Look at a mailed secret without using it up, so that a dead one is told before anything is typed.

        Raises:
            TokenNotAccepted: the link is unknown, used, or too old.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        caller = (str(self._tenant_id), self._visitor.address)
        await self._product.limiter.count(TRIES_PER_ADDRESS, *caller)
        async with self._product.units.begin(self._authenticator) as work:
            await self._require_reset_token(work, token_hash(token))
        await self._product.limiter.forgive(TRIES_PER_ADDRESS, *caller)

    async def reset_password(self, token: str, new: str) -> UUID:
        """Set a new password with a mailed secret, and end all sign-ins. Reading the mail also confirms the address.

        Returns:
            Whose it was.

        Raises:
            InvalidInput: the new password is not good.
            TokenNotAccepted: the link is unknown, used, or too old.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._visitor, AccountPermission.OPEN_SESSION)
        fields = Fields()
        fields.password("password", new)
        fields.done()
        await self._product.limiter.count(TRIES_PER_ADDRESS, str(self._tenant_id), self._visitor.address)
        digest = token_hash(token)
        async with self._product.units.begin(self._authenticator) as work:
            await self._require_reset_token(work, digest)
        password_hash = await hash_password_aside(new)
        async with self._product.units.begin(self._authenticator) as work:
            users, sessions = UserRepository(session=work.session), SessionRepository(work.session)
            user_id = await sessions.redeem_email_token(self._tenant_id, "reset_password", digest)
            if user_id is None:
                raise TokenNotAccepted(_DEAD_LINK)
            user = await users.get_locked(self._tenant_id, user_id)
            if user.email_verified_at is None:
                await forget_credentials(work, user_id, "the address was confirmed by a password reset")
                user.email_verified_at = now()
            await users.put_password(self._tenant_id, user_id, password_hash)
            await sessions.end(self._tenant_id, user_id)
            record(work, "accounts.password.reset", Subject("user", user_id))
            return user_id

    async def verify_email(self, token: str) -> None:
        """Confirm one's address with a mailed secret.

        The mail alone does not do: its reader may not be who opened the account, and would vouch for
        a stranger's password. They set a new one instead, and what the stranger left is forgotten.

        Raises:
            SignInRequired: this is a visitor.
            LinkForAnotherAccount: it confirms the address of somebody else's account.
            TokenNotAccepted: the link is unknown, used, or too old.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._visitor, AccountPermission.MANAGE_OWN)
        await self._product.limiter.count(TRIES_PER_ADDRESS, str(self._tenant_id), self._visitor.address)
        async with self._product.units.begin(self._authenticator) as work:
            sessions = SessionRepository(work.session)
            user_id = await sessions.redeem_email_token(self._tenant_id, "verify_email", token_hash(token))
            if user_id is None:
                raise TokenNotAccepted("This link is no longer valid. Ask for a new one in your account.")
            if user_id != self._visitor.user_id:
                raise LinkForAnotherAccount
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            user.email_verified_at = now()
            record(work, "accounts.email.verified", Subject("user", user_id))

    async def _require_reset_token(self, work: UnitOfWork, digest: bytes) -> None:
        if not await SessionRepository(work.session).is_reset_token(self._tenant_id, digest):
            raise TokenNotAccepted(_DEAD_LINK)
