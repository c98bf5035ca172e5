"""What profiles do when something happens to their person, and mails about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.people.notifications import Notification, mail_if_wanted
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.service import names_of
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.history import move
from ctorendang.domains.ctos.models import Cto, Review
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.domains.ctos.status import CtoStatus, may_be_listed
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
        move(work, cto, CtoStatus.PAUSED, "Suspended, or no CTO any more.")
        record(work, "ctos.profile.paused", Subject("cto", cto.id), {"reason": "member suspended or no CTO any more"})
        work.publish("cto.saved", {"cto_id": str(cto.id)})


async def _send_approved(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _send(work, payload, "cto-approved", path="/ctos/{id}", while_=CtoStatus.LISTED)


async def _send_declined(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _send(work, payload, "cto-declined", path="/account/profile", while_=CtoStatus.DRAFT)


async def _send_undone(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    await _send(work, payload, "cto-decision-undone", path="/account/profile", while_=CtoStatus.IN_REVIEW)


async def _send(work: UnitOfWork, payload: Mapping[str, Any], template: str, *, path: str, while_: CtoStatus) -> None:
    """Tell a CTO what was decided, unless the profile stands elsewhere again already."""
    cto = await CtoRepository(session=work.session).find(work.tenant_id, UUID(payload["cto_id"]))
    if cto is None or cto.status != while_:
        return
    user = await work.session.get_one(User, (work.tenant_id, cto.user_id))
    paths = {"url": path.format(id=cto.id)}
    reason = cto.decline_reason or ""
    await mail_if_wanted(work, Notification.PROFILE, user, template, paths=paths, reason=reason)


async def _send_review(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    review = await work.session.get(Review, (work.tenant_id, UUID(payload["review_id"])))
    if review is None:
        return
    cto = await work.session.get_one(Cto, (work.tenant_id, review.cto_id))
    user = await work.session.get_one(User, (work.tenant_id, cto.user_id))
    author = (await names_of(work, [review.author_id]))[review.author_id]
    paths = {"url": f"/ctos/{cto.id}"}
    about = {"author": author, "rating": review.rating}
    sender = review.author_id
    await mail_if_wanted(work, Notification.REVIEWS, user, "review-received", sender, paths=paths, **about)


async def _tell_administrators(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Each in a job of their own: a mail that fails is sent again to its reader alone."""
    statement = select(User.id).where(
        User.tenant_id == work.tenant_id,
        User.status == MemberStatus.ACTIVE,
        User.roles.contains([Role.ADMIN.value]),
    )
    for user_id in await work.session.scalars(statement):
        work.publish("cto.submission_told", {**payload, "user_id": str(user_id)})


async def _send_submission(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    cto = await CtoRepository(session=work.session).find(work.tenant_id, UUID(payload["cto_id"]))
    if cto is None or cto.status != CtoStatus.IN_REVIEW:
        return
    user = await work.session.get_one(User, (work.tenant_id, UUID(payload["user_id"])))
    about = {"cto": cto.name, "headline": cto.headline}
    paths = {"url": "/admin/approvals"}
    sender = cto.user_id
    await mail_if_wanted(work, Notification.APPLICATIONS, user, "cto-submitted", sender, paths=paths, **about)


async def _have_read(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Each in a job of its own, to be done when nothing else is due: reading thousands of texts takes a while."""
    for cto_id in payload["cto_ids"]:
        work.publish("cto.unread", {"cto_id": cto_id})


SUBSCRIPTIONS = (
    Subscription("account.renamed", "ctos.follow_name", _follow_name),
    Subscription("member.suspended", "ctos.pause_suspended", _pause_who_may_not),
    Subscription("member.roles_set", "ctos.pause_former", _pause_who_may_not),
    Subscription("ctos.imported", "ctos.have_imported_read", _have_read, bulk=True),
    Subscription("cto.submitted", "ctos.tell_administrators", _tell_administrators),
    Subscription("cto.submission_told", "ctos.send_submission", _send_submission),
    Subscription("review.written", "ctos.send_review", _send_review),
    Subscription("cto.approved", "ctos.send_approved", _send_approved),
    Subscription("cto.declined", "ctos.send_declined", _send_declined),
    Subscription("cto.decision_undone", "ctos.send_decision_undone", _send_undone),
)
