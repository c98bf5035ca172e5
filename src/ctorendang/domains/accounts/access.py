"""Who gets in how, by the tenant's policy; and how somebody's access ends."""

from uuid import UUID

from sqlalchemy import func, select, update

from ctorendang.domains.accounts.errors import SingleSignOnRequired
from ctorendang.domains.accounts.factors.repository import StepRepository
from ctorendang.domains.accounts.keys.models import ApiKey
from ctorendang.domains.accounts.models import AccessPolicy, Session, User
from ctorendang.domains.accounts.repository import ABSOLUTE_HOURS, IDLE_MINUTES, SessionRepository
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.work import UnitOfWork


async def policy_of(work: UnitOfWork) -> AccessPolicy:
    """The tenant's policy; the defaults where nobody has set one. What is returned is not for changing."""
    found = await work.session.scalar(select(AccessPolicy).where(AccessPolicy.tenant_id == work.tenant_id))
    return found or AccessPolicy(
        tenant_id=work.tenant_id,
        mfa="optional",
        idle_minutes=IDLE_MINUTES,
        absolute_hours=ABSOLUTE_HOURS,
        sso_scope="off",
        sso_domains=[],
    )


def is_bound(policy: AccessPolicy, email: str, *, break_glass: bool = False) -> bool:
    """Whether people with this address come through their identity provider only."""
    if break_glass:
        return False
    return policy.sso_scope == "everyone" or (
        policy.sso_scope == "domains" and email.rpartition("@")[2] in policy.sso_domains
    )


def refuse_local_sign_in(policy: AccessPolicy, email: str, *, break_glass: bool = False) -> None:
    """Let pass whom the policy lets use a password, a passkey, a mailed link or an invitation.

    Raises:
        SingleSignOnRequired: people with this address come through their identity provider.
    """
    if is_bound(policy, email, break_glass=break_glass):
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
    for purpose in ("verify_email", "reset_password", "change_email"):
        await sessions.void_email_tokens(work.tenant_id, user_id, purpose)
    await StepRepository(work.session).void(work.tenant_id, user_id)
    keys = update(ApiKey).where(
        ApiKey.tenant_id == work.tenant_id, ApiKey.user_id == user_id, ApiKey.ended_at.is_(None)
    )
    await work.session.execute(keys.values(ended_at=func.now()))
    record(work, "accounts.access.ended", Subject("user", user_id), {"reason": reason})


async def end_weak_sessions(
    work: UnitOfWork, *, user_id: UUID | None = None, role: str | None = None, keep: UUID | None = None
) -> int:
    """End sign-ins that took one factor, of people who are asked for two from now on; how many there were.

    Args:
        work: of an administrator or the product itself.
        user_id: whose; None is everybody's.
        role: only of people with this role.
        keep: a session that goes on: that of whoever asks for it.
    """
    statement = update(Session).where(
        Session.tenant_id == work.tenant_id, Session.strong.is_(False), Session.ended_at.is_(None)
    )
    if user_id is not None:
        statement = statement.where(Session.user_id == user_id)
    if role is not None:
        holders = select(User.id).where(User.tenant_id == work.tenant_id, User.roles.contains([role]))
        statement = statement.where(Session.user_id.in_(holders))
    if keep is not None:
        statement = statement.where(Session.id != keep)
    ended = statement.values(ended_at=func.now()).returning(Session.id).execution_options(synchronize_session=False)
    return len(list(await work.session.scalars(ended)))
