"""The components of one machine, started together and ended together."""

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from ctorendang.infra.stack.child import Child
from ctorendang.infra.stack.data import DataFolder
from ctorendang.infra.stack.errors import CannotStart
from ctorendang.infra.stack.identity_provider import DemoIdentityProvider
from ctorendang.infra.stack.mail import MailCatcher
from ctorendang.infra.stack.postgres import DATABASE_VARIABLES, Postgres
from ctorendang.infra.stack.typesense import Typesense
from ctorendang.infra.stack.valkey import Valkey
from ctorendang.kit.wheels import NotInstalled

Step = Callable[[str], AbstractContextManager[None]]

EVERYTHING = frozenset({"postgres", "valkey", "typesense", "mail", "idp"})
_REPLACEMENTS = {
    "postgres": "CTORENDANG_DATABASE_URL",
    "valkey": "CTORENDANG_REDIS_URL",
    "typesense": "CTORENDANG_TYPESENSE_URL",
    "mail": "CTORENDANG_SMTP_URL",
    "idp": "CTORENDANG_IDP_URL",
}


def unwatched(_: str) -> AbstractContextManager[None]:
    """A step that nobody watches."""
    return nullcontext()


class Component(Protocol):
    """A server that the stack can start."""

    name: str
    child: Child

    def start(self) -> None:
        """Start its process."""

    def wait(self) -> None:
        """Return when it serves."""

    def variables(self) -> dict[str, str]:
        """What the product must know to use it."""


class EmbeddedStack:
    """Starts what the product needs on entering, ends it on leaving.

    Enter it in the main thread: the kernel ends the components when the thread that started them ends.

    Args:
        path: the folder that keeps data, ports, passwords and logs; one stack at a time.
        components: which of ``EVERYTHING``; one whose address is in ``environ`` is not started.
        durable: False makes the database fast and careless; for tests.
        environ: the variables of the environment.
        step: opens a context around each step, for people who watch.
    """

    def __init__(
        self,
        path: Path,
        *,
        components: Collection[str] = EVERYTHING,
        durable: bool = True,
        environ: Mapping[str, str] = os.environ,
        step: Step = unwatched,
    ) -> None:
        self._environ = environ
        self._step = step
        self.data = DataFolder(path, environ)
        wanted = {name for name in components if not environ.get(_REPLACEMENTS[name])}
        self._postgres = Postgres(self.data, durable=durable) if "postgres" in wanted else None
        self._typesense = Typesense(self.data) if "typesense" in wanted else None
        self._mail = MailCatcher(self.data) if "mail" in wanted else None
        self._valkey = Valkey(self.data) if "valkey" in wanted else None
        # Nobody needs a password there, so it serves nothing that is more than an attempt.
        development = environ.get("CTORENDANG_ENVIRONMENT", "development") == "development"
        self._idp = DemoIdentityProvider(self.data) if "idp" in wanted and development else None
        parts = (self._postgres, self._valkey, self._mail, self._idp)
        self._prompt: list[Component] = [part for part in parts if part]
        self._running: list[Component] = []
        self._ending = ExitStack()
        self.search_failure = ""

    def __enter__(self) -> Self:
        self._require_whole_database()
        with ExitStack() as ending:
            self.data.acquire()
            ending.callback(self.data.release)
            if self._typesense:
                # It is slow to start and others can do without it: it gets ready beside them.
                ending.callback(self._typesense.child.stop)
                self._begin_search(self._typesense)
            for component in self._prompt:
                ending.callback(component.child.stop)
                with self._step(component.name):
                    component.start()
                    component.wait()
                self._running.append(component)
            self.data.remember(self.variables())
            self._ending = ending.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.close()
        self._running.clear()

    def wait_for_search(self) -> None:
        """Wait until Typesense serves; ``search_failure`` says why where it does not."""
        if self._typesense is None or self.search_failure:
            return
        with self._step(self._typesense.name):
            try:
                self._typesense.wait()
            except CannotStart as failure:
                self.search_failure = str(failure)
                return
        self._running.append(self._typesense)

    @property
    def children(self) -> list[Child]:
        """The processes that must stay alive."""
        return [component.child for component in self._running]

    @property
    def inbox_url(self) -> str:
        """Where caught mail is read; empty when mail really leaves."""
        return self._mail.page_url if self._mail else ""

    @property
    def identity_provider_url(self) -> str:
        """Where made-up people sign on; empty when they do not."""
        return self._idp.url if self._idp else ""

    @property
    def superuser_url(self) -> str:
        """The database's superuser, for tests.

        Raises:
            CannotStart: the database is not of this stack.
        """
        if self._postgres is None:
            raise CannotStart("The database is one of the environment: this stack has no superuser there.")
        return self._postgres.superuser_url

    def variables(self) -> dict[str, str]:
        """Every ``CTORENDANG_`` variable that a process of the product needs; those of the environment win."""
        variables = {
            "CTORENDANG_ENVIRONMENT": "development",
            "CTORENDANG_SECRET_KEY": self.data.secret("secret_key"),
            "CTORENDANG_MASTER_KEYS": f"development:{self.data.secret('master_key')}",
            "CTORENDANG_FILES_URL": (self.data.path / "files").as_uri(),
        }
        for component in self._started():
            variables |= component.variables()
        return variables | {name: value for name, value in self._environ.items() if name.startswith("CTORENDANG_")}

    def _started(self) -> list[Component]:
        search: list[Component] = [self._typesense] if self._typesense else []
        return [component for component in self._prompt + search if component.child.pid]

    def _begin_search(self, typesense: Typesense) -> None:
        try:
            typesense.start()
        except (CannotStart, NotInstalled) as failure:
            self.search_failure = str(failure)

    def _require_whole_database(self) -> None:
        missing = [name for name in DATABASE_VARIABLES if not self._environ.get(name)]
        if self._environ.get(_REPLACEMENTS["postgres"]) and missing:
            raise CannotStart(f"CTORENDANG_DATABASE_URL names a database of your own: set {', '.join(missing)} too.")
