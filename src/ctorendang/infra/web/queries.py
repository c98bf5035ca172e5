"""What an address asks for, as variables of a page's document; nonsense is left out rather than refused."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from litestar import Request

from ctorendang.infra.errors import AppError, InvalidInput

_MOST = 2**31 - 1
_MOST_PARAMETERS, _MOST_VALUES, _LONGEST_VALUE = 40, 30, 200
_CURSORS = {"after", "before"}


class Query:
    """The query parameters of a page."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self._parameters = request.query_params

    def text(self, name: str) -> str | None:
        """One value, None when it is missing or empty."""
        value = self._parameters.get(name, "").strip()
        return value[:1_000].encode("utf-8", "replace").decode() if value else None

    def all(self, name: str) -> list[str] | None:
        """Every value of a repeated parameter, None when there is none."""
        return [value for value in self._parameters.getall(name, []) if value.strip()][:30] or None

    def number(self, name: str) -> int | None:
        """A whole number of zero or more."""
        value = self._decimal(name)
        return int(value) if value is not None else None

    def decimal(self, name: str) -> float | None:
        """A number of zero or more."""
        value = self._decimal(name)
        return float(value) if value is not None else None

    def money(self, name: str) -> int | None:
        """An amount in whole units, as minor units."""
        value = self._decimal(name)
        return min(int(value * 100), _MOST) if value is not None else None

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        """One of a few values."""
        value = self._parameters.get(name, "")
        return value if value in choices else None

    def filter(self, **said: Any) -> dict[str, Any] | None:
        """The filter input made of what is said."""
        return {name: value for name, value in said.items() if value is not None} or None

    def page(self, size: int) -> dict[str, Any]:
        """The page that cursors in the address lead to."""
        if before := self.text("before"):
            return {"last": size, "before": before}
        return {"first": size, "after": self.text("after")}

    def _decimal(self, name: str) -> Decimal | None:
        try:
            value = Decimal(self._parameters.get(name, "").strip()[:20])
        except InvalidOperation:
            return None
        return min(value, Decimal(_MOST)) if value.is_finite() and value >= 0 else None


def parameters_of(request: Request[Any, Any, Any]) -> dict[str, str | list[str]]:
    """The address's parameters as templates repeat them in links: as many as a page's own forms could send."""
    values: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name in values or len(values) < _MOST_PARAMETERS:
            values.setdefault(name, []).append(value[:_LONGEST_VALUE])
    return {name: each[0] if len(each) == 1 else each[:_MOST_VALUES] for name, each in values.items()}


def from_the_beginning(variables: Mapping[str, Any], refused: AppError) -> dict[str, Any] | None:
    """The same page of a list without the cursor that was refused, which was mistyped or is another list's.

    Whether a cursor is good only its list knows, so that this is found out when it is asked.

    Returns:
        None where no cursor is what was wrong.
    """
    if not isinstance(refused, InvalidInput) or not refused.fields.keys() <= _CURSORS & variables.keys():
        return None
    size = variables.get("first") or variables.get("last")
    return {name: value for name, value in variables.items() if name not in {*_CURSORS, "last"}} | {"first": size}
