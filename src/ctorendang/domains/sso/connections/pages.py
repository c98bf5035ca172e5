"""Single sign-on for administrators, as pages: connections, the wizard that sets them up, and what was attempted."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.connections.service import ConnectionService
from ctorendang.domains.sso.errors import ConnectionNameTaken
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.infra.auth.recency import require_recent
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.queries import Query
from ctorendang.infra.work import UnitOfWork

AnyRequest = Request[Any, Any, Any]

HOME = "/admin/sso"
# What they do asks for a recent sign-in: better before a form is filled in than after.
_CHANGING = ("metadata", "mapping", "enable")


class SsoAdminPages(Controller):
    """Connections."""

    path = HOME
    guards = [enterprises_only]  # noqa: RUF012

    @get("/")
    async def connections(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Every connection."""
        return await pages.show(request, "admin-sso", {})

    @get("/new")
    async def new_form(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Choose a provider."""
        product.grants.require(context_of(request).actor, SsoPermission.MANAGE)
        require_recent(context_of(request).actor)
        return await pages.show(request, "admin-sso-new", {})

    @post("/")
    async def create(
        self, request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages]
    ) -> Response[Any]:
        """Begin a connection."""
        form = await pages.form(request)
        provider, _, protocol = form.text("choice").lower().partition(" ")
        try:
            async with product.units.begin(context_of(request).actor) as work:
                connection = await ConnectionService(work).create(form.text("name"), protocol, provider)
        except AppError as error:
            refused = refusal_of(pages, error, form)
            return await pages.show(request, "admin-sso-new", {}, form=refused, status=error.status)
        return pages.redirect(f"{HOME}/{connection.id}?step=provider")

    @get("/{connection_id:str}")
    async def connection(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """A connection, or a step of its wizard."""
        actor = context_of(request).actor
        product.grants.require(actor, SsoPermission.READ)
        if Query(request).choice("step", _CHANGING):
            require_recent(actor)
        return await show_connection(request, pages, connection_id)

    @post("/{connection_id:str}/enable")
    async def enable(
        self, request: AnyRequest, pages: NamedDependency[Pages], connection_id: FromPath[str]
    ) -> Response[Any]:
        """Let people sign in through it."""

        async def enable(work: UnitOfWork, _: Form) -> str:
            connection = await ConnectionService(work).enable(required_id(connection_id))
            return f"{connection.name} is on. People can sign in through it from now on."

        return await pages.press(request, f"{HOME}/{connection_id}", enable)

    @post("/{connection_id:str}/disable")
    async def disable(
        self, request: AnyRequest, pages: NamedDependency[Pages], connection_id: FromPath[str]
    ) -> Response[Any]:
        """Let nobody sign in through it any more."""

        async def disable(work: UnitOfWork, _: Form) -> str:
            connection = await ConnectionService(work).disable(required_id(connection_id))
            return f"{connection.name} is off. Nobody signs in through it any more."

        return await pages.press(request, f"{HOME}/{connection_id}", disable)

    @post("/{connection_id:str}/delete")
    async def delete(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take it away, once its name is typed."""
        form = await pages.form(request)
        try:
            async with product.units.begin(context_of(request).actor) as work:
                name = await ConnectionService(work).delete(required_id(connection_id), form.text("confirmedName"))
        except AppError as error:
            refused = {**pages.refused(error, form), "name": "delete"}
            return await show_connection(request, pages, connection_id, refused, error.status)
        return pages.redirect(HOME, f"{name} is deleted. The people who came through it stay.")

    @get("/{connection_id:str}/attempts")
    async def attempts(
        self, request: AnyRequest, pages: NamedDependency[Pages], connection_id: FromPath[str]
    ) -> Response[Any]:
        """What was attempted through it."""
        query = Query(request)
        outcome = query.choice("outcome", ("succeeded", "refused"))
        variables = {"id": connection_id, "outcome": outcome, **query.page(30)}
        return await pages.show_found(request, "admin-sso-attempts", "ssoConnection", variables)

    @get("/{connection_id:str}/attempts/{reference:str}")
    async def attempt(
        self, request: AnyRequest, pages: NamedDependency[Pages], connection_id: FromPath[str], reference: FromPath[str]
    ) -> Response[Any]:
        """Everything that was looked at in one attempt."""
        variables = {"id": connection_id, "reference": reference}
        return await pages.show_found(request, "admin-sso-attempt", "ssoAttempt", variables)

    @post("/attempts")
    async def look_up(self, request: AnyRequest, pages: NamedDependency[Pages]) -> Response[Any]:
        """Find the attempt whose reference somebody has read out."""
        form = await pages.form(request)
        reference = form.text("reference").strip().upper()
        found = await pages.query(context_of(request), _BY_REFERENCE, {"reference": reference})
        if found["ssoAttempt"] is None:
            return pages.redirect(HOME, "There is no attempt with this reference of the last thirty days.", "error")
        attempt = found["ssoAttempt"]["attempt"]
        return pages.redirect(f"{HOME}/{attempt['connectionId']}/attempts/{attempt['reference']}")


_BY_REFERENCE = (
    "query($reference: String!) { ssoAttempt(reference: $reference) { attempt { connectionId reference } } }"
)


def refusal_of(pages: Pages, error: AppError, form: Form) -> dict[str, Any]:
    """As ``Pages.refused``; that a name is taken stands by its field."""
    refused = pages.refused(error, form)
    return {**refused, "errors": {"name": error.detail}} if isinstance(error, ConnectionNameTaken) else refused


async def show_connection(
    request: AnyRequest, pages: Pages, connection_id: str, form: dict[str, Any] | None = None, status: int = 200
) -> Response[Any]:
    """The page of a connection; ``step`` of the address says which part of it.

    Raises:
        NotFound: there is no such connection.
    """
    required_id(connection_id)
    typed = (Query(request).text("try") or "").replace(",", "\n").splitlines()
    groups = list(dict.fromkeys(line.strip() for line in typed if line.strip()))[:50]
    variables = {"id": connection_id, "groups": groups}
    return await pages.show_found(request, "admin-sso-connection", "ssoConnection", variables, form=form, status=status)
