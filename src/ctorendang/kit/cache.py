"""Values that are remembered for a while in this process."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Remembers a bounded number of values for a while; what was used last stays longest."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        entry = self._entries.get(key)
        return entry is not None and entry[0] > time.monotonic()

    def get(self, key: Key) -> Value | None:
        """The value, unless it was never put here, was pushed out, or its time is over."""
        if key not in self:
            return None
        self._entries.move_to_end(key)
        return self._entries[key][1]

    def put(self, key: Key, value: Value, seconds: float) -> None:
        """Remember a value for so long."""
        self._entries[key] = (time.monotonic() + seconds, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
