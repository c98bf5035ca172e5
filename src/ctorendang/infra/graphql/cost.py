"""What an operation would cost, told from the schema before any of it runs."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from ctorendang.infra.db.paging import MOST, USUAL
from ctorendang.infra.graphql.errors import OperationTooLarge

MOST_DEPTH = 10
MOST_ALIASES = 15
MOST_COST = 20_000

_PRICE = "price"
# How many items lists have that nobody pages through: a CTO's skills, the reasons of a match.
_SMALL_LIST = 10
_WRAPPERS = frozenset({"edges", "node", "pageInfo"})


Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def priced(price: int) -> Callable[[Resolver], Resolver]:
    """Make a method a field that is worth so many rows, since answering it reads many."""

    def field(resolver: Resolver) -> Resolver:
        return cast(Resolver, strawberry.field(resolver, metadata={_PRICE: price}))

    return field


class Measure:
    """Walks an operation as it would run, fragments spread out; stops as soon as a limit is passed."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._operation = operation
        self._sizes = _sizes(operation, variables)
        self._aliases = 0
        self._cost = 0

    def run(self) -> None:
        """Measure the whole operation.

        Raises:
            OperationTooLarge: a limit is passed; the message names it.
        """
        root = self._schema.get_root_type(self._operation.operation)
        self._selections(self._operation.selection_set, root, depth=0, rows=1)

    def _selections(
        self, selection_set: SelectionSetNode | None, parent: Any, *, depth: int, rows: int, page: int = 1
    ) -> None:
        """Measure what is selected of ``rows`` objects; ``page`` is how many edges each has, where they are lists."""
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                self._field(node, parent, depth=depth, rows=rows, page=page)
                continue
            self._spend(1)  # fragments that only spread fragments grow exponentially too
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments.get(node.name.value)
            if isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode):
                condition = fragment.type_condition
                on = self._schema.get_type(condition.name.value) if condition else parent
                self._selections(fragment.selection_set, on, depth=depth, rows=rows, page=page)

    def _field(self, node: FieldNode, parent: Any, *, depth: int, rows: int, page: int) -> None:
        name = node.name.value
        if node.alias is not None:
            self._aliases += 1
        if self._aliases > MOST_ALIASES:
            raise OperationTooLarge(f"Use at most {MOST_ALIASES} aliases.")
        field = getattr(parent, "fields", {}).get(name)
        if field is None:
            return  # introspection: off in production, harmless elsewhere
        self._spend(rows * _price(field))
        # Relay's wrappers are how a list is written down, not a level of nesting of their own.
        inner = depth if name in _WRAPPERS else depth + 1
        if inner > MOST_DEPTH:
            raise OperationTooLarge(f"Nest fields at most {MOST_DEPTH} deep.")
        kind = get_named_type(field.type)
        if name == "edges":
            self._selections(node.selection_set, kind, depth=inner, rows=rows * page)
        elif "edges" in getattr(kind, "fields", {}):
            self._selections(node.selection_set, kind, depth=inner, rows=rows, page=self._length(node, field))
        else:
            self._selections(node.selection_set, kind, depth=inner, rows=rows * self._length(node, field))

    def _spend(self, cost: int) -> None:
        self._cost += cost
        if self._cost > MOST_COST:
            raise OperationTooLarge("This asks for too much at once. Ask for smaller pages or fewer nested lists.")

    def _length(self, node: FieldNode, field: GraphQLField) -> int:
        """How many items a field may return at most: its page, or what such lists hold."""
        if "first" not in field.args:
            return _SMALL_LIST if _is_list(field) else 1
        said = {each.name.value: each.value for each in node.arguments or ()}
        for name in ("first", "last"):
            value = said.get(name)
            size = self._sizes.get(value.name.value) if isinstance(value, VariableNode) else _literal(value)
            if size is not None:
                return min(max(size, 1), MOST)
        default = field.args["first"].default_value
        return default if isinstance(default, int) else USUAL


def _sizes(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, int]:
    """The whole numbers among the variables, with the operation's own defaults."""
    sizes = {
        definition.variable.name.value: size
        for definition in operation.variable_definitions or ()
        if (size := _literal(definition.default_value)) is not None
    }
    return sizes | {name: value for name, value in variables.items() if isinstance(value, int)}


def _literal(value: Any) -> int | None:
    if value is None or isinstance(value, NullValueNode):
        return None
    return int(value.value[:9]) if isinstance(value, IntValueNode) else MOST


def _is_list(field: GraphQLField) -> bool:
    kind = field.type
    while isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList) and isinstance(get_named_type(kind), GraphQLObjectType)


def _price(field: GraphQLField) -> int:
    definition = (field.extensions or {}).get("strawberry-definition")
    price = getattr(definition, "metadata", {}).get(_PRICE, 1)
    return price if isinstance(price, int) else 1
