"""``ctorendang up``: everything in order, watched, and ended together."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from ctorendang.infra.stack.child import Child
from ctorendang.infra.stack.data import answers, is_free
from ctorendang.infra.stack.errors import CannotStart
from ctorendang.infra.stack.stack import EmbeddedStack

Say = Callable[[str], None]


class AskedToStop(BaseException):
    """Ctrl-C, a closed terminal or SIGTERM."""


class Supervisor:
    """Starts the stack, prepares the database, runs worker and web, and ends all of it when asked or when one ends.

    Args:
        root: the repository, with ``tenants/`` and ``migrations/``.
        data: what is kept between runs.
        port: of the web process, on the loopback address.
        say: prints; what it is given ends in a line break or stays open for the rest of the line.
    """

    def __init__(self, *, root: Path, data: Path, port: int, say: Say) -> None:
        self._root = root
        self._port = port
        self._say = say
        self._stack = EmbeddedStack(data, environ=os.environ | {"CTORENDANG_PUBLIC_PORT": str(port)}, step=self._step)
        self._ending = ExitStack()
        self._children: list[Child] = []
        self._started = time.monotonic()

    def run(self) -> None:
        """Serve until asked to stop.

        Raises:
            CannotStart: something did not start, or ended by itself; everything else has been ended.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _ask_to_stop)
        try:
            with self._ending:
                self._require_port()
                self._ending.enter_context(self._stack)
                self._serve()
                self._greet()
                self._ending.callback(self._say, "\nStopping\n")
                self._watch()
        except AskedToStop:
            self._say("Stopped\n")

    def _require_port(self) -> None:
        if not is_free(self._port):
            raise CannotStart(
                f"Port {self._port} is taken: stop what listens there, or choose another, as in `make up PORT=8001`."
            )

    def _serve(self) -> None:
        self._complete("Migrations", "db", "upgrade")
        # They get ready beside the steps that follow, and hear of new tenants as they would at any time.
        worker = self._start("Worker", "worker")
        web = self._start("Web", "serve", "--port", str(self._port))
        self._complete("Tenants", "tenants", "apply")
        self._complete("Demo data", "demo", "load")
        self._stack.wait_for_search()
        with self._step("Worker and web"):
            web.wait_until(lambda: answers(self._port, "/ready"), seconds=60)
        self._children = [*self._stack.children, worker, web]

    def _complete(self, title: str, *arguments: str) -> None:
        with self._step(title):
            self._start(title, *arguments).complete(seconds=900)

    def _start(self, title: str, *arguments: str) -> Child:
        child = self._stack.data.child(title.lower().replace(" ", "-"), stop_seconds=20)
        self._ending.callback(child.stop)
        child.start(
            [sys.executable, "-m", "ctorendang.cli", *arguments],
            folder=self._root,
            variables=os.environ | self._stack.variables(),
        )
        return child

    def _greet(self) -> None:
        slugs = sorted(file.stem for file in (self._root / "tenants").glob("*.yaml"))
        lines = [f"Ready after {time.monotonic() - self._started:.0f} s; Ctrl-C stops everything.", ""]
        if self._stack.search_failure:
            lines += [f"Typesense does not run here, so PostgreSQL searches: {self._stack.search_failure}", ""]
        lines += [f"  {slug:<12} http://{slug}.localhost:{self._port}" for slug in slugs]
        if self._stack.inbox_url:
            lines.append(f"  {'mail':<12} {self._stack.inbox_url}")
        if self._stack.identity_provider_url:
            lines.append(f"  {'sign-on':<12} {self._stack.identity_provider_url}")
        lines += [
            "",
            "Sign in as client@<tenant>.example, cto@<tenant>.example or admin@<tenant>.example,",
            "on the console as root@platform.example; the password is ctorendang-demo.",
            "At acme and northwind two clicks will do: “Sign in with … Identity”, and a person.",
        ]
        self._say("\n".join(["", *lines, "", ""]))

    def _watch(self) -> None:
        while True:
            for child in self._children:
                if child.ended is not None:
                    raise child.failure()
            time.sleep(0.2)

    @contextmanager
    def _step(self, title: str) -> Iterator[None]:
        begun = time.monotonic()
        self._say(f"  {title:<20}")
        try:
            yield
        except BaseException:
            self._say("\n")
            raise
        self._say(f"{time.monotonic() - begun:6.1f} s\n")


def _ask_to_stop(_: int, __: FrameType | None) -> None:
    # Once is enough: a second Ctrl-C would only keep the database from closing in order.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise AskedToStop
