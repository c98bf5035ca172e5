"""Mails about accounts. Secrets are made here, when the mail is, so that they never lie in the outbox."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.access import is_bound, policy_of
from ctorendang.domains.accounts.models import EmailToken, User
from ctorendang.domains.accounts.people.avatars import drop_unused
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.recovery import RESET_LIFETIME
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.infra.auth.actor import AUTHENTICATOR
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash

_VERIFY_LIFETIME = timedelta(days=3)
_ROLES: Mapping[str, str] = {Role.CLIENT: "a client", Role.CTO: "a CTO", Role.ADMIN: "an administrator"}


async def _send_verification(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user = await UserRepository(session=work.session).find(work.tenant_id, UUID(payload["user_id"]))
    if user is None or user.email_verified_at is not None:
        return
    token = await _email_token(work, user, "verify_email", _VERIFY_LIFETIME)
    await send_mail(work, "verify-email", user.email, user.name, paths={"url": f"/verify?token={token}"})


async def _send_password_reset(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user = await UserRepository(session=work.session).find_by_email(work.tenant_id, payload["email"])
    if user is None or user.status != MemberStatus.ACTIVE:
        return
    record(work, "accounts.password.reset_requested", Subject("user", user.id))
    if is_bound(await policy_of(work), user.email, break_glass=user.break_glass):
        # A new password would not let them in. Told by mail alone: the page answers everybody alike.
        await send_mail(work, "password-not-needed", user.email, user.name, paths={"url": "/sso"})
        return
    token = await _email_token(work, user, "reset_password", RESET_LIFETIME)
    await send_mail(
        work,
        "password-reset",
        user.email,
        user.name,
        paths={"url": f"/password/reset?token={token}"},
        minutes=int(RESET_LIFETIME.total_seconds() // 60),
    )


async def _send_account_exists(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user = await UserRepository(session=work.session).find_by_email(work.tenant_id, payload["email"])
    if user is not None:
        paths = {"login_url": "/login", "reset_url": "/password/forgot"}
        await send_mail(work, "account-exists", user.email, user.name, paths=paths)


async def _send_roles(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user = await UserRepository(session=work.session).find(work.tenant_id, UUID(payload["user_id"]))
    if user is None or user.status != MemberStatus.ACTIVE or not user.roles:
        return
    roles = " and ".join(_ROLES[role] for role in user.roles if role in _ROLES)
    paths = {"url": "/account/activity"}
    await mail_if_wanted(work, Notification.ACCOUNT, user, "roles-changed", paths=paths, roles=roles)


async def _email_token(work: UnitOfWork, user: User, purpose: str, lifetime: timedelta) -> str:
    await SessionRepository(work.session).void_email_tokens(work.tenant_id, user.id, purpose)
    token = random_token()
    work.session.add(
        EmailToken(
            tenant_id=work.tenant_id,
            user_id=user.id,
            purpose=purpose,
            token_hash=token_hash(token),
            expires_at=now() + lifetime,
        )
    )
    await work.session.flush()
    return token


SUBSCRIPTIONS = (
    Subscription("member.roles_set", "accounts.send_roles", _send_roles),
    Subscription("avatar.unused", "accounts.drop_avatar", drop_unused),
    Subscription("account.opened", "accounts.send_verification", _send_verification, AUTHENTICATOR),
    Subscription("account.verification_wanted", "accounts.resend_verification", _send_verification, AUTHENTICATOR),
    Subscription("account.password_reset_wanted", "accounts.send_password_reset", _send_password_reset, AUTHENTICATOR),
    Subscription("account.opened_again", "accounts.send_account_exists", _send_account_exists, AUTHENTICATOR),
)
