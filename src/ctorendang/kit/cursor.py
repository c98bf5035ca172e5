"""Cursors: where a page of an ordered list begins or ends."""

import base64
import binascii
import json

_LONGEST = 1_000


class InvalidCursor(ValueError):
    """The text is no cursor that this product handed out."""


def encode_cursor(values: list[str | None]) -> str:
    """An opaque cursor that holds the sort values of a row."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[str | None]:
    """The ``length`` sort values in a cursor.

    Raises:
        InvalidCursor: it is garbage, or belongs to another ordering.
    """
    try:
        if len(cursor) > _LONGEST:
            raise InvalidCursor
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise InvalidCursor from None
    if not isinstance(values, list) or len(values) != length:
        raise InvalidCursor
    if not all(value is None or (isinstance(value, str) and _storable(value)) for value in values):
        raise InvalidCursor
    return values


def _storable(text: str) -> bool:
    """Whether Postgres can compare it: neither NUL nor halves of surrogate pairs, which JSON can both spell."""
    return text.isprintable() or not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)
