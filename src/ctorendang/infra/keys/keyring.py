"""The master keys of this process, which wrap the tenants' data keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ctorendang.kit.crypto import decrypt, encrypt
from ctorendang.settings import MasterKey


class UnknownMasterKey(Exception):
    """A tenant's key was wrapped by a master key that this process was not given."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"CTORENDANG_MASTER_KEYS lacks the key {key_id}, which tenants' keys are wrapped with.")
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as the database keeps it."""

    master_key_id: str
    wrapped_key: bytes = field(repr=False)


class Keyring:
    """Wraps with the first master key, unwraps with any.

    Args:
        master_keys: at least one.
    """

    def __init__(self, master_keys: Sequence[MasterKey]) -> None:
        self.first = master_keys[0].id
        self._keys = {each.id: each.key for each in master_keys}

    def knows(self, key_id: str) -> bool:
        """Whether this process has the master key."""
        return key_id in self._keys

    def wrap(self, data_key: bytes, *, tenant_id: UUID, row: UUID) -> WrappedKey:
        """Make a data key fit to be stored in a tenant's row, and in no other."""
        place = _place(self.first, tenant_id, row)
        return WrappedKey(self.first, encrypt(self._keys[self.first], data_key, place))

    def unwrap(self, wrapped: WrappedKey, *, tenant_id: UUID, row: UUID) -> bytes:
        """The data key itself.

        Raises:
            UnknownMasterKey: this process was not given the key that wrapped it.
            Undecipherable: the row was changed, or is another's.
        """
        if not self.knows(wrapped.master_key_id):
            raise UnknownMasterKey(wrapped.master_key_id)
        place = _place(wrapped.master_key_id, tenant_id, row)
        return decrypt(self._keys[wrapped.master_key_id], wrapped.wrapped_key, place)


def _place(key_id: str, tenant_id: UUID, row: UUID) -> bytes:
    return b"data key" + tenant_id.bytes + row.bytes + key_id.encode()
