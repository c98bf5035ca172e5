"""Claims outbox rows of every tenant and keeps account of them; the work itself is done elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from ctorendang.infra.auth.actor import NO_TENANT, Actor
from ctorendang.infra.db.session import Database

# Row-level security lets the relay's database role see the outbox of every tenant and nothing else: it needs none.
_RELAY = Actor.service(NO_TENANT, "relay")

# Rows that another worker is claiming at this moment are skipped, not waited for.
_CLAIM = text("""
    with due as (
        select tenant_id, id from outbox
        where done_at is null and failed_at is null
            and run_at <= now() and (leased_until is null or leased_until < now())
        order by bulk, run_at limit :limit for update skip locked
    )
    update outbox set lease = gen_random_uuid(), leased_until = now() + :lease_time, attempts = attempts + 1
    from due where outbox.tenant_id = due.tenant_id and outbox.id = due.id
    returning outbox.tenant_id, outbox.id, outbox.lease, outbox.event, outbox.handler, outbox.payload,
        outbox.request_id, outbox.attempts
""").columns(payload=JSONB)

_RENEW = text("""
    update outbox set leased_until = now() + :lease_time
    from unnest(:tenant_ids, :ids, :leases) as held (tenant_id, id, lease)
    where outbox.tenant_id = held.tenant_id and outbox.id = held.id and outbox.lease = held.lease and done_at is null
""").bindparams(*(bindparam(name, type_=ARRAY(PG_UUID)) for name in ("tenant_ids", "ids", "leases")))

_HELD = "where tenant_id = :tenant_id and id = :id and lease = :lease and done_at is null"

_RETRY = text(f"""
    update outbox set lease = null, leased_until = null, run_at = now() + :delay, error = :error {_HELD}
""")  # noqa: S608

# An attempt that the product itself called off does not count.
_RELEASE = text(f"""
    update outbox set lease = null, leased_until = null, run_at = now() + :delay, attempts = attempts - 1,
        error = coalesce(:error, error) {_HELD}
""")  # noqa: S608

_GIVE_UP = text(f"""
    update outbox set lease = null, leased_until = null, failed_at = now(), error = :error {_HELD}
""")  # noqa: S608

_PURGE = text("delete from outbox where done_at < now() - cast(:age as interval)")


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """One outbox row, held by this worker until its lease ends.

    Attributes:
        attempts: how often it has been claimed, this time included.
    """

    tenant_id: UUID
    id: UUID
    lease: UUID
    event: str = field(compare=False)
    handler: str = field(compare=False)
    payload: Mapping[str, Any] = field(compare=False)
    request_id: str = field(compare=False)
    attempts: int = field(compare=False)

    @property
    def held(self) -> dict[str, UUID]:
        """What names the row and this hold on it."""
        return {"tenant_id": self.tenant_id, "id": self.id, "lease": self.lease}


class OutboxRelay:
    """Deals out due rows; needs a database of the relay role.

    Every change names the lease: a row that has meanwhile gone to another worker, or is done, stays as it is.
    """

    def __init__(self, database: Database, *, lease_seconds: float) -> None:
        self._database = database
        self._lease_time = timedelta(seconds=lease_seconds)

    async def claim(self, limit: int) -> list[ClaimedJob]:
        """Take at most ``limit`` due rows, the longest due first."""
        async with self._database.unit_of_work(_RELAY) as session:
            rows = await session.execute(_CLAIM, {"limit": limit, "lease_time": self._lease_time})
            # An update answers in any order; ids tell which was written first.
            return sorted((ClaimedJob(**row) for row in rows.mappings()), key=lambda job: job.id)

    async def renew(self, jobs: Collection[ClaimedJob]) -> None:
        """Hold the jobs for another full lease, those that are still held."""
        parameters = {
            "tenant_ids": [job.tenant_id for job in jobs],
            "ids": [job.id for job in jobs],
            "leases": [job.lease for job in jobs],
        }
        async with self._database.unit_of_work(_RELAY) as session:
            await session.execute(_RENEW, parameters | {"lease_time": self._lease_time})

    async def retry(self, job: ClaimedJob, *, delay: timedelta, error: str) -> None:
        """Put a failed job back, to be claimed again after ``delay``."""
        await self._change(_RETRY, job, delay=delay, error=error)

    async def release(self, job: ClaimedJob, *, delay: timedelta = timedelta(), error: str | None = None) -> None:
        """Put a job back that could not be tried, without counting the attempt."""
        await self._change(_RELEASE, job, delay=delay, error=error)

    async def give_up(self, job: ClaimedJob, *, error: str) -> None:
        """Never claim it again; the row stays for people to look at."""
        await self._change(_GIVE_UP, job, error=error)

    async def purge(self, age: timedelta) -> None:
        """Delete rows that were done longer than ``age`` ago."""
        async with self._database.unit_of_work(_RELAY) as session:
            await session.execute(_PURGE, {"age": age})

    async def _change(self, statement: Any, job: ClaimedJob, **values: object) -> None:
        async with self._database.unit_of_work(_RELAY) as session:
            await session.execute(statement, job.held | values)
