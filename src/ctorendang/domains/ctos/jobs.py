"""What profiles do when something happens to their person, and mails about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.domains.ctos.status import CtoStatus, may_be_listed
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork


async def _follow_name(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user_id = UUID(payload["user_id"])
    cto = await CtoRepository(session=work.session).find_of_user(work.tenant_id, user_id, locked=True)
    if cto is not None:
        user = await work.session.get_one(User, (work.tenant_id, user_id))
        cto.name = user.name
        work.publish("cto.saved", {"cto_id": str(cto.id)})


async def _pause_who_may_not(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    user_id = UUID(payload["user_id"])
    user = await work.session.get_one(User, (work.tenant_id, user_id))
    cto = await CtoRepository(session=work.session).find_of_user(work.tenant_id, user_id, locked=True)
    if cto is not None and cto.status == CtoStatus.LISTED and not may_be_listed(user):
        cto.status = CtoStatus.PAUSED
        record(work, "ctos.profile.paused", Subject("cto", cto.id), {"reason": "member suspended or no CTO any more"})
        work.publish("cto.saved", {"cto_id": str(cto.id)})


async def _send_approved(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _send(work, payload, "cto-approved", path="/ctos/{id}")


async def _send_declined(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _send(work, payload, "cto-declined", path="/account/profile")


async def _send(work: UnitOfWork, payload: Mapping[str, Any], template: str, *, path: str) -> None:
    cto = await CtoRepository(session=work.session).find(work.tenant_id, UUID(payload["cto_id"]))
    if cto is None:
        return
    user = await work.session.get_one(User, (work.tenant_id, cto.user_id))
    paths = {"url": path.format(id=cto.id)}
    await send_mail(work, template, user.email, user.name, paths=paths, reason=cto.decline_reason or "")


SUBSCRIPTIONS = (
    Subscription("account.renamed", "ctos.follow_name", _follow_name),
    Subscription("member.suspended", "ctos.pause_suspended", _pause_who_may_not),
    Subscription("member.roles_set", "ctos.pause_former", _pause_who_may_not),
    Subscription("cto.approved", "ctos.send_approved", _send_approved),
    Subscription("cto.declined", "ctos.send_declined", _send_declined),
)
