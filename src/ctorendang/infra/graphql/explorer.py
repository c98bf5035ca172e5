"""GraphiQL, for development: a page to write queries in. Its scripts come out of an installed wheel."""

from importlib import resources
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.infra.errors import NotFound
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.kit.wheels import installed_file

_PAGE = resources.files(__package__) / "explorer_page"
_WHEEL, _FOLDER = "graphene-django-graphiql-static", "static/graphene_django_graphiql_static"
_FROM_WHEEL = frozenset(
    {"graphiql.min.css", "graphiql.min.js", "react.production.min.js", "react-dom.production.min.js"}
)
_OWN = frozenset({"explorer.css", "explorer.js"})
# The editor writes style elements of its own.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@get("/graphql/explorer", guards=[enterprises_only], sync_to_thread=False)
def explorer(request: Request[Any, Any, Any], pages: NamedDependency[Pages]) -> Response[str]:
    """The editor."""
    html = (_PAGE / "explorer.html").read_text("utf-8").replace("{token}", pages.token(request))
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@get("/graphql/explorer/{name:str}", guards=[enterprises_only], sync_to_thread=False)
def explorer_file(name: FromPath[str]) -> Response[bytes]:
    """A file of the editor."""
    if name in _OWN:
        content = (_PAGE / name).read_bytes()
    elif name in _FROM_WHEEL:
        content = installed_file(_WHEEL, f"{_FOLDER}/{name}").read_bytes()
    else:
        raise NotFound("There is no such file.")
    return Response(content, media_type="text/css" if name.endswith(".css") else "text/javascript")
