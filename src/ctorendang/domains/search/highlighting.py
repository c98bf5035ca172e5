"""Showing why something was found: which words of a text are meant by a search.

What comes out is text in pieces, never markup, so nothing that a profile says can become part of a page.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# Begun at the first of several dots only: from each of them, a text of nothing else was read to its end.
_WORD = re.compile(r"(?<!\.)\.*[\w+#]+(?:\.+[\w+#]+)*")
_BEFORE, _LENGTH = 40, 180
_SHORTEST_STEM = 4
# As Typesense allows typos: none in short words, one from four letters on, two from seven on.
_ONE_TYPO, _TWO_TYPOS = 4, 7


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a text, marked where the search meant it."""

    text: str
    marked: bool


def fragments(text: str, words: Collection[str]) -> list[Fragment]:
    """The whole text in pieces, which joined are the text again."""
    pieces: list[Fragment] = []
    end = 0
    for start, stop in _places(text, words):
        if start > end:
            pieces.append(Fragment(text[end:start], marked=False))
        pieces.append(Fragment(text[start:stop], marked=True))
        end = stop
    if end < len(text):
        pieces.append(Fragment(text[end:], marked=False))
    return pieces


def excerpt(text: str, words: Collection[str]) -> list[Fragment]:
    """A part of a long text around the first word that is meant; nothing where none is."""
    places = _places(text, words)
    if not places:
        return []
    start = max(places[0][0] - _BEFORE, 0)
    if start:
        start = text.find(" ", start, places[0][0]) + 1 or places[0][0]
    stop = min(start + _LENGTH, len(text))
    if stop < len(text):
        last = text.rfind(" ", places[0][1], stop)
        stop = last if last > 0 else stop
    shown = f"{'… ' if start else ''}{' '.join(text[start:stop].split())}{' …' if stop < len(text) else ''}"
    return fragments(shown, words)


def meant(text: str, words: Collection[str]) -> bool:
    """Whether a text has a word that is meant."""
    return bool(_places(text, words))


def _places(text: str, words: Collection[str]) -> list[tuple[int, int]]:
    wanted = [word.lower() for word in words]
    return [found.span() for found in _WORD.finditer(text) if _is_meant(found[0].lower(), wanted)]


def _is_meant(word: str, wanted: Sequence[str]) -> bool:
    return any(
        word == each
        or (len(each) > 1 and word.startswith(each))
        or (len(word) >= _SHORTEST_STEM and each.startswith(word) and len(each) - len(word) <= 2)
        or near(word, each)
        for each in wanted
    )


def near(word: str, typed: str) -> bool:
    """Whether a word may be what somebody meant to type."""
    allowed = 0 if len(typed) < _ONE_TYPO else 1 if len(typed) < _TWO_TYPOS else 2
    if abs(len(word) - len(typed)) > allowed or word[:1] != typed[:1]:
        return word == typed
    return distance(word, typed) <= allowed


def distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, here in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, there in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (here != there))
            if i > 1 and j > 1 and here == other[j - 2] and one[i - 2] == there:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
