"""One's own sign-ins in GraphQL."""

from datetime import datetime
from enum import StrEnum

import strawberry

from ctorendang.domains.accounts.devices import device_of
from ctorendang.domains.accounts.graphql import Done, DoneResult
from ctorendang.domains.accounts.models import Session
from ctorendang.domains.accounts.own_sessions import OwnSessionService
from ctorendang.domains.accounts.proof import Method, SecondFactor
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, required_id

strawberry.enum(Method, name="SignInMethod", description="How somebody has shown who they are.")
strawberry.enum(SecondFactor, name="SecondFactor", description="What somebody has shown besides a password.")


@strawberry.enum(description="What holds a session.")
class SessionKind(StrEnum):
    """A browser holds a cookie, a program tokens."""

    BROWSER = "browser"
    PROGRAM = "program"


@strawberry.type(name="Session", description="One of one's own sign-ins.")
class SessionType:
    """Where somebody is signed in."""

    id: strawberry.ID
    kind: SessionKind
    method: Method
    second_factor: SecondFactor | None = strawberry.field(
        description="Null where one was enough, or the method is two factors by itself."
    )
    device: str = strawberry.field(description="What the browser or program calls itself, in plain words.")
    address: str | None = strawberry.field(description="The network address that the sign-in came from.")
    created_at: datetime
    last_seen_at: datetime = strawberry.field(description="To the minute.")
    current: bool = strawberry.field(description="Whether this very request rides on it.")

    @classmethod
    def of(cls, session: Session, current: object) -> "SessionType":
        """From its row, and the id of the current one."""
        return cls(
            id=strawberry.ID(str(session.id)),
            kind=SessionKind(session.kind),
            method=Method(session.method),
            second_factor=SecondFactor(session.second_factor) if session.second_factor else None,
            device=device_of(session.user_agent),
            address=None if session.address is None else str(session.address),
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            current=session.id == current,
        )


@strawberry.input
class EndSessionInput:
    """Which session."""

    session_id: strawberry.ID


@strawberry.type
class SessionQueries:
    """Roots about one's own sign-ins."""

    @strawberry.field
    async def sessions(self, info: Info) -> list[SessionType]:
        """Where one is signed in: this one first, then the one used last."""
        found = await info.context.use(lambda work: OwnSessionService(work).living())
        return [SessionType.of(session, info.context.actor.session_id) for session in found]


@strawberry.type
class SessionMutations:
    """Roots that end one's own sign-ins."""

    @mutation
    async def end_session(self, info: Info, input: EndSessionInput) -> DoneResult:
        """End one of one's sign-ins."""
        session_id = required_id(input.session_id)
        await info.context.use(lambda work: OwnSessionService(work).end(session_id))
        return Done(message="That device is signed out.")

    @mutation
    async def end_other_sessions(self, info: Info) -> DoneResult:
        """End every sign-in but this one."""
        await info.context.use(lambda work: OwnSessionService(work).end_others())
        return Done(message="All other devices are signed out.")
