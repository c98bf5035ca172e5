"""What changes for somebody whose roles change, whoever decides on them."""

from collections.abc import Collection
from typing import Any

from ctorendang.domains.accounts.access import end_weak_sessions, policy_of
from ctorendang.domains.accounts.factors.service import needs_second_factor
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.work import UnitOfWork


async def assign_roles(work: UnitOfWork, user: User, roles: Collection[str], **details: Any) -> None:
    """Give somebody, who is locked, exactly these roles.

    Emergency access goes with the admin role: it would still pass by enforced single sign-on, and come back with the
    role. Whom the new roles ask for a second factor signs in again and shows it.
    """
    before, user.roles = user.roles, list(roles)
    if Role.ADMIN not in user.roles:
        user.break_glass = False
    if needs_second_factor(await policy_of(work), user):
        await end_weak_sessions(work, user_id=user.id, keep=work.actor.session_id)
    details = {"before": before, "after": user.roles, **details}
    record(work, "accounts.member.roles_set", Subject("user", user.id), details)
    work.publish("member.roles_set", {"user_id": str(user.id)})
