"""The audit trail as a page."""

from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query


class AuditPages(Controller):
    """For administrators."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/admin/audit")
    async def audit(self, request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[Any]:
        """What happened here, newest first."""
        return await pages.show(request, "admin-audit", Query(request).page(50))
