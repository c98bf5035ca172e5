"""Brings profiles in: checks every row against what is here, then writes all of them or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from ctorendang.domains.accounts.imports import AccountImportService
from ctorendang.domains.accounts.models import User
from ctorendang.domains.accounts.roles import Role
from ctorendang.domains.accounts.status import MemberStatus
from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.ctos.history import move, remember_arrivals
from ctorendang.domains.ctos.importing.errors import PeopleJoinedMeanwhile, RowProblem, RowsNotAccepted
from ctorendang.domains.ctos.importing.files import COLUMNS
from ctorendang.domains.ctos.importing.rows import CheckedFile, ImportedProfile
from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.ctos.permissions import CtoPermission
from ctorendang.domains.ctos.repository import CtoRepository
from ctorendang.domains.ctos.skills import find_skills, unknown_skill
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

MOST_PROBLEMS = 200
_TOLD_AT_ONCE = 200
_REASON = "Imported from a file."
# A connection keeps its plans, those by which foreign keys are checked too. Made while a table had a page or two, they
# read all of it for each row: for thousands of rows that took longer than a statement may.
_FORGET_PLANS = text("discard plans")


class ImportStatus(StrEnum):
    """Where profiles stand that come in."""

    LISTED = "listed"
    IN_REVIEW = "in_review"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import has done, or would do."""

    added: int
    updated: int


def status_after(before: CtoStatus, wanted: ImportStatus) -> CtoStatus:
    """Where a profile stands after an import, which hides nobody who is listed and brings nobody back from a pause."""
    return before if before in {CtoStatus.LISTED, CtoStatus.PAUSED} else CtoStatus(wanted)


class ImportService:
    """Imports checked files."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._tenant_id = work.tenant_id
        self._ctos = CtoRepository(session=work.session)
        self._accounts = AccountImportService(work)

    async def run(self, file: CheckedFile, currency: str, status: ImportStatus, *, keep: bool) -> ImportOutcome:
        """Add a profile for each row, or update the one of the person who has the row's address.

        Args:
            file: as it was read.
            currency: the tenant's.
            status: where new profiles stand then, and drafts, and those in review.
            keep: whether to do it; otherwise it is only said what would happen.

        Raises:
            Forbidden: the actor imports no profiles.
            RowsNotAccepted: some rows are not good; all of them are told, up to a number.
            PeopleJoinedMeanwhile: somebody signed up just now; nothing is kept.
        """
        self._work.require(CtoPermission.IMPORT)
        skills = await find_skills(
            self._work.session, [skill.name for profile in file.profiles for skill in profile.draft.skills]
        )
        people = await self._accounts.find([profile.email for profile in file.profiles])
        problems = [*file.problems, *_unknown_skills(file.profiles, skills), *_unfit(file.profiles, people)]
        if problems:
            raise RowsNotAccepted(_in_order(problems)[:MOST_PROBLEMS], len(problems))
        known = await self._known([user.id for user in people.values()])
        updated = [p for p in file.profiles if p.email in people and people[p.email].id in known]
        outcome = ImportOutcome(added=len(file.profiles) - len(updated), updated=len(updated))
        if keep:
            await self._work.session.execute(_FORGET_PLANS)
            owners = await self._owners(file.profiles, people)
            ids = await self._write(file.profiles, owners, known, currency, status)
            await self._put_skills(file.profiles, ids, skills)
            self._tell(ids.values(), outcome, status)
        return outcome

    async def _known(self, user_ids: Sequence[UUID]) -> dict[UUID, Cto]:
        wanted = bindparam("user_ids", list(user_ids), ARRAY(Uuid()))
        statement = select(Cto).where(Cto.tenant_id == self._tenant_id, Cto.user_id == any_(wanted)).order_by(Cto.id)
        locked = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
        return {cto.user_id: cto for cto in await self._work.session.scalars(locked)}

    async def _owners(self, profiles: Sequence[ImportedProfile], people: dict[str, User]) -> dict[str, User | UUID]:
        newcomers = {profile.email: profile.name for profile in profiles if profile.email not in people}
        opened = await self._accounts.open(newcomers)
        if len(opened) < len(newcomers):
            raise PeopleJoinedMeanwhile
        for profile in profiles:
            if profile.email in people:
                self._accounts.rename(people[profile.email], profile.name)
        return {**people, **opened}

    async def _write(
        self,
        profiles: Sequence[ImportedProfile],
        owners: dict[str, User | UUID],
        known: dict[UUID, Cto],
        currency: str,
        status: ImportStatus,
    ) -> dict[str, UUID]:
        """Insert what is new and change what is known; the profiles' ids by address."""
        at = now()
        new: list[dict[str, Any]] = []
        ids: dict[str, UUID] = {}
        for profile in profiles:
            owner = owners[profile.email]
            user_id, name = (owner.id, owner.name) if isinstance(owner, User) else (owner, profile.name)
            cto = known.get(user_id)
            values = _values(profile, currency) | {"name": name}
            if cto is None:
                listed_at = at if status == ImportStatus.LISTED else None
                row = {"tenant_id": self._tenant_id, "id": uuid7(), "user_id": user_id, "status": status.value}
                new.append(values | row | {"published_at": listed_at})
                ids[profile.email] = row["id"]  # type: ignore[assignment]
            else:
                move(self._work, cto, status_after(CtoStatus(cto.status), status), _REASON)
                _change(cto, values)
                ids[profile.email] = cto.id
        if new:
            await self._work.session.execute(insert(Cto), new)
            await remember_arrivals(self._work, [row["id"] for row in new], CtoStatus(status), _REASON)
        return ids

    async def _put_skills(
        self, profiles: Sequence[ImportedProfile], ids: dict[str, UUID], skills: dict[str, UUID]
    ) -> None:
        levels = {
            ids[profile.email]: {skills[skill.name]: skill.level for skill in profile.draft.skills}
            for profile in profiles
        }
        await self._work.session.flush()
        await self._ctos.put_skills_of_many(self._tenant_id, levels)

    def _tell(self, ids: Iterable[UUID], outcome: ImportOutcome, status: ImportStatus) -> None:
        cto_ids = [str(cto_id) for cto_id in ids]
        for cto_id in cto_ids:
            record(self._work, "ctos.profile.imported", Subject("cto", UUID(cto_id)))
        counts = {"added": outcome.added, "updated": outcome.updated, "status": status.value}
        record(self._work, "ctos.import.finished", Subject("import", None), counts)
        for start in range(0, len(cto_ids), _TOLD_AT_ONCE):
            self._work.publish("ctos.imported", {"cto_ids": cto_ids[start : start + _TOLD_AT_ONCE]})


