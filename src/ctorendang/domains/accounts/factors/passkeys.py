"""One's own passkeys, once they are there."""

from uuid import UUID

from ctorendang.domains.accounts.factors.models import Passkey
from ctorendang.domains.accounts.factors.repository import FactorRepository
from ctorendang.domains.accounts.factors.service import forget_last_codes
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork


class PasskeyService:
    """Names and removes passkeys of the actor."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._factors = FactorRepository(work.session)

    async def rename(self, passkey_id: UUID, name: str) -> Passkey:
        """Call it something else.

        Raises:
            SignInRequired: this is a visitor.
            NotFound: the actor has none of this id.
            InvalidInput: the name is not good.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        passkey = await self._factors.get_passkey(self._tenant_id, self._work.actor.person, passkey_id)
        fields = Fields()
        name = fields.text("name", name, most=60)
        fields.done()
        passkey.name = name
        record(self._work, "accounts.passkey.renamed", Subject("passkey", passkey.id))
        return passkey

    async def remove(self, passkey_id: UUID) -> None:
        """Accept it no longer.

        Raises:
            SignInRequired: this is a visitor.
            StepUpRequired: the person showed who they are too long ago.
            NotFound: the actor has none of this id.
            SecondFactorNeeded: it is the last factor, and the policy asks for one.
        """
        self._work.require(AccountPermission.MANAGE_OWN)
        require_recent(self._work.actor)
        user_id = self._work.actor.person
        await UserRepository(session=self._work.session).get_locked(self._tenant_id, user_id)
        passkey = await self._factors.get_passkey(self._tenant_id, user_id, passkey_id)
        await self._work.session.delete(passkey)
        await self._work.session.flush()
        await forget_last_codes(self._work, user_id)
        record(self._work, "accounts.passkey.removed", Subject("passkey", passkey.id))
        self._work.publish("account.factors_changed", {"user_id": str(user_id), "change": "passkey_removed"})
