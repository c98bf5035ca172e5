"""The stack, by its front door: what it starts really serves, keeps its data and ends."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from ctorendang.infra.stack import CannotStart, EmbeddedStack
from ctorendang.infra.stack.postgres import DATABASE_VARIABLES

CORE = {"postgres", "valkey"}


def a_stack(path: Path, *, components=CORE, environ=None, durable=False) -> EmbeddedStack:
    return EmbeddedStack(path, components=components, durable=durable, environ=environ or {})


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[EmbeddedStack]:
    with a_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


async def fetch(url: str, query: str) -> list[tuple]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


@pytest.mark.parametrize(("variable", "role"), DATABASE_VARIABLES.items())
async def test_each_database_address_opens_as_its_role(stack, variable, role):
    url = stack.variables()[variable]
    assert await fetch(url, "select current_user::text, current_database()::text") == [
        (f"ctorendang_{role}", "ctorendang")
    ]


async def test_the_extensions_are_there(stack):
    names = {
        name
        for (name,) in await fetch(stack.variables()["CTORENDANG_DATABASE_URL"], "select extname from pg_extension")
    }
    assert {"vector", "pg_trgm"} <= names


async def test_no_role_is_above_row_level_security(stack):
    roles = await fetch(
        stack.superuser_url,
        "select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb, rolcanlogin from pg_roles"
        " where rolname like 'ctorendang%'",
    )
    assert sorted(roles) == [
        ("ctorendang_app", False, True),
        ("ctorendang_door", False, False),
        ("ctorendang_owner", False, True),
        ("ctorendang_platform", False, True),
        ("ctorendang_relay", False, True),
    ]


async def test_forced_row_level_security_hides_a_row_from_everyone(stack):
    variables = stack.variables()
    owner = await asyncpg.connect(variables["CTORENDANG_OWNER_DATABASE_URL"])
    try:
        await owner.execute(
            "create table hidden as select 1 as n;"
            "alter table hidden enable row level security, force row level security;"
            "grant select on hidden to ctorendang_app, ctorendang_platform, ctorendang_relay"
        )
    finally:
        await owner.close()
    for variable in DATABASE_VARIABLES:
        assert await fetch(variables[variable], "select * from hidden") == []


async def test_the_app_role_makes_no_tables(stack):
    for variable in DATABASE_VARIABLES.keys() - {"CTORENDANG_OWNER_DATABASE_URL"}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await fetch(stack.variables()[variable], "create table mine (n int)")


@pytest.mark.parametrize("password", ["", "wrong"])
async def test_the_database_opens_only_by_password(stack, password):
    for url in (stack.superuser_url, stack.variables()["CTORENDANG_DATABASE_URL"]):
        role, _, address = url.removeprefix("postgresql://").partition("@")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://{role.split(':')[0]}:{password}@{address}")


def test_the_cache_opens_only_by_password(stack):
    url = stack.variables()["CTORENDANG_REDIS_URL"]
    assert redis.Redis.from_url(url).ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url("redis://" + url.partition("@")[2]).ping()


def test_secrets_are_readable_by_their_owner_alone(stack):
    variables = stack.variables()
    urls = [stack.superuser_url, variables["CTORENDANG_DATABASE_URL"], variables["CTORENDANG_REDIS_URL"]]
    kept = [variables["CTORENDANG_SECRET_KEY"], variables["CTORENDANG_MASTER_KEYS"].partition(":")[2]]
    secrets = [*kept, *(url.split(":")[2].partition("@")[0] for url in urls)]
    holders = [
        file
        for file in stack.data.path.rglob("*")
        if file.is_file() and any(secret in file.read_text(errors="replace") for secret in secrets)
    ]
    assert holders
    assert {file.stat().st_mode & 0o077 for file in holders} == {0}


def test_every_server_listens_on_the_loopback_address_alone(stack):
    for child in stack.children:
        listening = [each for each in psutil.Process(child.pid).net_connections() if each.status == psutil.CONN_LISTEN]
        assert {each.laddr.ip for each in listening} == {"127.0.0.1"}


def test_a_second_stack_on_the_same_folder_is_refused_in_one_line(stack):
    with pytest.raises(CannotStart) as refusal, a_stack(stack.data.path):
        pass
    assert str(refusal.value) == (
        f"Another stack runs on {stack.data.path} (process {os.getpid()}): stop it, or set DATA to another folder."
    )


async def test_two_stacks_run_side_by_side(stack, tmp_path):
    with a_stack(tmp_path) as other:
        for each in (stack, other):
            assert await fetch(each.variables()["CTORENDANG_DATABASE_URL"], "select 1") == [(1,)]


def test_addresses_stay_the_same_after_a_restart(tmp_path):
    with a_stack(tmp_path) as first:
        variables = first.variables()
    with a_stack(tmp_path) as second:
        assert second.variables() == variables


def test_a_taken_port_is_replaced_unless_the_environment_fixes_it(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fixed = {"CTORENDANG_VALKEY_PORT": str(port)}
        with pytest.raises(CannotStart, match=f"Port {port} is taken: set CTORENDANG_VALKEY_PORT to a free one"):
            a_stack(tmp_path, components={"valkey"}, environ=fixed).__enter__()
        (tmp_path / "run" / "ports.json").write_text(f'{{"valkey": {port}}}')
        with a_stack(tmp_path, components={"valkey"}) as stack:
            assert str(port) not in stack.variables()["CTORENDANG_REDIS_URL"]
    with a_stack(tmp_path, components={"valkey"}, environ=fixed) as stack:
        assert f":{port}/" in stack.variables()["CTORENDANG_REDIS_URL"]


def test_a_folder_that_cannot_be_used_is_named_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"^The folder .*/file/data cannot be used \(Not a directory\): set DATA"):
        a_stack(tmp_path / "file" / "data").__enter__()


def test_an_address_in_the_environment_replaces_the_component(tmp_path):
    own = dict.fromkeys(DATABASE_VARIABLES, "postgresql://elsewhere/db") | {"CTORENDANG_REDIS_URL": "redis://elsewhere"}
    with a_stack(tmp_path, environ=own) as stack:
        assert stack.children == []
        assert stack.variables().items() >= own.items()
    with pytest.raises(CannotStart, match="set CTORENDANG_OWNER_DATABASE_URL, "):
        a_stack(tmp_path, environ={"CTORENDANG_DATABASE_URL": "postgresql://elsewhere/db"}).__enter__()


STARTS_A_STACK = """
import sys, time
from pathlib import Path
from ctorendang.infra.stack import EmbeddedStack
with EmbeddedStack(Path(sys.argv[1]), components={"postgres", "valkey", "mail", "idp"}, environ={}) as stack:
    print(stack.variables()["CTORENDANG_OWNER_DATABASE_URL"], *(child.pid for child in stack.children), flush=True)
    time.sleep(600)
