"""The folder that a stack keeps: who holds it, its ports, passwords and logs."""

import fcntl
import http.client
import json
import os
import random
import secrets
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from ctorendang.infra.stack.child import Child, end_leftover
from ctorendang.infra.stack.errors import CannotStart

_NEEDED_BYTES = 500 * 1024 * 1024
# Below the range from which Linux takes the local ports of outgoing connections.
_PORTS = range(20_000, 32_000)


class DataFolder:
    """A folder that one stack at a time may hold.

    Args:
        path: made if absent.
        environ: ``CTORENDANG_<NAME>_PORT`` fixes a port.
    """

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path.resolve()
        self._environ = environ
        self._lock: int | None = None

    def acquire(self) -> Self:
        """Hold the folder until ``release`` or the end of this process, however it ends.

        Raises:
            CannotStart: another stack holds it, it cannot be written, or its disk is full.
        """
        try:
            for folder in (self.path, self.logs, self.path / "run"):
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            if shutil.disk_usage(self.path).free < _NEEDED_BYTES:
                raise CannotStart(f"The disk of {self.path} is full: free 500 MB there, or set DATA to another folder.")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = (self.path / "lock").read_text().strip() or "unknown"
            self.release()
            raise CannotStart(
                f"Another stack runs on {self.path} (process {holder}): stop it, or set DATA to another folder."
            ) from None
        except OSError as error:
            raise CannotStart(
                f"The folder {self.path} cannot be used ({error.strerror}): set DATA to one you can write to."
            ) from None
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        for record in (self.path / "run").glob("*.pid"):
            end_leftover(record)
        return self

    def release(self) -> None:
        """Let another stack have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def held(self) -> bool:
        """Whether a stack holds the folder now."""
        try:
            lock = os.open(self.path / "lock", os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    @property
    def logs(self) -> Path:
        """Where children's output goes."""
        return self.path / "logs"

    def child(self, name: str, **options: Any) -> Child:
        """A child process whose log and record are kept here."""
        return Child(name, log=self.logs / f"{name}.log", record=self.path / "run" / f"{name}.pid", **options)

    def port(self, name: str) -> int:
        """The port of ``name``: the one in the environment, or the one it had before, or a free one.

        Raises:
            CannotStart: the environment fixes it, and it is taken or no port.
        """
        variable = f"CTORENDANG_{name.upper()}_PORT"
        if fixed := self._environ.get(variable):
            if not fixed.isdigit() or not 0 < int(fixed) < 65_536:
                raise CannotStart(f"{variable} must be a port number, not {fixed!r}.")
            if not is_free(int(fixed)):
                raise CannotStart(f"Port {fixed} is taken: set {variable} to a free one, or unset it.")
            return int(fixed)
        state = self._read("ports")
        port = state.get(name)
        others = {number for other, number in state.items() if other != name}
        while not isinstance(port, int) or port in others or not is_free(port):
            port = random.choice(_PORTS)  # noqa: S311
        self._write("ports", {**state, name: port})
        return port

    def secret(self, name: str) -> str:
        """A password or key that is made once and kept."""
        state = self._read("secrets")
        if name not in state:
            state[name] = secrets.token_urlsafe(32)
            self._write("secrets", state)
        return str(state[name])

    def remember(self, variables: Mapping[str, str]) -> None:
        """Keep what the running stack told its processes, for ``ctorendang env``."""
        self._write("variables", dict(variables))

    def recall(self) -> dict[str, str]:
        """The variables of the stack that runs here; empty when none does."""
        return {name: str(value) for name, value in self._read("variables").items()} if self.held else {}

    def _file(self, name: str) -> Path:
        return self.path / "run" / f"{name}.json"

    def _read(self, name: str) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads(self._file(name).read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise CannotStart(f"{self._file(name)} cannot be read ({error}): mend it, or run `make reset`.") from None
        return state

    def _write(self, name: str, state: Mapping[str, Any]) -> None:
        file = self._file(name)
        partial = file.with_suffix(".partial")
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            json.dump(state, stream, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of this machine's loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do it: a port whose last connections are just closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def accepts(port: int) -> bool:
    """Whether a server listens on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int, path: str) -> bool:
    """Whether a web server on the port answers a path with 200 now."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False
