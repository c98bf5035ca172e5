"""Whether somebody can show who they are without an identity provider."""

from uuid import UUID

from sqlalchemy import exists, select

from ctorendang.domains.accounts.models import PasswordCredential
from ctorendang.infra.work import UnitOfWork


async def has_local_credentials(work: UnitOfWork, user_id: UUID) -> bool:
    """Whether there is a password, for deciding whether an address alone may lead to the account."""
    return bool(
        await work.session.scalar(
            select(
                exists().where(PasswordCredential.tenant_id == work.tenant_id, PasswordCredential.user_id == user_id)
            )
        )
    )
