"""Random valid GraphQL operations, drawn from the schema itself: what it gains is covered the day it gains it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

DEEPEST = 6


@dataclass(frozen=True)
class Foreign:
    """Something of another tenant, and a twin of it that does not exist anywhere."""

    value: str
    twin: str


@dataclass(frozen=True)
class Operation:
    """A document with its variables; values of another tenant stand in them as ``Foreign``."""

    document: str
    variables: dict[str, Any]
    roots: tuple[str, ...]

    @property
    def foreign(self) -> list[Foreign]:
        return list(_foreign(self.variables))

    def variables_with(self, of: Callable[[Foreign], str]) -> dict[str, Any]:
        """The variables to send, each foreign value replaced."""
        return _replace(self.variables, of)


def _foreign(value: Any) -> Iterator[Foreign]:
    if isinstance(value, Foreign):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _foreign(each)


def _replace(value: Any, of: Callable[[Foreign], str]) -> Any:
    if isinstance(value, Foreign):
        return of(value)
    if isinstance(value, dict):
        return {name: _replace(each, of) for name, each in value.items()}
    return [_replace(each, of) for each in value] if isinstance(value, list) else value


Values = Callable[[str, str, str], Any]
"""A value for the name of what holds it, its own name, and the name of its type."""


class OperationMaker:
    """Makes operations; ``values`` says what goes into arguments and inputs."""

    def __init__(self, schema: GraphQLSchema, choice: Random, values: Values) -> None:
        self._schema = schema
        self._choice = choice
        self._values = values
        self._asked: Counter[tuple[str, str]] = Counter()

    def make(self, kind: str) -> Operation:
        """A query of up to three roots, or a mutation of one."""
        root = self._schema.get_type(kind.capitalize())
        assert isinstance(root, GraphQLObjectType)
        # An error in one root takes the others' answers with it, so mostly they come alone.
        count = self._choice.choice([1, 1, 1, 2, 3]) if kind == "query" else 1
        names = self._least_asked(kind, list(root.fields), count)
        document = _Document(self)
        body = " ".join(document.field(name, root.fields[name], 0) for name in names)
        declared = f"({', '.join(document.declared)})" if document.declared else ""
        return Operation(f"{kind}{declared} {{ {body} }}", document.variables, tuple(names))

    def _least_asked(self, kind: str, names: list[str], count: int) -> list[str]:
        """Roots by chance, of those that were asked least: every one gets its turn however many the schema has."""
        order = sorted(names, key=lambda name: (self._asked[kind, name], self._choice.random()))[:count]
        self._asked.update((kind, name) for name in order)
        return order

    def maybe(self, probability: float) -> bool:
        return self._choice.random() < probability

    def value(self, holder: str, name: str, kind: GraphQLInputType) -> Any:
        """A value of a type, null where that is allowed and fancied."""
        if isinstance(kind, GraphQLNonNull):
            return self._given(holder, name, kind.of_type)
        return None if self.maybe(0.1) else self._given(holder, name, kind)

    def _given(self, holder: str, name: str, kind: GraphQLInputType) -> Any:
        if isinstance(kind, GraphQLList):
            return [self.value(holder, name, kind.of_type) for _ in range(self._choice.randint(0, 2))]
        if isinstance(kind, GraphQLEnumType):
            return self._choice.choice(list(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            fields = {
                each: field
                for each, field in kind.fields.items()
                if isinstance(field.type, GraphQLNonNull) or self.maybe(0.4)
            }
            return {each: self.value(kind.name, each, field.type) for each, field in fields.items()}
        return self._values(holder, name, str(kind))


class _Document:
    """One document in the making."""

    def __init__(self, maker: OperationMaker) -> None:
        self._maker = maker
        self.variables: dict[str, Any] = {}
        self.declared: list[str] = []

    def field(self, name: str, field: GraphQLField, depth: int) -> str:
        arguments = []
        for argument_name, argument in field.args.items():
            if isinstance(argument.type, GraphQLNonNull) or self._maker.maybe(0.25):
                variable = f"v{len(self.variables)}"
                self.variables[variable] = self._maker.value(name, argument_name, argument.type)
                self.declared.append(f"${variable}: {argument.type}")
                arguments.append(f"{argument_name}: ${variable}")
        called = f"{name}({', '.join(arguments)})" if arguments else name
        return f"{called} {self.selection(get_named_type(field.type), depth + 1)}".strip()

    def selection(self, kind: GraphQLNamedType, depth: int) -> str:
        if is_leaf_type(kind):
            return ""
        if isinstance(kind, GraphQLUnionType):
            parts = [f"... on {each.name} {self.selection(each, depth)}" for each in kind.types]
            return f"{{ __typename {' '.join(parts)} }}"
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        chosen = {
            name: field
            for name, field in kind.fields.items()
            if is_leaf_type(get_named_type(field.type)) or (depth < DEEPEST and self._maker.maybe(0.4))
        }
        # Relay's wrappers are empty without what they wrap.
        chosen |= {name: kind.fields[name] for name in ("edges", "node") if name in kind.fields}
        return f"{{ __typename {' '.join(self.field(name, field, depth) for name, field in chosen.items())} }}"


def outside(answer: httpx.Response, operation: Operation) -> tuple[int, dict[str, str], str]:
    """What an observer sees of an answer, the values that were asked with made alike."""
    text = answer.text
    for foreign in operation.foreign:
        text = text.replace(foreign.value, foreign.twin)
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    return answer.status_code, headers, text
