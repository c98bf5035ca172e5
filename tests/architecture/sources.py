"""What must hold of the product's own text. Each lint reads one parsed file and returns complaints."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCT = REPOSITORY / "src" / "ctorendang"

MOST_LINES = 300
MOST_FUNCTION_LINES = 40

# Who begins transactions and sets context besides the unit of work, and why.
OWN_TRANSACTIONS = {
    "infra/db/session.py": "the unit of work",
    "demo/store.py": "fills tables faster than a session can, in development",
    "demo/loading.py": "makes tenants by the hundred, in development",
    "domains/ctos/taxonomy.py": "imports the taxonomy, a table of no tenant, as the owner",
}
# Who connects to Postgres besides the unit of work, and why.
OWN_CONNECTIONS = {
    **OWN_TRANSACTIONS,
    "infra/tenancy/directory.py": "listens for changes, and asks whose a host is before a tenant is known",
    "cli/db.py": "imports the taxonomy as the owner",
}
# Public methods of services that do not begin with a permission, and why.
UNGUARDED = {
    ("Sessions", "identify"): "tells who is asking, so nobody is there yet who could be allowed to",
}

_SQL_CONTEXT = re.compile(
    r"\bset_config\s*\("
    r"|^\s*set\s+(local\s+|session\s+)?[\w.]+\s*(=|\bto\b)"
    r"|^\s*(reset\s+\w+|begin|start\s+transaction|commit|rollback|savepoint\s+\w+)\s*;?\s*$",
    re.IGNORECASE,
)
_TRANSACTION_CALLS = {"begin", "begin_nested", "commit", "rollback", "transaction", "sync_session"}
_CONNECTION_CALLS = {"create_async_engine", "create_engine", "async_sessionmaker", "AsyncSession", "create_pool"}
_UNITS = {"units", "platform_units", "_units"}
_SERVICES = re.compile(r".*Service|Authentication|Credentials|Recovery|Sessions|SignOn")
_VAGUE_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(folder: Path) -> list[Path]:
    """The Python files below a folder."""
    return sorted(folder.rglob("*.py"))


def own_transactions(tree: ast.Module) -> Iterator[str]:
    """Context or transactions that are not the unit of work's."""
    docstrings = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            if _SQL_CONTEXT.search(node.value):
                yield f"line {node.lineno}: the statement {node.value[:40]!r}"
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _TRANSACTION_CALLS
            and not _is_units(node.func)
        ):
            yield f"line {node.lineno}: a call of {node.func.attr}"


def _is_units(called: ast.Attribute) -> bool:
    """``units.begin`` opens the unit of work itself."""
    receiver = called.value
    name = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
    return called.attr == "begin" and name in _UNITS


def own_connections(tree: ast.Module) -> Iterator[str]:
    """Connections that are not the unit of work's."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if (
            called.split(".")[-1] in _CONNECTION_CALLS
            or called == "asyncpg.connect"
            or called.endswith("engine.connect")
        ):
            yield f"line {node.lineno}: a call of {called}"


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield id(first.value)


def unguarded_methods(tree: ast.Module) -> Iterator[str]:
    """Public methods of services whose first statement requires no permission."""
    for service, method in _service_methods(tree):
        if (service.name, method.name) not in UNGUARDED and not _requires_first(method):
            yield f"line {method.lineno}: {service.name}.{method.name} does not begin with a permission"


def service_methods(tree: ast.Module) -> Iterator[str]:
    """Public methods of services, by name."""
    return (f"{service.name}.{method.name}" for service, method in _service_methods(tree))


def _service_methods(tree: ast.Module) -> Iterator[tuple[ast.ClassDef, Function]]:
    for service in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and _is_service(node)):
        for method in service.body:
            if isinstance(method, Function) and not method.name.startswith("_"):
                yield service, method


def _is_service(node: ast.ClassDef) -> bool:
    """By its name, or because it works with a unit of work or the product whatever it is called."""
    if _SERVICES.fullmatch(node.name):
        return True
    init = next((each for each in node.body if isinstance(each, Function) and each.name == "__init__"), None)
    annotations = [ast.unparse(each.annotation) for each in init.args.args if each.annotation] if init else []
    return "UnitOfWork" in annotations or "Product" in annotations


def _requires_first(method: Function) -> bool:
    body = method.body[1:] if ast.get_docstring(method) is not None else method.body
    match body[0] if body else None:
        case ast.Expr(ast.Call(func=ast.Attribute(attr="require"), args=[*_, ast.Attribute(value=ast.Name(id=enum))])):
            return enum.endswith("Permission")
    return False


def published_events(tree: ast.Module) -> Iterator[str]:
    """The names of the events that units of work publish; raises ValueError for one that is not written out."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(ast.Name("work") | ast.Attribute(attr="_work"), "publish"), args=args):
                match args:
                    case [ast.Constant(str(event)), *_]:
                        yield event
                    case _:
                        raise ValueError(f"line {node.lineno}: the name of the event is not written out")


def vague_names(path: Path) -> Iterator[str]:
    """Modules and packages whose name says nothing."""
    yield from (part for part in path.with_suffix("").parts if part in _VAGUE_NAMES)


def over_budget(source: str) -> Iterator[str]:
    """A file or functions that are too long to read in one go."""
    lines = source.count("\n")
    if lines > MOST_LINES:
        yield f"{lines} lines, the most is {MOST_LINES}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            # What a docstring tells makes a function easier to read, not harder.
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
            if length > MOST_FUNCTION_LINES:
                yield f"line {node.lineno}: {node.name} has {length} lines, the most is {MOST_FUNCTION_LINES}"


def _docstring_lines(node: Function) -> int:
    if ast.get_docstring(node) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
