"""The mail that invites. Its secret is made here, when the mail is, so that it never lies in the outbox."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.domains.accounts.invitations.models import Invitation
from ctorendang.domains.accounts.invitations.service import LIFETIME
from ctorendang.domains.accounts.repository import UserRepository
from ctorendang.domains.tenants.mailing import send_mail
from ctorendang.infra.auth.actor import AUTHENTICATOR
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash


async def _send_invitation(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    key = (work.tenant_id, UUID(payload["invitation_id"]))
    invitation = await work.session.get(Invitation, key, with_for_update=True)
    if invitation is None or invitation.accepted_at is not None or invitation.revoked_at is not None:
        return
    inviter = await UserRepository(session=work.session).find(work.tenant_id, invitation.invited_by)
    token = random_token()
    invitation.token_hash = token_hash(token)
    invitation.sent_at = now()
    await work.session.flush()
    await send_mail(
        work,
        "invitation",
        invitation.email,
        invitation.email,
        paths={"url": f"/invitation?token={token}"},
        inviter=inviter.name if inviter else "",
        days=LIFETIME.days,
    )


INVITATION_SUBSCRIPTIONS = (
    Subscription("invitation.made", "accounts.send_invitation", _send_invitation, AUTHENTICATOR),
)
