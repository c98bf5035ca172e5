"""What one operation may ask for, decided before any of it runs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
)

from ctorendang.infra.graphql.cost import Measure
from ctorendang.infra.graphql.errors import OperationTooLarge

MOST_CHARACTERS = 50_000
MOST_TOKENS = 2_000
MOST_REPEATS = 40


def check_repetition(document: DocumentNode) -> None:
    """Refuse what would take long to validate: fields of one name, and fragments, are compared each with each.

    450 times the same field, in less than 5 KB, kept validation busy for two seconds.

    Raises:
        OperationTooLarge: a name is used too often, wherever in the document.
    """
    seen: Counter[str] = Counter()
    sets = [node.selection_set for node in document.definitions if hasattr(node, "selection_set")]
    while sets:
        for node in sets.pop().selections:
            seen[_response_name(node)] += 1
            if inner := getattr(node, "selection_set", None):
                sets.append(inner)
    if seen and max(seen.values()) > MOST_REPEATS:
        raise OperationTooLarge(f"Use each name, and fragments, at most {MOST_REPEATS} times.")


def _response_name(node: SelectionNode) -> str:
    if isinstance(node, FieldNode):
        return (node.alias or node.name).value
    return "..."


def check_limits(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> None:
    """Refuse what is too deep, too wide or too costly; a mutation does one thing.

    A mutation runs in one transaction: with several fields, the failure of one would take back what another had already
    reported as done.

    Raises:
        OperationTooLarge: a limit is passed; the message names it.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    Measure(schema, fragments, operation, variables).run()
    if operation.operation is OperationType.MUTATION:
        fields = operation.selection_set.selections
        if len(fields) != 1 or not isinstance(fields[0], FieldNode):
            raise OperationTooLarge("Send one mutation a request.")
