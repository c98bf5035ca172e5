"""The owner of an address comes to an account that somebody opened without ever confirming it.

Whoever opened it may have done so to wait for the owner ("pre-hijacking"): every way in that they set up goes.
"""

from uuid import UUID

from sqlalchemy import delete

from ctorendang.domains.accounts.access import end_access
from ctorendang.domains.accounts.factors.models import Passkey, RecoveryCode, TotpCredential
from ctorendang.domains.accounts.kept_above import forget_identities
from ctorendang.domains.accounts.models import PasswordCredential
from ctorendang.infra.work import UnitOfWork


async def forget_credentials(work: UnitOfWork, user_id: UUID, reason: str) -> None:
    """End somebody's access, and forget everything that they could ever come in by again.

    Args:
        work: of whoever speaks for the address: a provider, a directory, or the holder of a mailed secret.
        user_id: whose; the caller has locked the account.
        reason: for the trail.
    """
    await end_access(work, user_id, reason)
    for credential in (PasswordCredential, TotpCredential, RecoveryCode, Passkey):
        await work.session.execute(
            delete(credential).where(credential.tenant_id == work.tenant_id, credential.user_id == user_id)
        )
    await forget_identities(work, user_id)
