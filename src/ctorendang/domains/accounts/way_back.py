"""The way back in when enforced single sign-on does not work: somebody must always have one."""

from uuid import UUID

from sqlalchemy import select

from ctorendang.domains.accounts.access import policy_of
from ctorendang.domains.accounts.errors import LastEmergencyAdministrator
from ctorendang.domains.accounts.factors.service import has_strong_factor
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.infra.work import UnitOfWork


async def require_way_back(work: UnitOfWork, besides: UUID) -> None:
    """Let pass what takes somebody away, unless enforced single sign-on needs them as its emergency administrator.

    Raises:
        LastEmergencyAdministrator: nobody else would get in without the provider.
    """
    if (await policy_of(work)).sso_scope == "off":
        return
    statement = select(User.id).where(
        User.tenant_id == work.tenant_id,
        User.break_glass,
        User.status == MemberStatus.ACTIVE,
        User.roles.contains([Role.ADMIN.value]),
    )
    found = list(await work.session.scalars(statement))
    if besides not in found:
        return
    for each in found:
        if each != besides and await has_strong_factor(work, each):
            return
    raise LastEmergencyAdministrator
