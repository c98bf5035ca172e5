"""Sending a browser away, to a provider that does not have the strict rules of our own pages."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.response import Redirect

from ctorendang.domains.sso.departure import Departure
from ctorendang.infra.web.gate import CONTENT_SECURITY_POLICY
from ctorendang.infra.web.pages import Pages


async def leave(
    request: Request[Any, Any, Any], pages: Pages, departure: Departure, provider: str, *, after_form: bool = False
) -> Response[Any]:
    """Redirect the browser, or have it post what the provider wants posted.

    After a form of ours was sent, browsers hold redirects to ``form-action`` too, which names this site alone. Then, as
    for what is to be posted, a page leads on: by itself where scripts run, by a button where they do not.

    Args:
        request: that is answered.
        pages: of the site.
        departure: where to.
        provider: its name.
        after_form: a form was answered with a redirect to this address.
    """
    if departure.form is None and request.method == "GET" and not after_form:
        return Redirect(departure.url, status_code=303)
    data = {"url": departure.url, "form": departure.form, "provider": provider}
    response = await pages.show(request, "sso-leave", data=data)
    target = urlsplit(departure.url)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'", f"form-action {target.scheme}://{target.netloc}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response
