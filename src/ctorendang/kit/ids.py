"""Identifiers."""

import secrets
import time
from datetime import datetime
from uuid import UUID


def uuid7(moment: datetime | None = None) -> UUID:
    """A time-ordered UUID (RFC 9562 section 5.7) of a moment or of now, as the database's ``uuidv7()`` makes them."""
    milliseconds = time.time_ns() // 1_000_000 if moment is None else int(moment.timestamp() * 1_000)
    random = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1)
