"""Keeping traces: sealed, without secrets, for thirty days."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from ctorendang.domains.sso.models import SignOnTrace
from ctorendang.domains.sso.trace import Check, Trace
from ctorendang.infra.sealing import seal, unseal
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

KEPT = timedelta(days=30)

_PURPOSE = "sso trace"
# What an administrator needs to see to set up a mapping. Whatever else a provider tells is noted by its name alone.
_SHOWN = frozenset({"subject", "e-mail", "name", "groups", "issuer", "connection", "purpose", "roles", "attributes"})


class TraceContent(msgspec.Struct, frozen=True):
    """What is sealed."""

    checks: list[Check]
    facts: dict[str, str | list[str]]


async def keep_trace(work: UnitOfWork, connection_id: UUID, trace: Trace) -> UUID:
    """Store a trace, or what has been added to it since it was stored; its id."""
    failure = trace.failure
    facts = {name: value if name in _SHOWN else "(not kept)" for name, value in trace.facts.items()}
    content = msgspec.json.encode(TraceContent(trace.checks, facts))
    stored = await work.session.scalar(
        select(SignOnTrace).where(SignOnTrace.tenant_id == work.tenant_id, SignOnTrace.reference == trace.reference)
    )
    row = uuid7() if stored is None else stored.id
    # Before the row is added: sealing reads the database, which would write a row that is not whole.
    sealed = await seal(work, content, purpose=_PURPOSE, row=row)
    if stored is None:
        stored = SignOnTrace(
            tenant_id=work.tenant_id,
            id=row,
            connection_id=connection_id,
            reference=trace.reference,
            kind=trace.kind,
            purpose=str(trace.facts.get("purpose", "")),
            expires_at=now() + KEPT,
        )
        work.session.add(stored)
    stored.outcome = "refused" if failure else "succeeded"
    stored.summary = failure.name if failure else "Every check passed"
    stored.sealed_trace = sealed
    await work.session.flush()
    return stored.id


async def read_trace(work: UnitOfWork, stored: SignOnTrace) -> TraceContent:
    """What a stored trace says."""
    return msgspec.json.decode(
        await unseal(work, stored.sealed_trace, purpose=_PURPOSE, row=stored.id), type=TraceContent
    )


async def resume_trace(work: UnitOfWork, trace_id: UUID | None) -> Trace:
    """A stored trace, to go on with."""
    stored = await work.session.get(SignOnTrace, (work.tenant_id, trace_id)) if trace_id else None
    if stored is None:
        return Trace("arrival")
    content = await read_trace(work, stored)
    return Trace(stored.kind, stored.reference, content.checks, content.facts)
