"""``ctorendang up`` by its front door: one command, pages that answer, one clear line when something is wrong."""

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.serving import free_port

from ctorendang.infra.stack.data import is_free

REPOSITORY = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "ctorendang.cli"]


def variables(data: Path, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CTORENDANG_")}
    return inherited | {"DATA": str(data)} | more


def run(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=variables(data, **more), capture_output=True, text=True, timeout=180, check=False
    )


class Up:
    """A running ``ctorendang up``."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.process = subprocess.Popen(
            [*COMMAND, "up"],
            env=variables(data, PORT=str(self.port)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.output = ""
        self._read_until("the password is")
        self.children = psutil.Process(self.process.pid).children(recursive=True)

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def _read_until(self, words: str) -> None:
        while (line := self._lines.get(timeout=180)) is not None:
            self.output += line
            if words and words in line:
                return
        assert not words, self.output

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and read what it says until it has ended."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        self._read_until("")
        return self.process.wait(60)

    def child(self, *words: str) -> psutil.Process:
        return next(each for each in self.children if each.is_running() and set(words) <= set(each.cmdline()))

    def nothing_is_left(self) -> bool:
        return psutil.wait_procs(self.children, timeout=5)[1] == [] and is_free(self.port)


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[[], Up]]:
    started: list[Up] = []

    def start() -> Up:
        started.append(Up(tmp_path / "data"))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def page(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"acme.localhost:{port}"})
    with urllib.request.urlopen(request) as response:
        return response.read().decode()


def profiles(page: str) -> list[str]:
    found = re.findall(r"/ctos/[0-9a-f-]{36}", page)
    assert found
    return found


def test_it_serves_the_demo_tenants_and_ends_in_order(start):
    up = start()
    for tenant in ("acme", "northwind", "globex", "console"):
        assert f"http://{tenant}.localhost:{up.port}\n" in up.output
    assert "/ctos/" in page(up.port, "/ctos")
    env = dict(line.split("=", 1) for line in run(up.data, "env").stdout.splitlines())
    assert env["CTORENDANG_DATABASE_URL"].startswith("postgresql://ctorendang_app:")
    assert env["CTORENDANG_PUBLIC_PORT"] == str(up.port)
    assert run(up.data, "tenants", "plan").stdout.splitlines() == [
        f"{tenant}: as declared" for tenant in ("acme", "console", "globex", "northwind")
    ]
    second = run(up.data, "up", PORT=str(free_port()))
    assert second.returncode == 1
    assert second.stderr.startswith(f"Error: Another stack runs on {up.data} (process {up.process.pid}): stop it,")
    assert up.end(signal.SIGTERM) == 0
    assert up.output.endswith("Stopping\nStopped\n")
    assert up.nothing_is_left()


def test_killed_whole_it_starts_again_with_its_data_and_a_dead_child_ends_it(start):
    killed = start()
    kept = page(killed.port, "/ctos")
    for process in [psutil.Process(killed.process.pid), *killed.children]:
        with suppress(psutil.NoSuchProcess):  # children die with their parent, before their turn has come
            process.kill()
    killed.process.wait()
    up = start()
    assert profiles(page(up.port, "/ctos")) == profiles(kept)
    up.child("serve").kill()
    assert up.wait() == 1
    assert "Stopping\nError: web ended with status -9.\n" in up.output
    assert up.nothing_is_left()


@pytest.mark.parametrize("command", ["up", "env"])
def test_a_mistake_is_told_in_one_line(tmp_path, command):
    (tmp_path / "file").touch()
    told = run(tmp_path / "file" / "data", command)
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert told.stderr.startswith("Error: ")


def test_a_taken_port_is_told_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run(tmp_path, "up", PORT=str(port))
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == (
        f"Error: Port {port} is taken: stop what listens there, or choose another, as in `make up PORT=8001`.\n"
    )
    assert list(tmp_path.iterdir()) == []
