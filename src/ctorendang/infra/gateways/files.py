"""Files that people have given us, in an object store: a folder, or S3, Google Cloud Storage or Azure Blob Storage."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStoreMethods, from_url

from ctorendang.infra.gateways.gateways import Files, FilesUnavailable, NotConfigured
from ctorendang.settings import FileSettings, InvalidSetting

_SCHEMES = frozenset({"file", "s3", "gs", "az"})
# What we name objects with: it cannot leave its folder, and means the same in every store.
_KEY = re.compile(r"[0-9a-z][0-9a-z.-]*(/[0-9a-z][0-9a-z.-]*)*")
_PATIENCE = timedelta(seconds=10)
_MISSING = "No object store is configured: set CTORENDANG_FILES_URL."


class ObjectStore:
    """One bucket or folder, reached with the credentials of the process's environment.

    It is called in threads: its coroutines resume from threads of their own, which abort a process that ends meanwhile.
    """

    def __init__(self, url: str) -> None:
        """Prepare; nothing is connected before it is used.

        Raises:
            InvalidSetting: the address names no store.
        """
        address = urlsplit(url)
        if address.scheme not in _SCHEMES or (address.scheme != "file" and not address.hostname):
            raise InvalidSetting(
                "CTORENDANG_FILES_URL must look like file:///folder, s3://bucket/folder, gs:// or az://."
            )
        try:
            if address.scheme == "file":
                self._store: ObjectStoreMethods = LocalStore(Path(unquote(address.path)), mkdir=True)
            else:
                # No options of ours for the client: they would hide those of the environment.
                self._store = from_url(url, retry_config={"max_retries": 2, "retry_timeout": _PATIENCE})
        except (BaseError, OSError, ValueError) as error:
            raise InvalidSetting(f"CTORENDANG_FILES_URL cannot be used: {error}") from None

    async def put(self, key: str, content: bytes) -> None:
        """Store an object, replacing what was there."""
        try:
            await asyncio.to_thread(self._store.put, _checked(key), content)
        except (BaseError, OSError) as error:
            raise FilesUnavailable(f"A file cannot be stored: {error}") from error

    async def get(self, key: str) -> bytes | None:
        """An object, None where there is none."""
        try:
            return await asyncio.to_thread(self._read, _checked(key))
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise FilesUnavailable(f"A file cannot be read: {error}") from error

    async def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""
        try:
            await asyncio.to_thread(self._store.delete, _checked(key))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise FilesUnavailable(f"A file cannot be removed: {error}") from error

    def _read(self, key: str) -> bytes:
        return bytes(self._store.get(key).bytes())


class NoFiles:
    """Stands where no store is configured."""

    async def put(self, key: str, content: bytes) -> None:
        """Refuse."""
        raise NotConfigured(_MISSING)

    async def get(self, key: str) -> bytes | None:
        """Refuse."""
        raise NotConfigured(_MISSING)

    async def delete(self, key: str) -> None:
        """Refuse."""
        raise NotConfigured(_MISSING)


def create_files(settings: FileSettings) -> Files:
    """The configured store, or one that refuses.

    Raises:
        InvalidSetting: the store's address cannot be used.
    """
    return ObjectStore(settings.url) if settings.url else NoFiles()


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key for an object")
    return key
