"""How long trials and proposals last on a tenant's marketplace."""

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.engagements.models import EngagementLimits
from ctorendang.domains.engagements.permissions import EngagementPermission
from ctorendang.domains.engagements.repository import EngagementRepository
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork


class LimitService:
    """The tenant's settings about engagements."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._repository = EngagementRepository(session=work.session)

    async def current(self) -> EngagementLimits:
        """What holds for trials and proposals that begin now.

        Raises:
            Forbidden: the actor has nothing to do with engagements.
        """
        self._work.require(EngagementPermission.READ_LIMITS)
        return await self._repository.limits(self._work.tenant_id)

    async def change(
        self, *, trial_days: int | None, trial_hours: int | None, terms_days: int | None
    ) -> EngagementLimits:
        """Set them; what has begun goes on under what held then.

        Raises:
            Forbidden: the actor does not administer the tenant.
            InvalidInput: a number is out of bounds.
        """
        self._work.require(EngagementPermission.MANAGE_LIMITS)
        fields = Fields()
        values = {
            "trial_days": fields.number("trialDays", trial_days, least=1, most=90),
            "trial_hours": fields.number("trialHours", trial_hours, least=1, most=200),
            "terms_days": fields.number("termsDays", terms_days, least=1, most=60),
        }
        fields.done()
        limits = await self._repository.put_limits(self._work.tenant_id, values)
        record(self._work, "engagements.limits.changed", Subject("tenant", self._work.tenant_id), dict(values))
        return limits
