"""What Entra ID and Okta send that is no SCIM, said as SCIM, before it is read.

The library tolerates capitalised operations, ``"False"`` for a boolean, attribute paths as keys of a value, a remove
with the members in its value, and an add to an entry that is not there yet. What is left is put right here.
"""

import json
import re
from typing import Any

from scim2_models import InvalidFilterException, InvalidSyntaxException, InvalidValueException

from ctorendang.domains.scim.schemas import ENTERPRISE_USER

_MOST_DEPTH = 40
_MANAGER = re.compile(rf"(?:{re.escape(ENTERPRISE_USER)}[:.])?manager", re.IGNORECASE)
_BEHIND_VALUE_PATH = re.compile(
    r'\s*([\w:.-]+)\[([^\[\]]+)\]\.(\w+\s+(?:pr|\w\w\s+(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)))\s*', re.IGNORECASE
)
# Of what stands between the dots each character has one reading only: a long text that is none is seen at once.
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_LONGEST_ADDRESS = 254
_LONGEST_FILTER = 4_000
# What a PATCH without a path repeats of the resource though nobody may change it (Okta's group push).
_REPEATED = frozenset({"id", "meta", "schemas", "groups"})


def understood_filter(text: str) -> str:
    """A filter as RFC 7644 writes it.

    Entra ID looks for ``emails[type eq "work"].value eq "x"``, which the grammar does not know; it means
    ``emails[type eq "work" and value eq "x"]``.

    Raises:
        InvalidFilterException: it is beyond reason; each of its terms is a parameter for the database.
    """
    _require_short(text)
    found = _BEHIND_VALUE_PATH.fullmatch(text)
    return f"{found[1]}[({found[2]}) and {found[3]}]" if found else text


def understood(method: str, path: str, body: bytes) -> bytes:
    """The body of a request with a resource, a PATCH or a bulk of them, as RFC 7644 writes it.

    Raises:
        InvalidSyntaxException: it is no JSON, or nested beyond reason.
        InvalidFilterException: a filter, or a path that filters, is beyond reason.
        InvalidValueException: it holds text that cannot be stored.
    """
    if method not in {"POST", "PUT", "PATCH"} or not body:
        return body
    try:
        value = json.loads(body, parse_constant=_no_number)
        _require_storable(value, 0)
    except (ValueError, RecursionError):
        raise InvalidSyntaxException(detail="The request body is no JSON that can be read") from None
    if isinstance(value, dict):
        value = _request(method, path, value)
    return json.dumps(value).encode()


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _require_storable(value: Any, depth: int) -> None:
    if depth > _MOST_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
            raise InvalidValueException(detail="A text holds a character that is none")
    elif isinstance(value, dict):
        for name, each in value.items():
            _require_storable(name, depth)
            _require_storable(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _require_storable(each, depth + 1)


def _require_short(text: str) -> None:
    if len(text) > _LONGEST_FILTER:
        raise InvalidFilterException(detail=f"A filter has at most {_LONGEST_FILTER} characters")


def _filter(text: Any) -> Any:
    return understood_filter(text) if isinstance(text, str) else text


def _request(method: str, path: str, value: dict[str, Any]) -> dict[str, Any]:
    parts = path.strip("/").split("/")
    endpoint = parts[0].casefold()
    if method == "POST" and parts[-1].casefold() == ".search":
        return {key: _filter(each) if key.casefold() == "filter" else each for key, each in value.items()}
    if endpoint == "bulk":
        return _in(value, "operations", lambda each: [_bulk_operation(one) for one in each])
    if method == "PATCH":
        return _in(value, "operations", _operations)
    return _user(value) if endpoint == "users" else value


def _in(value: dict[str, Any], name: str, change: Any) -> dict[str, Any]:
    """Change the list of this name, whatever its case."""
    return {
        key: change(each) if key.casefold() == name and isinstance(each, list) else each for key, each in value.items()
    }


def _bulk_operation(operation: Any) -> Any:
    if not isinstance(operation, dict) or not isinstance(operation.get("data"), dict):
        return operation
    method, path = str(operation.get("method", "")).upper(), str(operation.get("path", ""))
    return {**operation, "data": _request(method, path, operation["data"])}


def _user(value: dict[str, Any]) -> dict[str, Any]:
    names = {name.casefold(): name for name in value}
    user_name = value.get(names.get("username", ""))
    if not value.get(names.get("emails", "")) and _is_address(user_name):
        value = {**value, names.get("emails", "emails"): [{"value": user_name, "type": "work", "primary": True}]}
    return {
        name: _with_manager(each) if name.casefold() == ENTERPRISE_USER.casefold() else each
        for name, each in value.items()
    }


def _is_address(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(text))


def _with_manager(extension: Any) -> Any:
    """Entra ID sends the manager's id alone, where RFC 7643 section 4.3 has an object."""
    if not isinstance(extension, dict):
        return extension
    changed = {name: _manager(each) if name.casefold() == "manager" else each for name, each in extension.items()}
    return {name: each for name, each in changed.items() if each is not None}


def _manager(value: Any) -> Any:
    if isinstance(value, str):
        return {"value": value} if value else None
    return value


def _operations(operations: list[Any]) -> list[Any]:
    changed = [each for operation in operations for each in _operation(operation)]
    # All of it was about nothing: a replacement of nothing is answered with the resource as it is.
    return changed if changed or not operations else [{"op": "replace", "value": {}}]


def _operation(operation: Any) -> list[Any]:
    if not isinstance(operation, dict):
        return [operation]
    op, path = str(operation.get("op", "")).casefold(), operation.get("path")
    if isinstance(path, str):
        _require_short(path)
    if op == "remove" and "value" in operation:
        return _removal(operation)
    if "value" not in operation:
        return [operation]
    if isinstance(path, str) and path:
        if not _MANAGER.fullmatch(path):
            return [operation]
        manager = _manager(operation["value"])
        return [{**operation, "value": manager} if manager is not None else {"op": "remove", "path": path}]
    return _without_path(operation)


def _without_path(operation: dict[str, Any]) -> list[Any]:
    """An operation on the whole resource; keys that select among values become operations of their own."""
    value = operation["value"]
    if not isinstance(value, dict):
        return [operation]
    kept, changed = {}, []
    for name, each in value.items():
        if name.casefold() in _REPEATED:
            continue
        if "[" in name or _MANAGER.fullmatch(name):
            changed += _operation({"op": operation["op"], "path": name, "value": each})
        else:
            kept[name] = _with_manager(each) if name.casefold() == ENTERPRISE_USER.casefold() else each
    return [{**operation, "value": kept}, *changed] if kept else changed


def _removal(operation: dict[str, Any]) -> list[Any]:
    """A value selects among members (Entra ID); a value that selects nothing must not empty the group."""
    value, path = operation["value"], str(operation.get("path") or "")
    if path.casefold() != "members" or value is None:
        return [{name: each for name, each in operation.items() if name != "value"}]
    listed = value if isinstance(value, list) else [value]
    # Of a member only the id counts; Entra ID sends it with an empty reference, which no stored member has.
    chosen = [{"value": each.get("value")} if isinstance(each, dict) else {"value": each} for each in listed]
    return [{**operation, "value": chosen}] if chosen else []
