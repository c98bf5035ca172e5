"""``/scim/v2``: where directories send their requests."""

import json
from typing import Any

import structlog
from litestar import Controller, Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.exceptions import HTTPException
from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from ctorendang.domains.scim.bearers import Bearers
from ctorendang.domains.scim.dialects import understood_filter
from ctorendang.domains.scim.errors import ScimTokenNotAccepted
from ctorendang.domains.scim.protocol import answer, refused, refused_with
from ctorendang.domains.scim.schemas import BASE_PATH
from ctorendang.infra.errors import AppError, TooManyAttempts
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.guards import enterprises_only

_METHODS = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE]
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="SCIM"'}

_log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]


class ScimEndpoint(Controller):
    """SCIM 2.0 for the directory whose token is presented."""

    path = BASE_PATH
    guards = [enterprises_only]  # noqa: RUF012

    @route(["/", "/{rest:path}"], http_method=_METHODS)
    async def scim(self, request: AnyRequest, product: NamedDependency[Product]) -> Response[bytes]:
        """Serve one request."""
        try:
            answered = await _answered(request, product)
        except SCIMException as error:
            answered = refused(error)
        except TooManyAttempts as error:
            answered = refused_with(error.status, error.detail, {"Retry-After": str(error.retry_after)})
        except ScimTokenNotAccepted as error:
            answered = refused_with(error.status, error.detail, _CHALLENGE)
        except AppError as error:
            answered = refused_with(error.status, error.detail)
        except HTTPException as error:
            # The body could not be taken: too large, or broken off.
            answered = refused_with(error.status_code, "The request body cannot be taken; send less at once")
        except Exception as error:  # noqa: BLE001 - whatever it is, a directory is answered in its own format
            _log.error("scim request failed", exc_info=error)
            answered = refused_with(500, "Something went wrong here. Try again in a moment.")
        return _response(answered)


async def _answered(request: AnyRequest, product: Product) -> ScimResponse:
    context = context_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = await Bearers(product, context.actor).identify(token.strip() if scheme.lower() == "bearer" else "")
    query = dict(request.query_params.items())
    if "filter" in query:
        query["filter"] = understood_filter(query["filter"])
    asked = ScimRequest(
        method=request.method,
        base_url=f"{context.origin}{BASE_PATH}",
        path=request.scope["path"][len(BASE_PATH) :] or "/",
        query=query,
        headers=list(request.headers.items()),
        body=await request.body(),
        subject=bearer,
    )
    async with product.units.begin(bearer.actor) as work:
        return await answer(work, bearer.directory, asked)


def _response(answered: ScimResponse) -> Response[bytes]:
    headers = {"Cache-Control": "no-store", **answered.headers}
    media_type = headers.pop("Content-Type")
    if answered.body is None:
        return Response(b"", status_code=int(answered.status), headers=headers, media_type=media_type)
    content = json.dumps(answered.body).encode()
    return Response(content, status_code=int(answered.status), headers=headers, media_type=media_type)
