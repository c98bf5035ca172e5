"""Enforcement, as pages for administrators."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency

from ctorendang.domains.sso.connections.pages import HOME
from ctorendang.domains.sso.enforcement.service import EnforcementService
from ctorendang.infra.graphql.types import parse_id, required_id
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

_ENFORCEMENT = f"{HOME}/enforcement"


class EnforcementPages(Controller):
    """Who must use single sign-on."""

    path = _ENFORCEMENT
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def enforcement(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Where it stands, and what is missing."""
        wanted = parse_id(Query(request).text("connection") or "")
        return await pages.show(request, "admin-sso-enforcement", {"connectionId": str(wanted) if wanted else None})

    @post("/")
    async def enforce(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Turn it on, or bind others."""

        async def enforce(work: UnitOfWork, form: Form) -> str:
            connection_id = required_id(form.text("connectionId"))
            ended = await EnforcementService(work).enforce(connection_id, form.text("scope"))
            sessions = "1 session that was" if ended == 1 else f"{ended} sessions that were"
            return f"Single sign-on is required from now on. It ended {sessions} opened another way."

        return await pages.press(request, _ENFORCEMENT, enforce)

    @post("/off")
    async def turn_off(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Turn it off."""

        async def turn_off(work: UnitOfWork, _: Form) -> str:
            await EnforcementService(work).turn_off()
            return "Single sign-on is optional again."

        return await pages.press(request, _ENFORCEMENT, turn_off)

    @post("/emergency")
    async def emergency(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Say who gets in without the provider."""

        async def emergency(work: UnitOfWork, form: Form) -> str:
            on = form.text("on") == "yes"
            user = await EnforcementService(work).set_emergency_access(required_id(form.text("userId")), on)
            return f"{user.name} {'gets' if on else 'no longer gets'} in without the provider."

        return await pages.press(request, _ENFORCEMENT, emergency)
