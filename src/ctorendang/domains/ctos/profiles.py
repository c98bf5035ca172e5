"""Writing profiles."""

from ctorendang.domains.accounts.models import User
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.draft import ProfileDraft
from ctorendang.domains.ctos.errors import ProfileNotReady
from ctorendang.domains.ctos.history import move
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.domains.ctos.skills import resolve_skills
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.errors import NotFound
from ctorendang.infra.validation import Fields
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


class ProfileService:
    """What CTOs do with their own profile."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._ctos = CtoRepository(session=work.session)

    async def save(self, draft: ProfileDraft, currency: str) -> Cto:
        """Write one's profile; the first time makes it, as a draft.

        Args:
            draft: as it was typed.
            currency: the tenant's, in which the rate is meant.

        Raises:
            Forbidden: the actor is no CTO.
            InvalidInput: a field is not good.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        fields = Fields()
        checked = draft.check(fields)
        named = [skill.name for skill in checked.skills]
        skill_ids = await resolve_skills(self._work.session, named, fields)
        fields.done()
        cto = await self._own() or await self._begin(currency)
        cto.headline, cto.bio = checked.headline, checked.bio
        cto.hourly_rate, cto.currency = checked.hourly_rate or 0, currency
        cto.availability = checked.availability or 0
        cto.years_experience = checked.years_experience or 0
        cto.time_zone = checked.time_zone
        cto.industries, cto.stages = list(checked.industries), list(checked.stages)
        cto.experience = [position.stored() for position in checked.experience]
        cto.languages = [language.stored() for language in checked.languages]
        await self._work.session.flush()
        said = {skill_ids[skill.name]: skill for skill in checked.skills}
        await self._ctos.put_skills(self._tenant_id, cto.id, said)
        self._saved(cto, "ctos.profile.saved")
        return cto

    async def submit(self) -> Cto:
        """Hand one's draft in for review, or bring a paused profile back.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no profile yet.
            ProfileNotReady: it is in review or listed already, or has no skills yet.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._get_own()
        if cto.status not in {CtoStatus.DRAFT, CtoStatus.PAUSED}:
            raise ProfileNotReady("Your profile is in review or listed already.")
        if not (await self._ctos.skills_of(self._tenant_id, [cto.id]))[cto.id]:
            raise ProfileNotReady("Add at least one skill first.")
        # Coming back from a pause needs no second approval: an administrator has seen this profile.
        move(self._work, cto, CtoStatus.LISTED if cto.published_at is not None else CtoStatus.IN_REVIEW)
        cto.decline_reason = None
        self._saved(cto, "ctos.profile.submitted")
        if cto.status == CtoStatus.IN_REVIEW:
            self._work.publish("cto.submitted", {"cto_id": str(cto.id)})
        return cto

    async def pause(self) -> Cto:
        """Take one's listed profile out of the directory for a while.

        Raises:
            Forbidden: the actor is no CTO.
            NotFound: there is no profile yet.
            ProfileNotReady: it is not listed.
        """
        self._work.require(CtoPermission.MANAGE_OWN)
        cto = await self._get_own()
        if cto.status != CtoStatus.LISTED:
            raise ProfileNotReady("Only a listed profile can be paused.")
        move(self._work, cto, CtoStatus.PAUSED)
        self._saved(cto, "ctos.profile.paused")
        return cto

    async def _own(self) -> Cto | None:
        # The person's row first: of two first saves at once, the second must find what the first has made.
        key = (self._tenant_id, self._work.actor.person)
        await self._work.session.get_one(User, key, with_for_update={"key_share": True})
        return await self._ctos.find_of_user(self._tenant_id, self._work.actor.person, locked=True)

    async def _get_own(self) -> Cto:
        cto = await self._own()
        if cto is None:
            raise NotFound("Write your profile first.")
        return cto

    async def _begin(self, currency: str) -> Cto:
        user = await self._work.session.get_one(User, (self._tenant_id, self._work.actor.person))
        cto = Cto(
            tenant_id=self._tenant_id,
            user_id=user.id,
            name=user.name,
            currency=currency,
            status=CtoStatus.DRAFT,
            review_count=0,
        )
        self._work.session.add(cto)
        return cto

    def _saved(self, cto: Cto, action: str) -> None:
        cto.updated_at = now()  # also when only the skills, which are other rows, have changed
        record(self._work, action, Subject("cto", cto.id))
        self._work.publish("cto.saved", {"cto_id": str(cto.id)})
