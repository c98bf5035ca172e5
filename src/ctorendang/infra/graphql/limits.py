"""What one operation may ask for, decided before any of it runs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from ctorendang.infra.db.paging import MOST, USUAL
from ctorendang.infra.errors import AppError

MOST_CHARACTERS = 50_000
MOST_TOKENS = 2_000
MOST_REPEATS = 40
MOST_DEPTH = 10
MOST_ALIASES = 15
MOST_COST = 20_000


class OperationTooLarge(AppError):
    """The operation asks for more than one request may."""

    code = "operation_too_large"
    status = 400


class _Measure:
    """Walks an operation as it would run, fragments spread out; stops as soon as a limit is passed."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables
        self._aliases = 0
        self._cost = 0

    def selections(self, selection_set: SelectionSetNode | None, depth: int, rows: int) -> None:
        if selection_set is None:
            return
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                self._field(node, depth, rows)
            elif isinstance(node, InlineFragmentNode):
                self.selections(node.selection_set, depth, rows)
            elif isinstance(node, FragmentSpreadNode) and (fragment := self._fragments.get(node.name.value)):
                self._spend(1)  # fragments that only spread fragments grow exponentially too
                self.selections(fragment.selection_set, depth, rows)

    def _spend(self, cost: int) -> None:
        self._cost += cost
        if self._cost > MOST_COST:
            raise OperationTooLarge("This asks for too much at once. Ask for smaller pages or fewer nested lists.")

    def _field(self, node: FieldNode, depth: int, rows: int) -> None:
        if node.alias is not None:
            self._aliases += 1
        if self._aliases > MOST_ALIASES:
            raise OperationTooLarge(f"Use at most {MOST_ALIASES} aliases.")
        if node.name.value.startswith("__"):
            return  # introspection: off in production, harmless elsewhere
        self._spend(rows)
        # Relay's wrappers are how a list is written down, not a level of nesting of their own.
        inner = depth if node.name.value in {"edges", "node", "pageInfo"} else depth + 1
        if inner > MOST_DEPTH:
            raise OperationTooLarge(f"Nest fields at most {MOST_DEPTH} deep.")
        self.selections(node.selection_set, inner, rows * self._page(node))

    def _page(self, node: FieldNode) -> int:
        """How many rows a field may return: its page size, or the usual one where nested fields follow a list."""
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                value: Any = argument.value
                if isinstance(value, IntValueNode):
                    size: Any = int(value.value[:9])
                elif isinstance(value, VariableNode):
                    size = self._variables.get(value.name.value)
                else:
                    size = None
                if isinstance(size, int):
                    return min(max(size, 1), MOST)
        return USUAL if _pages(node) else 1


def _pages(node: FieldNode) -> bool:
    if node.selection_set is None:
        return False
    return any(isinstance(each, FieldNode) and each.name.value == "edges" for each in node.selection_set.selections)


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


def check_limits(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
    """Refuse what is too deep, too wide or too costly; a mutation does one thing.

    A mutation runs in one transaction: with several fields, the failure of one would take back what another had already
    reported as done.

    Raises:
        OperationTooLarge: a limit is passed; the message names it.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    _Measure(fragments, variables).selections(operation.selection_set, 0, 1)
    if operation.operation is OperationType.MUTATION:
        fields = operation.selection_set.selections
        if len(fields) != 1 or not isinstance(fields[0], FieldNode):
            raise OperationTooLarge("Send one mutation a request.")
