"""Child processes that do not outlive the process that started them."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from ctorendang.infra.stack.errors import CannotStart


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that a child runs as.

    Attributes:
        reaches_everywhere: whether it may enter folders that only root can, such as a checkout under ``/root``.
    """

    uid: int
    gid: int
    reaches_everywhere: bool = False

    def options(self) -> list[str]:
        """What ``setpriv`` is told."""
        drop = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        if not self.reaches_everywhere:
            return drop
        # Without the secure bit access(2), which programs ask before they open, would not know of the capability.
        return [*drop, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


class Child:
    """One process, in a session of its own so that Ctrl-C reaches it only through its parent.

    Args:
        stop_signal: asks it to end in order; also what the kernel sends it when its parent dies, even by kill -9.
        log: receives what it prints; the log of the run before is kept as ``<name>.log.1``.
        record: remembers the process on disk, so that a later run can end it if nothing else did.
    """

    def __init__(
        self,
        name: str,
        *,
        log: Path,
        record: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_seconds: float = 10,
    ) -> None:
        self.name = name
        self.log = log
        self._record = record
        self._stop_signal = stop_signal
        self._stop_seconds = stop_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        variables: Mapping[str, str] | None = None,
        identity: Identity | None = None,
    ) -> None:
        """Run ``command`` in ``folder``; ``variables`` are its whole environment, or ours when None.

        Raises:
            CannotStart: the program does not exist or cannot be run.
        """
        rotate(self.log)
        prefix = lifeline(self._stop_signal, identity)
        with self.log.open("ab") as output:
            try:
                self._process = subprocess.Popen(
                    [*prefix, *map(str, command)],
                    cwd=folder,
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise CannotStart(f"{self.name} cannot be run: {error}.") from None
        with suppress(psutil.NoSuchProcess):
            self._record.write_text(f"{self._process.pid} {psutil.Process(self._process.pid).create_time()}")

    @property
    def pid(self) -> int | None:
        """Its process id once started."""
        return self._process.pid if self._process else None

    @property
    def ended(self) -> int | None:
        """The exit status once it has ended, else None."""
        return self._process.poll() if self._process else None

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Return as soon as ``ready`` does.

        Raises:
            CannotStart: the child ended, or was not ready in time.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.ended is not None:
                raise self.failure()
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name} was not ready after {seconds:.0f} s; see {self.log}.")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in order, and by force if that takes too long; what it started ends with it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self._stop_seconds)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._record.unlink(missing_ok=True)

    def complete(self, *, seconds: float) -> None:
        """Wait for a child that does one thing and ends.

        Raises:
            CannotStart: it failed, or took too long.
        """
        self.wait_until(lambda: self.ended == 0, seconds=seconds)

    def failure(self) -> CannotStart:
        """What to say about an end that nobody asked for."""
        log = self._read_log()
        if "No space left on device" in log:
            return CannotStart(
                f"The disk of {self.log.parent} is full: free some space, or set DATA to another folder."
            )
        lines = [f"  | {line}" for line in log.splitlines()[-15:]]
        return CannotStart("\n".join([f"{self.name} ended with status {self.ended}.", *lines, f"  from {self.log}"]))

    def _read_log(self) -> str:
        try:
            return self.log.read_text(errors="replace")
        except OSError as error:
            return str(error)


def end_leftover(record: Path, *, seconds: float = 30) -> None:
    """End the process in ``record`` that its parent, killed, could not end."""
    with suppress(FileNotFoundError, ValueError, psutil.Error):
        pid, created = record.read_text().split()
        process = psutil.Process(int(pid))
        if process.create_time() == float(created):
            with suppress(psutil.TimeoutExpired):
                # The kernel has asked it to end already.
                process.wait(seconds)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    record.unlink(missing_ok=True)


def lifeline(stop_signal: signal.Signals, identity: Identity | None = None) -> list[str]:
    """The prefix of a command whose process the kernel ends when its parent dies."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotStart("The command setpriv is missing: install the package util-linux.")
    return [setpriv, f"--pdeathsig={stop_signal.name[3:]}", *(identity.options() if identity else ()), "--"]


def rotate(log: Path) -> None:
    """Keep the log of the run before beside the new one."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
