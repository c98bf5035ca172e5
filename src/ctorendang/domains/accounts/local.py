"""Whether somebody can show who they are without an identity provider."""

from uuid import UUID

from sqlalchemy import exists, or_, select

from ctorendang.domains.accounts.factors.models import Passkey
from ctorendang.domains.accounts.models import PasswordCredential
from ctorendang.infra.work import UnitOfWork


async def has_local_credentials(work: UnitOfWork, user_id: UUID) -> bool:
    """Whether there is a password or a passkey, for deciding whether an address alone may lead to the account."""
    password = exists().where(PasswordCredential.tenant_id == work.tenant_id, PasswordCredential.user_id == user_id)
    passkey = exists().where(Passkey.tenant_id == work.tenant_id, Passkey.user_id == user_id)
    return bool(await work.session.scalar(select(or_(password, passkey))))