def _values(profile: ImportedProfile, currency: str) -> dict[str, Any]:
    draft = profile.draft
    return {
        "headline": draft.headline,
        "bio": draft.bio,
        "hourly_rate": draft.hourly_rate or 0,
        "currency": currency,
        "availability": draft.availability or 0,
        "years_experience": draft.years_experience or 0,
        "industries": list(draft.industries),
        "time_zone": draft.time_zone,
    }


def _change(cto: Cto, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(cto, name, value)
    cto.decline_reason = None
    if cto.status == CtoStatus.LISTED and cto.published_at is None:
        cto.published_at = now()
    cto.updated_at = now()  # also when only the skills, which are other rows, have changed


def _unknown_skills(profiles: Sequence[ImportedProfile], skills: dict[str, UUID]) -> list[RowProblem]:
    problems = []
    for profile in profiles:
        unknown = next((skill.name for skill in profile.draft.skills if skill.name not in skills), None)
        if unknown is not None:
            problems.append(RowProblem(profile.line, "skills", unknown_skill(unknown)))
    return problems


def _unfit(profiles: Sequence[ImportedProfile], people: dict[str, User]) -> list[RowProblem]:
    problems = []
    for profile in profiles:
        user = people.get(profile.email)
        if user is None:
            continue
        if user.status != MemberStatus.ACTIVE:
            message = "This member is suspended. Restore them under Members first, or leave the row out."
        elif Role.CTO not in user.roles:
            message = "This member is no CTO here. Make them one under Members first, or leave the row out."
        else:
            continue
        problems.append(RowProblem(profile.line, "email", message))
    return problems


def _in_order(problems: Iterable[RowProblem]) -> list[RowProblem]:
    place = {column: number for number, column in enumerate(COLUMNS)}
    return sorted(problems, key=lambda each: (each.line, place.get(each.column, -1), each.column))
