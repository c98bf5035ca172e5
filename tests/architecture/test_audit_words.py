"""Whatever the product writes into the trail has words for people."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctorendang.domains.audit.words import Kind, actions_of, has_words
from ctorendang.domains.engagements.transitions import TRANSITIONS
from ctorendang.registry import DOMAINS
from tests.architecture.sources import PRODUCT, python_files

NAMES = "|".join(domain.name for domain in DOMAINS)
ACTION = re.compile(rf"(?:{NAMES})\.[a-z_]+\.[a-z_]+")
BEGINNING = re.compile(rf"(?:{NAMES})\.[a-z_]+\.")
# The steps of an engagement are data, and say themselves what they are called afterwards.
PASTS = {each.past for each in TRANSITIONS}
WORDS = {PRODUCT / "domains" / "audit" / "words.py", PRODUCT / "domains/accounts/people/activity_words.py"}


def texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def verbs(tree: ast.Module) -> set[str]:
    """The words that a file passes on or assigns, to make actions of: whatever could be a verb in the past."""
    passed: set[str] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"_record", "_saved"}
        ):
            plain = [each for each in node.args if isinstance(each, ast.Constant | ast.IfExp)]
            passed |= {text for each in plain for text in texts(each)}
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "verb" for t in node.targets):
            passed |= set(texts(node.value))
    return {word for word in passed if re.fullmatch(r"[a-z_]+", word)}


def actions(path: Path) -> set[str]:
    """Every action that a file writes: a whole text, or one that begins with its domain and ends with a verb."""
    tree = ast.parse(path.read_text("utf-8"))
    found = {text for text in texts(tree) if ACTION.fullmatch(text)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            beginning = node.values[0]
            if isinstance(beginning, ast.Constant) and BEGINNING.fullmatch(str(beginning.value)):
                endings = PASTS if ".past" in ast.unparse(node) else verbs(tree)
                assert endings, f"{path}: nothing is known of what ends {beginning.value}"
                found |= {f"{beginning.value}{verb}" for verb in endings}
    return found


def recorded() -> set[str]:
    found = {action for path in python_files(PRODUCT) if path not in WORDS for action in actions(path)}
    return found | {"sso.connection.created"}


def test_every_action_has_words():
    assert {action for action in recorded() if not has_words(action)} == set()


def test_there_are_no_words_for_what_never_happens():
    assert {action for kind in Kind for action in actions_of(kind)} == recorded()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("record(work, 'accounts.x.done', s)", {"accounts.x.done"}),
        ("def f(self): record(w, f'sso.y.{verb}', s)\nself._record('made', row)", {"sso.y.made"}),
        ("verb = 'given' if on else 'taken'\nrecord(w, f'sso.y.{verb}', s)", {"sso.y.given", "sso.y.taken"}),
        ("require('accounts:x:done'); import_('ctorendang.domains.sso')", set()),
    ],
)
def test_an_action_is_found_however_it_is_written(tmp_path, source, found):
    (tmp_path / "a.py").write_text(source)
    assert actions(tmp_path / "a.py") == found
