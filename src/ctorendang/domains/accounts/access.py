"""Who gets in how, by the tenant's policy; and how somebody's access ends."""

from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.errors import SingleSignOnRequired
from ctorendang.domains.accounts.models import AccessPolicy
from ctorendang.domains.accounts.repository import SessionRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.work import UnitOfWork


async def policy_of(work: UnitOfWork) -> AccessPolicy:
    """The tenant's policy; the defaults where nobody has set one. What is returned is not for changing."""
    found = await work.session.scalar(select(AccessPolicy).where(AccessPolicy.tenant_id == work.tenant_id))
    return found or AccessPolicy(
        tenant_id=work.tenant_id,
        mfa="optional",
        idle_minutes=7 * 24 * 60,
        absolute_hours=14 * 24,
        sso_scope="off",
        sso_domains=[],
    )


def refuse_local_sign_in(policy: AccessPolicy, email: str, *, break_glass: bool = False) -> None:
    """Let pass whom the policy lets use a password, a passkey, a mailed link or an invitation.

    Raises:
        SingleSignOnRequired: people with this address come through their identity provider.
    """
    bound = policy.sso_scope == "everyone" or (
        policy.sso_scope == "domains" and email.rpartition("@")[2] in policy.sso_domains
    )
    if bound and not break_glass:
        raise SingleSignOnRequired


async def end_access(work: UnitOfWork, user_id: UUID, reason: str) -> None:
    """End everything that somebody could still come in by, in this transaction: the one place that knows all of it.

    Args:
        work: of an administrator, a provider or the product itself.
        user_id: whose access ends.
        reason: for the trail.
    """
    sessions = SessionRepository(work.session)
    await sessions.end(work.tenant_id, user_id)
    for purpose in ("verify_email", "reset_password"):
        await sessions.void_email_tokens(work.tenant_id, user_id, purpose)
    record(work, "accounts.access.ended", Subject("user", user_id), {"reason": reason})
