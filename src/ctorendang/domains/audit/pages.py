"""The audit trail as a page."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from ctorendang.domains.audit.words import Kind
from ctorendang.infra.graphql.types import parse_id
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query

_A_PAGE = 50
_ZONE = "query Zone { me { timeZone } }"


class AuditPages(Controller):
    """For administrators."""

    guards = [enterprises_only]  # noqa: RUF012

    @get("/admin/audit")
    async def audit(self, request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[Any]:
        """What happened here, newest first, as the address chooses among it."""
        query = Query(request)
        person = parse_id(query.text("person") or "")
        since, until = _day(query.text("since")), _day(query.text("until"))
        zone = ZoneInfo("UTC")
        if since or until:
            reader = (await pages.query(context_of(request), _ZONE, {}))["me"]
            zone = ZoneInfo(reader["timeZone"] if reader and reader["timeZone"] else "UTC")
        chosen = query.filter(
            person=str(person) if person else None,
            actor=query.text("actor"),
            kind=query.choice("kind", [kind.name for kind in Kind]),
            since=_begin(since, zone) if since else None,
            until=_begin(until + timedelta(days=1), zone) if until else None,
        )
        return await pages.show(request, "admin-audit", {"filter": chosen, **query.page(_A_PAGE)})


def _day(text: str | None) -> date | None:
    """A day of the calendar that has one before and after it; None for anything else."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if date.min + timedelta(days=1) < day < date.max - timedelta(days=1) else None


def _begin(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time.min, zone).isoformat()
