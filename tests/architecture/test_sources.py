"""The product's text keeps its own rules; each lint is also shown to notice what it forbids."""

import ast
import csv
import re
from collections.abc import Callable, Container, Iterable
from pathlib import Path

import pytest

from ctorendang.domains.accounts.keys.scopes import Scope
from ctorendang.domains.accounts.roles import Role
from ctorendang.registry import DOMAINS
from tests.architecture.sources import (
    OWN_CONNECTIONS,
    OWN_TRANSACTIONS,
    PRODUCT,
    REPOSITORY,
    UNGUARDED,
    over_budget,
    own_connections,
    own_transactions,
    python_files,
    service_methods,
    unguarded_methods,
    vague_names,
)

FILES = python_files(PRODUCT)
SERVICE_ROLES = {"authenticator", "worker", "scim", "operator"}
ABSTRACT_ROLES = {"visitor", "member"}
SCOPES = {"scope:any"} | {scope.role for scope in Scope}


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def complaints(
    lint: Callable[[ast.Module], Iterable[str]], paths: Iterable[Path], besides: Container[str] = ()
) -> dict:
    """What a lint says, by file."""
    found = {
        name_of(path): list(lint(tree_of(path))) for path in paths if str(path.relative_to(PRODUCT)) not in besides
    }
    return {name: said for name, said in found.items() if said}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def policy_rows(kind: str) -> list[list[str]]:
    text = (REPOSITORY / "policies" / "roles.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if line and not line.startswith("#"))
    return [[cell.strip() for cell in row[1:]] for row in rows if row[0] == kind]


def test_only_the_unit_of_work_begins_commits_or_sets_context():
    assert complaints(own_transactions, FILES, besides=OWN_TRANSACTIONS) == {}


@pytest.mark.parametrize("path", sorted(PRODUCT.rglob("*.sql")), ids=name_of)
def test_no_statement_in_a_file_sets_context(path: Path):
    if path.name != "bootstrap.sql":  # run by a superuser before there is a product
        script = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("--"))
        assert not re.search(r"set_config|\bset\s+(local|session)\b", script, re.IGNORECASE)


@pytest.mark.parametrize(
    "bad",
    [
        "session.execute(text(\"select set_config('app.tenant_id', :id, false)\"))",
        "session.execute('set local app.tenant_id = 1')",
        "session.execute('SET app.tenant_id TO 1')",
        "session.execute('commit')",
        "session.execute('reset role')",
        "session.execute(f\"select set_config('app.roles', {roles}, true)\")",
        "async def f(work): await work.session.commit()",
        "async def f(work): await work.session.rollback()",
        "async def f(session):\n  async with session.begin(): pass",
        "async def f(work):\n  async with work.session.begin_nested(): pass",
        "async def f(connection):\n  async with connection.transaction(): pass",
    ],
)
def test_a_second_place_that_scopes_or_commits_is_noticed(bad: str):
    assert list(own_transactions(ast.parse(bad))) != []


@pytest.mark.parametrize(
    "good",
    [
        "async def f(product, actor):\n  async with product.units.begin(actor): pass",
        "def f():\n  'set a = 1'",
        "raise Refused('Set a new password.')",
    ],
)
def test_opening_the_unit_of_work_and_prose_are_fine(good: str):
    assert list(own_transactions(ast.parse(good))) == []


def test_only_named_places_connect_to_postgres():
    assert complaints(own_connections, FILES, besides=OWN_CONNECTIONS) == {}


@pytest.mark.parametrize(
    "bad", ["asyncpg.connect(url)", "create_async_engine(url)", "self._engine.connect()", "AsyncSession(engine)"]
)
def test_another_connection_is_noticed(bad: str):
    assert list(own_connections(ast.parse(bad))) != []


@pytest.mark.parametrize("place", [*OWN_TRANSACTIONS, *OWN_CONNECTIONS])
def test_an_exception_is_still_needed(place: str):
    tree = tree_of(PRODUCT / place)
    assert [*own_transactions(tree), *own_connections(tree)] != []


def test_every_public_service_method_begins_with_a_permission():
    assert complaints(unguarded_methods, python_files(PRODUCT / "domains")) == {}


