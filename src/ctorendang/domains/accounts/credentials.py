"""One's own password, and having one's address confirmed.

Hashing takes long by design, so both are limited, and no connection is held meanwhile.
"""

from ctorendang.domains.accounts.errors import WrongPassword
from ctorendang.domains.accounts.passwords import hash_password_aside, password_fits
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields

CHANGES_PER_ACCOUNT = Limit("change-password-account", attempts=10, seconds=600)
VERIFICATIONS_PER_ACCOUNT = Limit("verification-account", attempts=5, seconds=3600)


class Credentials:
    """One's own password, and having one's address confirmed."""

    def __init__(self, product: Product, person: Actor) -> None:
        self._product = product
        self._person = person
        self._tenant_id = person.tenant_id

    async def change_password(self, current: str, new: str) -> None:
        """Set a new password and end one's other sign-ins.

        Raises:
            SignInRequired: this is a visitor.
            InvalidInput: the new password is not good.
            WrongPassword: the current one is not right, or was changed meanwhile.
            TooManyAttempts: too many wrong ones for this account.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        fields = Fields()
        fields.password("newPassword", new)
        fields.done()
        user_id = self._person.person
        limited = (CHANGES_PER_ACCOUNT, str(self._tenant_id), str(user_id))
        await self._product.limiter.count(*limited)
        async with self._product.units.begin(self._person) as work:
            known = await UserRepository(session=work.session).find_password_hash(self._tenant_id, user_id)
        if not await password_fits(known, current):
            raise WrongPassword
        await self._product.limiter.forgive(*limited)
        password_hash = await hash_password_aside(new)
        async with self._product.units.begin(self._person) as work:
            users = UserRepository(session=work.session)
            await users.get_locked(self._tenant_id, user_id)
            if await users.find_password_hash(self._tenant_id, user_id) != known:
                raise WrongPassword
            await users.put_password(self._tenant_id, user_id, password_hash)
            await SessionRepository(work.session).end(self._tenant_id, user_id, but=self._person.session_id)
            record(work, "accounts.password.changed", Subject("user", user_id))

    async def send_verification(self) -> None:
        """Have the mail that confirms one's address sent again.

        Raises:
            SignInRequired: this is a visitor.
            TooManyAttempts: enough were sent in this hour.
        """
        self._product.grants.require(self._person, AccountPermission.MANAGE_OWN)
        user_id = self._person.person
        await self._product.limiter.count(VERIFICATIONS_PER_ACCOUNT, str(self._tenant_id), str(user_id))
        async with self._product.units.begin(self._person) as work:
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            if user.email_verified_at is None:
                work.publish("account.verification_wanted", {"user_id": str(user.id)})
                record(work, "accounts.verification.requested", Subject("user", user.id))
