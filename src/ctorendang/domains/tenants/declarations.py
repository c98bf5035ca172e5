"""Tenants as code: the files under ``tenants/``, read whole or refused whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from ctorendang.domains.tenants.declared_sso import DeclaredSso, sso_problems
from ctorendang.infra.tenancy.hosts import normalise_host
from ctorendang.infra.theming.errors import InvalidThemeSettings, UnknownTheme
from ctorendang.infra.theming.renderer import ThemeRenderer
from ctorendang.infra.validation import Fields


class InvalidDeclarations(Exception):
    """Some files are no good; one line a problem, each naming file, line and reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class ThemeChoice(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which theme, and the values for it."""

    name: str = "base"
    settings: dict[str, Any] = {}


class Declaration(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """One tenant as its file says it should be. The first domain is the primary one."""

    api_version: Literal["ctorendang/v1"]
    slug: str
    name: str
    domains: list[str]
    kind: Literal["enterprise", "platform"] = "enterprise"
    plan: str = "standard"
    tagline: str = ""
    currency: str = "EUR"
    locale: str = "en"
    theme: ThemeChoice = ThemeChoice()
    sso: DeclaredSso = DeclaredSso()


@dataclass(frozen=True, slots=True)
class _File:
    """A file's content, and on which line each path in it stands."""

    path: Path
    lines: dict[str, int]
    content: Any

    def problem(self, path: str, reason: str) -> str:
        """A problem at a path such as ``$.domains[0]``, on the nearest line known."""
        while path not in self.lines and path != "$":
            path = path[: max(path.rfind("."), path.rfind("["), 1)]
        return f"{self.path}:{self.lines.get(path, 1)}: {reason}"


def read_declarations(folder: Path, themes: ThemeRenderer) -> list[Declaration]:
    """Every declaration of a folder.

    Raises:
        InvalidDeclarations: any of them is no good; then none is to be used.
    """
    found: list[tuple[_File, Declaration]] = []
    problems: list[str] = []
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise InvalidDeclarations([f"{folder}: there are no .yaml files here"])
    for path in files:
        try:
            file = _read(path)
            declaration = _convert(file)
            problems += _check(file, declaration, themes)
            found.append((file, declaration))
        except InvalidDeclarations as error:
            problems += error.problems
    problems += _clashes(found)
    if problems:
        raise InvalidDeclarations(problems)
    return [declaration for _, declaration in found]


def _read(path: Path) -> _File:
    lines: dict[str, int] = {}
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        problems = [f"{path}:{line}: {reason}" for line, reason in _index(node, "$", lines)] if node else []
        content = yaml.safe_load(text) if not problems else None
    except UnicodeDecodeError:
        raise InvalidDeclarations([f"{path}:1: the file is not in UTF-8"]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidDeclarations([f"{path}:{line}: {error.problem or 'this is not YAML'}"]) from None
    except yaml.YAMLError as error:
        raise InvalidDeclarations([f"{path}:1: {str(error).splitlines()[0]}"]) from None
    except (ValueError, RecursionError) as error:
        reason = "it refers to itself" if isinstance(error, RecursionError) else str(error)
        raise InvalidDeclarations([f"{path}:1: this cannot be read: {reason}"]) from None
    if problems:
        raise InvalidDeclarations(problems)
    return _File(path, lines, content)


def _index(node: yaml.Node, path: str, lines: dict[str, int]) -> list[tuple[int, str]]:
    """Note each path's line; a key that stands twice is a problem, since YAML would let the last one win."""
    lines.setdefault(path, node.start_mark.line + 1)
    problems = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = f"{path}.{key.value}"
            if not isinstance(key, yaml.ScalarNode):
                problems.append((key.start_mark.line + 1, "a key must be a word"))
            elif inner in lines:
                problems.append((key.start_mark.line + 1, f"`{key.value}` stands here twice"))
            lines[inner] = key.start_mark.line + 1
            problems += _index(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            problems += _index(value, f"{path}[{place}]", lines)
    return problems


def _convert(file: _File) -> Declaration:
    try:
        return msgspec.convert(file.content, Declaration)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at ")
        path = where.strip("`") or "$"
        if unknown := re.search(r"unknown field `(.+)`", reason):
            path, reason = f"{path}.{unknown[1]}", f"there is no field `{unknown[1]}`"
        raise InvalidDeclarations([file.problem(path, reason)]) from None


def _check(file: _File, declaration: Declaration, themes: ThemeRenderer) -> list[str]:
    problems = []
    if declaration.slug != file.path.stem:
        problems.append(file.problem("$.slug", f"the slug must be the file's name, `{file.path.stem}`"))
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,38}[a-z0-9]", declaration.slug):
        problems.append(file.problem("$.slug", "use 3 to 40 lower-case letters, digits and hyphens"))
    problems += _text_problems(file, declaration)
    if not re.fullmatch(r"[A-Z]{3}", declaration.currency):
        problems.append(file.problem("$.currency", "use a code of three capital letters, such as EUR"))
    if not declaration.domains:
        problems.append(file.problem("$.domains", "name at least one domain"))
    for place, host in enumerate(declaration.domains):
        if normalise_host(host) != host:
            problems.append(file.problem(f"$.domains[{place}]", f"`{host}` is no host name in lower case"))
    if declaration.kind == "platform" and declaration.sso.connections:
        problems.append(file.problem("$.sso", "the platform itself has no single sign-on of a tenant"))
    problems += [file.problem(path, reason) for path, reason in sso_problems(declaration.sso)]
    try:
        themes.validate_settings(declaration.theme.name, declaration.theme.settings)
    except UnknownTheme:
        problems.append(file.problem("$.theme.name", f"there is no theme `{declaration.theme.name}`"))
    except InvalidThemeSettings as error:
        problems += [
            file.problem(f"$.theme.settings.{field}", f"`{field}`: {reason}" if field else reason)
            for field, reason in error.fields.items()
        ]
    return problems


def _text_problems(file: _File, declaration: Declaration) -> list[str]:
    fields = Fields()
    fields.text("name", declaration.name, most=80)
    fields.text("plan", declaration.plan, most=40)
    fields.text("tagline", declaration.tagline, most=120, least=0)
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", declaration.locale):
        fields.refuse("locale", "Use a language, such as en or en-GB.")
    return [file.problem(f"$.{name}", reason) for name, reason in fields.problems.items()]


def _clashes(found: Sequence[tuple[_File, Declaration]]) -> list[str]:
    owners: dict[str, Path] = {}
    problems = []
    for file, declaration in found:
        for place, host in enumerate(declaration.domains):
            if host in owners:
                problems.append(file.problem(f"$.domains[{place}]", f"`{host}` belongs to {owners[host].name} already"))
            owners.setdefault(host, file.path)
    platforms = [file for file, declaration in found if declaration.kind == "platform"]
    problems += [file.problem("$.kind", f"{platforms[0].path.name} is the platform already") for file in platforms[1:]]
    return problems
