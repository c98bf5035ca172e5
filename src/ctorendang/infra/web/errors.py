"""The one renderer of errors over HTTP: a themed page for people, problem details for programs."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.response import Redirect

from ctorendang.infra.errors import AppError, InvalidInput, StepUpRequired, TooManyAttempts
from ctorendang.infra.theming.renderer import ThemeRenderer
from ctorendang.infra.web.context import RequestContext, find_context
from ctorendang.infra.web.pages import safe_path

_log = structlog.get_logger(__name__)

_DETAILS = {
    404: "There is nothing at this address. Check it, or start from the home page.",
    405: "This address does not take that kind of request.",
    413: "This is too large. Send less at once.",
    415: "This kind of content is not understood here.",
    500: "Something went wrong on our side. Try again in a moment.",
}
# What heads the page of an error that says nothing itself; programs are told what HTTP calls the status.
_HEADINGS = {
    400: "That cannot be understood",
    401: "Please sign in",
    403: "This is not open to you",
    404: "There is no such page",
    409: "That is no longer possible",
    413: "That is too large",
    422: "Something does not fit",
    429: "Too much at once",
    500: "Something went wrong",
    503: "One moment, please",
}


def wants_html(request: Request[Any, Any, Any]) -> bool:
    """Whether a person's browser is asking."""
    return "text/html" in request.headers.get("accept", "")


class ErrorRenderer:
    """Answers with what went wrong, in words for the one who asked; never a stack trace."""

    def __init__(
        self,
        themes: ThemeRenderer,
        form_token: Callable[[Request[Any, Any, Any]], str],
        keep_typed: Callable[[Request[Any, Any, Any], str, Redirect], None],
    ) -> None:
        """Render in the tenants' themes.

        Args:
            themes: of all tenants.
            form_token: makes the token for the forms that every page has.
            keep_typed: has the browser keep what it has sent from a page, until its person has confirmed who they are.
        """
        self._themes = themes
        self._form_token = form_token
        self._keep_typed = keep_typed

    def handle(self, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """A Litestar exception handler."""
        status, code, detail = _describe(error)
        if status >= 500:
            _log.error("request failed", exc_info=error)
        context = find_context(request.scope)
        headers = _headers(error)
        if context is not None and wants_html(request) and isinstance(error, StepUpRequired):
            page = _page_of(request, context)
            redirect = Redirect(f"/step-up?next={quote(page, safe='')}", status_code=303)
            self._keep_typed(request, page, redirect)
            return redirect
        if context is not None and wants_html(request):
            title = (error.title if isinstance(error, AppError) else "") or _HEADINGS.get(status, _title(status))
            body = self._page(request, context, status, title, detail)
            headers |= {"Cache-Control": "private, no-store", "Vary": "Cookie"}
            return Response(body, status_code=status, media_type="text/html", headers=headers)
        problem: dict[str, Any] = {"type": "about:blank", "title": _title(status), "status": status, "detail": detail}
        problem["code"] = code
        if isinstance(error, InvalidInput):
            problem["fields"] = error.fields
        if context is not None:
            problem["instance"] = f"urn:request:{context.request_id}"
        return Response(problem, status_code=status, media_type="application/problem+json", headers=headers)

    def _page(
        self, request: Request[Any, Any, Any], context: RequestContext, status: int, title: str, detail: str
    ) -> str:
        values = {
            "tenant": context.tenant.view(),
            "settings": context.tenant.theme_settings,
            "path": request.url.path,
            "viewer": _viewer(context),
            "csrf_token": self._form_token(request),
            "error": {
                "status": status,
                "title": title,
                "detail": detail,
                "reference": context.request_id,
            },
        }
        return self._themes.render(context.tenant.theme, "pages/error.html", values)


def _page_of(request: Request[Any, Any, Any], context: RequestContext) -> str:
    """Where a person goes on once they have confirmed who they are: the page asked for, or the one with the button."""
    if request.method == "GET":
        query = request.url.query
        return safe_path(f"{request.url.path}?{query}" if query else request.url.path)
    source = request.headers.get("referer", "")
    return safe_path(source.removeprefix(context.origin)) if source.startswith(f"{context.origin}/") else "/"


def _viewer(context: RequestContext) -> dict[str, Any] | None:
    """As much of the person as the request itself knows: an error page asks the database for nothing."""
    actor = context.actor
    if actor.user_id is None:
        return None
    roles = [role.upper() for role in actor.roles]
    return {
        "id": str(actor.user_id),
        "name": actor.name,
        "email": "",
        "roles": roles,
        "emailVerified": True,
        "cto": None,
    }


def _describe(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, AppError):
        return error.status, error.code, error.detail
    if isinstance(error, HTTPException) and error.status_code < 500:
        detail = _DETAILS.get(error.status_code, "This request cannot be understood. Check it and send it again.")
        return error.status_code, _title(error.status_code).lower().replace(" ", "_"), detail
    return 500, "internal_error", _DETAILS[500]


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, MethodNotAllowedException):
        return {"Allow": (error.headers or {}).get("allow", "")}
    return {}


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
