"""Where one is signed in, as a page."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.accounts.own_sessions import OwnSessionService
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_SESSIONS = "/account/sessions"


class SessionPages(Controller):
    """One's own sign-ins."""

    path = _SESSIONS
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def sessions(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Every device and program that is signed in."""
        return await pages.show(request, "account-sessions", {})

    @post("/{session_id:str}/end")
    async def end(self, request: AnyRequest, pages: NamedDependency[Pages], session_id: FromPath[str]) -> Response[Any]:
        """Sign a device out."""

        async def end(work: UnitOfWork, _: Form) -> str:
            await OwnSessionService(work).end(required_id(session_id))
            return "That device is signed out."

        return await pages.press(request, _SESSIONS, end)

    @post("/end-others")
    async def end_others(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Sign every other device out."""

        async def end_others(work: UnitOfWork, _: Form) -> str:
            ended = await OwnSessionService(work).end_others()
            return f"{ended} other {'device is' if ended == 1 else 'devices are'} signed out."

        return await pages.press(request, _SESSIONS, end_others)
