"""Another address for one's account: asked for by its person, and confirmed by the same, who reads the new one."""

from sqlalchemy.exc import IntegrityError

from ctorendang.domains.accounts.access import is_bound, policy_of
from ctorendang.domains.accounts.errors import (
    AddressKeptElsewhere,
    EmailNotAvailable,
    LinkForAnotherAccount,
    TokenNotAccepted,
)
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.proof import Method
from ctorendang.domains.accounts.recovery import TRIES_PER_ADDRESS
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.product import Product
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash

CHANGES_PER_ACCOUNT = Limit("email-change-account", attempts=5, seconds=3600)

_DEAD_LINK = "This link is no longer valid. Ask for a new one in your account."


class EmailChange:
    """Changing an address."""

    def __init__(self, product: Product, actor: Actor) -> None:
        self._product = product
        self._actor = actor
        self._tenant_id = actor.tenant_id
        self._authenticator = actor.as_service(AUTHENTICATOR)

    async def request(self, email: str) -> None:
        """Have a link sent to the new address. Whether somebody has it already is not told here, but by mail to them.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person signed in too long ago.
            InvalidInput: this is no address, or the one that they have.
            AddressKeptElsewhere: the person's organisation keeps their address.
            TooManyAttempts: enough links were sent in this hour.
        """
        self._product.grants.require(self._actor, AccountPermission.MANAGE_OWN)
        require_recent(self._actor)
        fields = Fields()
        email = fields.email("email", email)
        fields.done()
        await self._product.limiter.count(CHANGES_PER_ACCOUNT, str(self._tenant_id), str(self._actor.person))
        async with self._product.units.begin(self._actor) as work:
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, self._actor.person)
            if self._actor.method == Method.SSO:
                raise AddressKeptElsewhere
            await self._require_own(work, user, email)
            if user.email == email:
                fields.refuse("email", "This is your address already.")
            fields.done()
            work.publish("account.email_change_wanted", {"user_id": str(user.id), "email": email})
            record(work, "accounts.email.change_requested", Subject("user", user.id))

    async def confirm(self, token: str) -> None:
        """Use the new address from now on. Other sign-ins end, and links sent to the address before are worthless.

        The mail alone does not do: its reader would give their address to the account of whoever asked for it.

        Raises:
            SignInRequired: this is a visitor.
            LinkForAnotherAccount: somebody else has asked for it.
            TokenNotAccepted: the link is unknown, used, or too old.
            EmailNotAvailable: somebody else has the address by now.
            AddressKeptElsewhere: by now the person's organisation keeps their address.
            TooManyAttempts: too many links were tried from this network address.
        """
        self._product.grants.require(self._actor, AccountPermission.MANAGE_OWN)
        limited = (TRIES_PER_ADDRESS, str(self._tenant_id), self._actor.address)
        await self._product.limiter.count(*limited)
        async with self._product.units.begin(self._authenticator) as work:
            found = await SessionRepository(work.session).redeem_email_change(self._tenant_id, token_hash(token))
            user_id, email = found or (None, None)
            if user_id is None or email is None:
                raise TokenNotAccepted(_DEAD_LINK)
            if user_id != self._actor.user_id:
                raise LinkForAnotherAccount
            user = await UserRepository(session=work.session).get_locked(self._tenant_id, user_id)
            await self._require_own(work, user, email)
            await self._change(work, user, email)
        await self._product.limiter.forgive(*limited)

    async def _require_own(self, work: UnitOfWork, user: User, email: str) -> None:
        """Let pass whose address is their own business, for an address that is."""
        policy = await policy_of(work)
        bound = any(is_bound(policy, each, break_glass=user.break_glass) for each in (user.email, email))
        if user.managed or bound:
            raise AddressKeptElsewhere

    async def _change(self, work: UnitOfWork, user: User, email: str) -> None:
        before, user.email = user.email, email
        user.email_verified_at = now()
        try:
            await work.session.flush()
        except IntegrityError:
            raise EmailNotAvailable from None
        sessions = SessionRepository(work.session)
        for purpose in ("verify_email", "reset_password", "change_email"):
            await sessions.void_email_tokens(self._tenant_id, user.id, purpose)
        await sessions.end(self._tenant_id, user.id, but=self._actor.session_id)
        record(work, "accounts.email.changed", Subject("user", user.id))
        work.publish("account.email_changed", {"user_id": str(user.id), "before": before})