"""


class KilledStack:
    """A stack in a process of its own, to be killed."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", STARTS_A_STACK, str(path)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.owner_url, *pids = self.process.stdout.readline().split()
        self.children = [psutil.Process(int(pid)) for pid in pids]

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def test_components_end_with_their_parent_even_when_it_is_killed(tmp_path):
    killed = KilledStack(tmp_path)
    descendants = killed.descendants()
    killed.process.kill()
    assert len(killed.children) == 4
    assert psutil.wait_procs(descendants, timeout=10)[1] == []


async def test_committed_rows_survive_the_kill_of_everything_at_once(tmp_path):
    killed = KilledStack(tmp_path)
    connection = await asyncpg.connect(killed.owner_url)
    await connection.execute("create table kept (n int); insert into kept values (42)")
    for process in [psutil.Process(killed.process.pid), *killed.descendants()]:
        with suppress(psutil.NoSuchProcess):  # children die with their parent, before their turn has come
            process.send_signal(signal.SIGKILL)
    killed.process.wait()
    with a_stack(tmp_path, durable=True) as stack:
        assert await fetch(stack.variables()["CTORENDANG_OWNER_DATABASE_URL"], "select n from kept") == [(42,)]


async def test_a_stale_pid_file_that_names_a_living_stranger_does_not_matter(tmp_path):
    with a_stack(tmp_path, components={"postgres"}):
        pid_file = (tmp_path / "postgres" / "postmaster.pid").read_text()
    stale = [str(os.getpid()), *pid_file.splitlines()[1:]]
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(stale) + "\n")
    with a_stack(tmp_path, components={"postgres"}) as stack:
        assert await fetch(stack.variables()["CTORENDANG_OWNER_DATABASE_URL"], "select 1") == [(1,)]


def test_a_component_that_does_not_start_shows_why_and_leaves_nothing_running(tmp_path):
    with a_stack(tmp_path):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStart, match="postgres ended with status 1") as refusal:
        a_stack(tmp_path).__enter__()
    assert "not compatible" in str(refusal.value)
    assert not [each for each in psutil.Process().children(recursive=True) if works_in(each, tmp_path)]
    assert not a_stack(tmp_path).data.held


def works_in(process: psutil.Process, path: Path) -> bool:
    try:
        return str(path) in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended meanwhile, or waits to be reaped
        return False


def mail_to(recipient: str, port: int) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "no-reply@acme.example", recipient, "Welcome <b>aboard</b>"
    message.set_content("Open https://acme.example/verify?token=abc to begin.")
    message.add_alternative("<p>Open <a href='https://acme.example'>the page</a><script>1</script></p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.send_message(message)


def get(url: str, host: str | None = None) -> tuple[int, str, str]:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode(), response.headers["Content-Security-Policy"]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), ""


def test_a_caught_mail_is_shown_even_after_a_restart_and_only_to_this_machine(tmp_path):
    with a_stack(tmp_path, components={"mail"}) as stack:
        mail_to("ada@acme.example", int(stack.variables()["CTORENDANG_SMTP_URL"].rpartition(":")[2]))
    with a_stack(tmp_path, components={"mail"}) as stack:
        status, page, _ = get(stack.inbox_url)
        assert status == 200
        assert "ada@acme.example" in page
        assert "Welcome &lt;b&gt;aboard&lt;/b&gt;" in page
        (key,) = [file.name for file in (tmp_path / "mail" / "maildir" / "new").iterdir()]
        _, opened, _ = get(f"{stack.inbox_url}/mail/{key}")
        assert 'href="https://acme.example/verify?token=abc"' in opened
        assert "<script>" not in opened
        _, html, policy = get(f"{stack.inbox_url}/mail/{key}/html")
        assert "the page</a>" in html
        assert policy.startswith("sandbox allow-popups")
        assert get(f"{stack.inbox_url}/mail/../maildir")[0] == 404
        assert get(stack.inbox_url, host="evil.example:80")[0] == 421


def test_the_core_starts_quickly_from_nothing(tmp_path):
    begun = time.monotonic()
    with a_stack(tmp_path):
        assert time.monotonic() - begun < 5
