"""Mails about a change of address. The secret is made here, when the mail is, so that it never lies in the outbox."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.models import EmailToken
from ctorendang.domains.accounts.repository import SessionRepository, UserRepository
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.infra.auth.actor import AUTHENTICATOR
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash

_LIFETIME = timedelta(minutes=60)


async def _send_change(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    users, sessions = UserRepository(session=work.session), SessionRepository(work.session)
    user = await users.find(work.tenant_id, UUID(payload["user_id"]))
    if user is None or user.status != MemberStatus.ACTIVE:
        return
    await sessions.void_email_tokens(work.tenant_id, user.id, "change_email")
    owner = await users.find_by_email(work.tenant_id, payload["email"])
    if owner is not None:
        paths = {"login_url": "/login", "reset_url": "/password/forgot"}
        await send_mail(work, "account-exists", owner.email, owner.name, paths=paths)
        return
    token = random_token()
    work.session.add(
        EmailToken(
            tenant_id=work.tenant_id,
            user_id=user.id,
            purpose="change_email",
            new_email=payload["email"],
            token_hash=token_hash(token),
            expires_at=now() + _LIFETIME,
        )
    )
    await work.session.flush()
    paths, minutes = {"url": f"/account/email/confirm?token={token}"}, int(_LIFETIME.total_seconds() // 60)
    await send_mail(work, "change-email", payload["email"], user.name, paths=paths, minutes=minutes)


async def _send_notice(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user = await UserRepository(session=work.session).find(work.tenant_id, UUID(payload["user_id"]))
    if user is not None:
        await send_mail(work, "email-changed", payload["before"], user.name, paths={}, new_email=user.email)


EMAIL_SUBSCRIPTIONS = (
    Subscription("account.email_change_wanted", "accounts.send_email_change", _send_change, AUTHENTICATOR),
    Subscription("account.email_changed", "accounts.send_email_changed", _send_notice, AUTHENTICATOR),
)
