"""GraphQL over HTTP (see the GraphQL-over-HTTP specification): POST JSON, or GET for queries."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.executor import Answer, GraphQLExecutor
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.errors import wants_html
from ctorendang.infra.web.forms import require_own_origin
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages


class RequestNotUnderstood(AppError):
    """The request holds no GraphQL operation."""

    code = "request_not_understood"
    status = 400


class ContentTypeNotSupported(AppError):
    """The body says that it is something else than JSON."""

    code = "content_type_not_supported"
    status = 415


class GraphQLRequest(msgspec.Struct, rename="camel"):
    """The body of a GraphQL request; other fields, such as ``extensions``, may be there and say nothing to us."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None


@post("/graphql", guards=[enterprises_only], status_code=200)
async def graphql_post(
    request: Request[Any, Any, Any], executor: NamedDependency[GraphQLExecutor], pages: NamedDependency[Pages]
) -> Response[bytes]:
    """Run an operation."""
    if context_of(request).token:
        require_own_origin(request, context_of(request))
        pages.require_token(request)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        return _refused(ContentTypeNotSupported("Send application/json."))
    try:
        operation = msgspec.json.decode(await request.body(), type=GraphQLRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = str(error) if isinstance(error, msgspec.ValidationError) else "the body is not JSON in UTF-8"
        return _refused(RequestNotUnderstood(f"Send one object with query and variables: {detail}."))
    return await _run(request, executor, operation, read_only=False)


@get("/graphql", guards=[enterprises_only])
async def graphql_get(request: Request[Any, Any, Any], executor: NamedDependency[GraphQLExecutor]) -> Response[Any]:
    """Run a query; in development, a browser gets a page to write queries in."""
    parameters = request.query_params
    if executor.introspection and "query" not in parameters and wants_html(request):
        return Redirect("/graphql/explorer", status_code=303)
    try:
        variables = msgspec.json.decode(parameters.get("variables") or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _refused(RequestNotUnderstood("Send variables as a JSON object."))
    operation = GraphQLRequest(parameters.get("query", ""), variables, parameters.get("operationName"))
    return await _run(request, executor, operation, read_only=True)


async def _run(
    request: Request[Any, Any, Any], executor: GraphQLExecutor, operation: GraphQLRequest, *, read_only: bool
) -> Response[bytes]:
    context = context_of(request)
    try:
        answer = await executor.execute(
            operation.query,
            operation.variables or {},
            operation_name=operation.operation_name,
            tenant=context.tenant,
            actor=context.actor,
            read_only=read_only,
            user_agent=request.headers.get("user-agent", ""),
        )
    except AppError as error:
        return _refused(error)
    return _respond(answer, 200)


def _refused(error: AppError) -> Response[bytes]:
    return _respond(Answer(None, [{"message": error.detail, "extensions": {"code": error.code}}]), error.status)


def _respond(answer: Answer, status: int) -> Response[bytes]:
    body: dict[str, Any] = {}
    if answer.errors:
        body["errors"] = answer.errors
    if status == 200:
        body["data"] = answer.data
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type=MediaType.JSON,
        headers={"Cache-Control": "private, no-store"},
    )
