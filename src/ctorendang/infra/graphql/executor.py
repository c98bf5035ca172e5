"""Runs GraphQL documents: for programs over HTTP and for the product's own pages, alike."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
import structlog
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)

from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import AppError
from ctorendang.infra.errors import InvalidInput as InvalidInputError
from ctorendang.infra.graphql.context import GraphQLContext
from ctorendang.infra.graphql.errors import DocumentRefused, OperationTooLarge
from ctorendang.infra.graphql.limits import (
    MOST_CHARACTERS,
    MOST_TOKENS,
    check_limits,
    check_repetition,
)
from ctorendang.infra.product import Product
from ctorendang.infra.tenancy.tenant import Tenant

# A parsed document takes some two hundred times its length; only those that look like an application's are kept.
_KEPT_DOCUMENTS = 500
_KEPT_CHARACTERS = 4_000
_SUGGESTION = re.compile(r" Did you mean .*$", re.DOTALL)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation came to.

    Attributes:
        errors: as the GraphQL specification wants them, fit for strangers' eyes.
        refused: the first business error, for pages, which show it as a page of its own.
    """

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    refused: AppError | None = None


class GraphQLExecutor:
    """Parses and validates a document once, then runs it for whoever asks."""

    def __init__(self, schema: strawberry.Schema, product: Product, *, introspection: bool) -> None:
        self._schema = schema._schema  # the graphql-core schema that Strawberry builds
        self._product = product
        self.introspection = introspection
        self._rules = [*specified_rules, *(() if introspection else (NoSchemaIntrospectionCustomRule,))]
        self._documents: OrderedDict[str, DocumentNode | str] = OrderedDict()

    async def execute(
        self,
        source: str,
        variables: Mapping[str, Any],
        *,
        tenant: Tenant,
        actor: Actor,
        operation_name: str | None = None,
        read_only: bool = False,
        user_agent: str = "",
    ) -> Answer:
        """Run an operation in one unit of work, which stays only if nothing went wrong.

        Raises:
            DocumentRefused: it does not parse or validate, or names no operation.
            OperationTooLarge: it passes a limit.
        """
        document = self._document(source)
        operation = self._operation(document, operation_name, read_only=read_only)
        check_limits(self._schema, document, operation, variables)
        context = GraphQLContext(tenant, actor, self._product, user_agent)
        try:
            result = execute(
                self._schema,
                document,
                context_value=context,
                variable_values=dict(variables),
                operation_name=operation_name,
            )
            result = result if isinstance(result, ExecutionResult) else await result
        except BaseException:
            context.refuse()
            await context.finish()
            raise
        if result.errors:
            context.refuse()
        await context.finish()
        return _answer(result)

    def _operation(self, document: DocumentNode, name: str | None, *, read_only: bool) -> OperationDefinitionNode:
        operation = get_operation_ast(document, name)
        if operation is None:
            raise DocumentRefused("Name the operation to run by operationName.")
        if read_only and operation.operation is not OperationType.QUERY:
            raise DocumentRefused("Send mutations by POST.")
        return operation

    def _document(self, source: str) -> DocumentNode:
        """The parsed document; what was wrong with a bad one is remembered as well."""
        if len(source) > MOST_CHARACTERS:
            raise OperationTooLarge("The document is too long. Send what varies as variables.")
        known = self._documents.get(source)
        if known is None:
            known = self._parse(source)
            if len(source) <= _KEPT_CHARACTERS:
                self._documents[source] = known
            if len(self._documents) > _KEPT_DOCUMENTS:
                self._documents.popitem(last=False)
        else:
            self._documents.move_to_end(source)
        if isinstance(known, str):
            raise DocumentRefused(known)
        return known

    def _parse(self, source: str) -> DocumentNode | str:
        try:
            document = parse(source, max_tokens=MOST_TOKENS)
            check_repetition(document)
            errors = validate(self._schema, document, self._rules, max_errors=5)
        except GraphQLError as error:
            return _public(error.message)
        except OperationTooLarge as error:
            return error.detail
        except RecursionError:
            return "The document is nested too deeply."
        return _public("; ".join(error.message for error in errors)) if errors else document


def _public(message: str) -> str:
    """Without hints at names that the asker did not know."""
    return _SUGGESTION.sub("", message)[:2_000]


def _answer(result: ExecutionResult) -> Answer:
    errors = [_error(error) for error in result.errors or ()]
    refused = next((e.original_error for e in result.errors or () if isinstance(e.original_error, AppError)), None)
    return Answer(data=result.data, errors=errors, refused=refused)


def _error(error: GraphQLError) -> dict[str, Any]:
    original = error.original_error
    shown: dict[str, Any] = {"message": _public(error.message)}
    if isinstance(original, AppError):
        shown["extensions"] = {"code": original.code}
        if isinstance(original, InvalidInputError):
            shown["extensions"]["fields"] = original.fields
    elif original is not None and not isinstance(original, GraphQLError):
        _log.error("a resolver failed", path=error.path, exc_info=original)
        shown = {"message": "Something went wrong on our side.", "extensions": {"code": "internal_error"}}
    else:
        shown["extensions"] = {"code": "bad_request"}
    if error.path:
        shown["path"] = error.path
    if error.locations:
        shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return shown
