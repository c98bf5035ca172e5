"""Mails that tell people when something about their factors has changed, so that they notice what they did not do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.infra.auth.actor import AUTHENTICATOR
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork


async def _send_factors_changed(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user = await UserRepository(session=work.session).find(work.tenant_id, UUID(payload["user_id"]))
    if user is None:
        return
    await send_mail(
        work,
        "factors-changed",
        user.email,
        user.name,
        paths={"url": "/account/security"},
        change=payload["change"],
        left=payload.get("left", 0),
    )


FACTOR_SUBSCRIPTIONS = (
    Subscription("account.factors_changed", "accounts.send_factors_changed", _send_factors_changed, AUTHENTICATOR),
)
