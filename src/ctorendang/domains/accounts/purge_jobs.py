"""Ended sign-ins and used secrets are kept for a while, for people to look back on, and then forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func

from ctorendang.domains.accounts.invitations.models import Invitation
from ctorendang.domains.accounts.keys.models import ApiKey
from ctorendang.domains.accounts.models import EmailToken, RefreshToken, Session
from ctorendang.domains.tenants.platform import tenant_ids
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.events import Subscription
from ctorendang.infra.jobs.planned import is_planned
from ctorendang.infra.product import Product
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now

KEPT = timedelta(days=90)
_AGAIN_AFTER = timedelta(days=1)
_HANDLER = "accounts.purge"

# By when each was over. A program's session lives on past its access token, but not for so long.
_OVER = {
    RefreshToken: RefreshToken.expires_at,
    Session: func.coalesce(Session.ended_at, Session.expires_at),
    EmailToken: func.coalesce(EmailToken.used_at, EmailToken.expires_at),
    ApiKey: func.coalesce(ApiKey.ended_at, ApiKey.expires_at),
    Invitation: func.coalesce(Invitation.accepted_at, Invitation.revoked_at, Invitation.expires_at),
}


async def _purge(work: UnitOfWork, _: Mapping[str, Any]) -> None:
    for model, over in _OVER.items():
        statement = delete(model).where(model.tenant_id == work.tenant_id, over < now() - KEPT)
        await work.session.execute(statement.execution_options(synchronize_session=False))
    work.publish("accounts.purge_due", {}, at=now() + _AGAIN_AFTER)


async def begin_purging(product: Product) -> None:
    """Have every tenant's day begin, where none is planned; each run then plans the next."""
    for tenant_id in await tenant_ids(product):
        async with product.units.begin(Actor.service(tenant_id, AUTHENTICATOR)) as work:
            if not await is_planned(work, _HANDLER):
                work.publish("accounts.purge_due", {})


PURGE_SUBSCRIPTIONS = (Subscription("accounts.purge_due", _HANDLER, _purge, AUTHENTICATOR, bulk=True),)