def test_there_are_services_to_look_at():
    found = [name for path in python_files(PRODUCT / "domains") for name in service_methods(tree_of(path))]
    assert {
        "ProjectService.create",
        "MemberService.suspend",
        "Authentication.sign_in",
        "Sessions.refresh",
        "Recovery.reset_password",
    } <= set(found)
    assert len(found) >= 45
    assert {f"{service}.{method}" for service, method in UNGUARDED} <= set(found)


@pytest.mark.parametrize(
    "bad",
    [
        "class NoteService:\n  async def read(self): return 1",
        "class NoteService:\n  async def read(self):\n    'Reads.'\n    self.x = 1\n    self._work.require(P.READ)",
        "class NoteService:\n  async def read(self):\n    if self.x: self._work.require(NotePermission.READ)",
        "class NoteService:\n  async def read(self): self._work.require('notes:note:read')",
        "class NoteService:\n  def read(self): self._work.allows(NotePermission.READ)",
        "class NoteService:\n  @property\n  def all(self): return self._rows",
        "class Notes:\n  def __init__(self, work: UnitOfWork): pass\n  async def read(self): return 1",
        "class Recovery:\n  async def send(self): return 1",
    ],
)
def test_a_method_that_asks_nobody_is_noticed(bad: str):
    assert list(unguarded_methods(ast.parse(bad))) != []


@pytest.mark.parametrize(
    "good",
    [
        "class NoteService:\n  def read(self):\n    'Reads.'\n    self._work.require(NotePermission.READ)\n    return",
        "class Authentication:\n  def read(self):\n    self._product.grants.require(self._actor, NotePermission.READ)",
        "class NoteService:\n  def _own(self): return 1",
        "class NoteRepository:\n  def find(self): return 1",
    ],
)
def test_a_method_that_asks_first_is_fine(good: str):
    assert list(unguarded_methods(ast.parse(good))) == []


def test_a_module_is_named_for_its_role():
    tests = python_files(REPOSITORY / "tests")
    assert [path for path in [*FILES, *tests] if list(vague_names(path.relative_to(REPOSITORY)))] == []


@pytest.mark.parametrize("bad", ["infra/utils.py", "domains/common/service.py", "kit/helpers/__init__.py"])
def test_a_vague_name_is_noticed(bad: str):
    assert list(vague_names(Path(bad))) != []


def test_a_file_and_its_functions_are_short():
    tests = python_files(REPOSITORY / "tests")
    found = {name_of(path): list(over_budget(path.read_text("utf-8"))) for path in [*FILES, *tests]}
    assert {name: said for name, said in found.items() if said} == {}


def test_a_long_file_or_function_is_noticed():
    assert list(over_budget("x = 1\n" * 301)) != []
    assert list(over_budget("def f():\n" + "    x = 1\n" * 40)) != []
    assert list(over_budget("def f():\n" + "    x = 1\n" * 39)) == []


def test_every_permission_has_a_policy_row_and_every_row_a_permission():
    asked = {str(permission) for domain in DOMAINS for permission in domain.permissions}
    granted = {permission for _, permission in policy_rows("p")}
    assert granted - asked == set(), "rows that nobody asks for"
    assert asked - granted == set(), "permissions that nobody has"


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_a_permission_is_named_after_its_domain(domain):
    for permission in domain.permissions:
        assert re.fullmatch(rf"{domain.name}:[a-z_]+:[a-z_]+", permission)


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_every_permission_is_asked_for_somewhere(domain):
    sources = "\n".join(path.read_text("utf-8") for path in python_files(PRODUCT / "domains"))
    for permission in domain.permissions:
        assert f"{domain.permissions.__name__}.{permission.name}" in sources


def test_the_policy_names_known_roles_only():
    known = {str(role) for role in Role} | SERVICE_ROLES | ABSTRACT_ROLES | SCOPES
    named = {role for role, _ in policy_rows("p")} | {each for row in policy_rows("g") for each in row[:2]}
    assert named == known


def test_roles_extend_roles_in_every_tenant_alike():
    assert {tenant for _, _, tenant in policy_rows("g")} == {"*"}


def test_a_role_of_the_product_itself_is_no_role_of_people():
    assert not SERVICE_ROLES & {str(role) for role in Role}
    assert not SERVICE_ROLES & {extended for _, extended, _ in policy_rows("g")}, "nobody inherits from them"


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_handlers_run_in_roles_of_the_product_itself(domain):
    assert {subscription.role for subscription in domain.subscriptions} <= SERVICE_ROLES
