"""The audit trail in GraphQL."""

import json
from datetime import UTC, datetime
from typing import Any

import strawberry

from ctorendang.domains.audit.models import AuditEvent
from ctorendang.domains.audit.service import AuditService, TrailFilter
from ctorendang.domains.audit.words import Kind, sentence, subject_word
from ctorendang.infra.db.paging import PageRequest
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.graphql.types import Connection, Info, connection, parse_id

strawberry.enum(Kind, name="AuditKind", description="What entries of the trail are about.")


@strawberry.type(description="Something that was noted about an event.")
class AuditDetail:
    """A name and a value, as they were written down."""

    name: str
    value: str


@strawberry.type(name="AuditEvent", description="Who did what to what.")
class AuditEventType:
    """A row of the trail."""

    id: strawberry.ID
    action: str
    text: str = strawberry.field(description="The action in words, to stand beside the name of who did it.")
    actor_id: strawberry.ID | None
    actor_name: str | None = strawberry.field(description="As it was then; null for the product itself.")
    subject: str
    subject_kind: str = strawberry.field(description="What sort of thing it was done to, in words.")
    address: str | None = strawberry.field(description="Where the request came from.")
    request_id: str = strawberry.field(description="Ties the entries of one request together.")
    created_at: datetime
    row: strawberry.Private[AuditEvent]

    @classmethod
    def of(cls, event: AuditEvent) -> "AuditEventType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(event.id)),
            action=event.action,
            text=sentence(event.action),
            actor_id=strawberry.ID(str(event.actor_id)) if event.actor_id else None,
            actor_name=event.actor_name,
            subject=event.subject,
            subject_kind=subject_word(event.subject_type),
            address=None if event.address is None else str(event.address),
            request_id=event.request_id,
            created_at=event.created_at,
            row=event,
        )

    @strawberry.field
    async def subject_name(self, info: Info) -> str | None:
        """What it is called now; what it was called then, where it is gone; null where neither is known."""
        naming = info.context.product.names.get(self.row.subject_type)
        called = None
        if naming is not None and self.row.subject_id is not None:
            called = await info.context.load(naming, self.row.subject_id)
        then = self.row.details.get("name")
        return called or (then if isinstance(then, str) else None)

    @strawberry.field
    def details(self) -> list[AuditDetail]:
        """What was noted: never a secret."""
        return [AuditDetail(name=name, value=_as_text(value)) for name, value in self.row.details.items()]


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


@strawberry.input
class AuditFilter:
    """Which entries: all of what is said must hold."""

    person: strawberry.ID | None = strawberry.field(
        default=None, description="Who did it, or to whom it was done: the id of a member."
    )
    actor: str | None = strawberry.field(default=None, description="Part of the name of who did it.")
    kind: Kind | None = None
    since: datetime | None = strawberry.field(default=None, description="Not before this moment.")
    until: datetime | None = strawberry.field(default=None, description="Before this moment.")

    def read(self) -> TrailFilter:
        """As the service takes it.

        Raises:
            InvalidInput: a value cannot be that of any entry.
        """
        person = parse_id(self.person) if self.person is not None else None
        if self.person is not None and person is None:
            raise InvalidInput({"person": "This is not the id of anybody."})
        return TrailFilter(person, self.actor, self.kind, _moment("since", self.since), _moment("until", self.until))


def _moment(name: str, value: datetime | None) -> datetime | None:
    """A moment in UTC, which is also meant where no zone is said."""
    if value is None:
        return None
    try:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise InvalidInput({name: "Use a moment within the calendar."}) from None


@strawberry.type
class AuditQueries:
    """Roots about the trail."""

    @strawberry.field
    async def audit_events(
        self,
        info: Info,
        filter: AuditFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[AuditEventType]:
        """What happened here, newest first; for administrators."""
        wanted = (filter or AuditFilter()).read()
        request = PageRequest(first, after, last, before)
        page = await info.context.use(lambda work: AuditService(work).page(wanted, request))
        return connection(
            page, AuditEventType.of, lambda: info.context.use(lambda work: AuditService(work).count(wanted))
        )
