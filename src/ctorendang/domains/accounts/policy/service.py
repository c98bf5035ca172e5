"""The tenant's access policy, for its administrators. Whom single sign-on binds is set where connections are."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Interval, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from ctorendang.domains.accounts.access import end_weak_sessions, policy_of
from ctorendang.domains.accounts.factors.models import Passkey, TotpCredential
from ctorendang.domains.accounts.models import AccessPolicy, Session, User
from ctorendang.domains.accounts.permissions import AccountPermission
from ctorendang.domains.accounts.repository import SessionRepository
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork

MFA = ("off", "optional", "required_for_admins", "required")
_WHO_MUST = {"required_for_admins": Role.ADMIN, "required": None}


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """What administrators choose; see ``AccessPolicy`` for what each means."""

    mfa: str
    idle_minutes: int | None
    absolute_hours: int | None
    concurrent_sessions: int | None

    def check(self, fields: Fields) -> dict[str, Any]:
        """The columns to set; problems are noted in ``fields``."""
        return {
            "mfa": fields.choice("mfa", self.mfa, MFA),
            "idle_minutes": fields.number("idleMinutes", self.idle_minutes, least=5, most=43_200),
            "absolute_hours": fields.number("absoluteHours", self.absolute_hours, least=1, most=2_160),
            "concurrent_sessions": fields.optional_number(
                "concurrentSessions", self.concurrent_sessions, least=1, most=100
            ),
        }


@dataclass(frozen=True, slots=True)
class NotEnrolled:
    """How many active people have neither authenticator app nor passkey."""

    administrators: int
    everybody: int


class PolicyService:
    """Reading and changing the policy."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id

    async def current(self) -> AccessPolicy:
        """The policy, the defaults where none was set.

        Raises:
            Forbidden: the actor does not administer access.
        """
        self._work.require(AccountPermission.MANAGE_POLICY)
        return await policy_of(self._work)

    async def update(self, change: PolicyChange) -> AccessPolicy:
        """Set the policy, for living sessions too.

        Raises:
            Forbidden: the actor does not administer access.
            StepUpRequired: the actor signed in too long ago.
            InvalidInput: a value is out of range.
        """
        self._work.require(AccountPermission.MANAGE_POLICY)
        require_recent(self._work.actor)
        fields = Fields()
        after = change.check(fields)
        fields.done()
        policy = await policy_of(self._work)
        before = {name: getattr(policy, name) for name in after}
        statement = insert(AccessPolicy).values(tenant_id=self._tenant_id, **after)
        await self._work.session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id"], set_={**after, "updated_at": func.now()})
        )
        ended = await self._apply(after["absolute_hours"], after["concurrent_sessions"])
        if after["mfa"] != before["mfa"]:
            ended += await self._ask_for_second_factors(after["mfa"])
        details = {"before": before, "after": after, "sessions_ended": ended}
        record(self._work, "accounts.policy.updated", Subject("access_policy", None), details)
        self._work.session.expire_all()
        return await policy_of(self._work)

    async def not_enrolled(self) -> NotEnrolled:
        """Whom a stricter policy would ask to set up a second factor.

        Raises:
            Forbidden: the actor does not administer access.
        """
        self._work.require(AccountPermission.MANAGE_POLICY)
        has_app = exists().where(
            TotpCredential.tenant_id == User.tenant_id,
            TotpCredential.user_id == User.id,
            TotpCredential.confirmed_at.is_not(None),
        )
        has_passkey = exists().where(Passkey.tenant_id == User.tenant_id, Passkey.user_id == User.id)
        statement = select(func.count().filter(User.roles.contains([Role.ADMIN.value])), func.count()).where(
            User.tenant_id == self._tenant_id, User.status == MemberStatus.ACTIVE, ~or_(has_app, has_passkey)
        )
        administrators, everybody = (await self._work.session.execute(statement)).one()
        return NotEnrolled(administrators, everybody)

    async def _ask_for_second_factors(self, mfa: str) -> int:
        """End the sign-ins that took one factor where two are required now, but this one; how many there were."""
        if mfa not in _WHO_MUST:
            return 0
        return await end_weak_sessions(self._work, role=_WHO_MUST[mfa], keep=self._work.actor.session_id)

    async def _apply(self, absolute_hours: int, most: int | None) -> int:
        """Make living sessions what they would be had they begun under the policy; how many that ended."""
        lifetime = literal(timedelta(hours=absolute_hours), Interval)
        await self._work.session.execute(
            update(Session)
            .where(Session.tenant_id == self._tenant_id, Session.kind == "browser", Session.ended_at.is_(None))
            .values(expires_at=Session.created_at + lifetime)
            .execution_options(synchronize_session=False)
        )
        if most is None:
            return 0
        keep = self._work.actor.session_id
        return len(await SessionRepository(self._work.session).end_beyond(self._tenant_id, most, keep=keep))
