"""Words that mean the same, from the skill taxonomy."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Signs that mean something in names of skills stay: C++, C#, Node.js.
_WORD = re.compile(r"[\w+#.]+")
_LONGEST_PHRASE = 4

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One or more words of a search, and the phrases that may stand for them.

    Attributes:
        open: the last word may go on: somebody may still be typing it.
    """

    phrases: tuple[Phrase, ...]
    open: bool


class Synonyms:
    """Groups of phrases that mean the same.

    Args:
        groups: each the names of one thing.
    """

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._groups: list[tuple[str, ...]] = []
        self._by_phrase: dict[Phrase, set[Phrase]] = {}
        for group in groups:
            phrases = list(dict.fromkeys(phrase for name in group if (phrase := phrase_of(name))))
            if len(phrases) < 2:
                continue
            # Word by word: a search engine does not take names apart as it does texts.
            self._groups.append(tuple(" ".join(phrase) for phrase in phrases))
            for phrase in phrases:
                self._by_phrase.setdefault(phrase, set()).update(phrases)

    @property
    def groups(self) -> Sequence[Sequence[str]]:
        """As a search engine is told them."""
        return self._groups

    def read(self, words: Sequence[str]) -> list[Alternatives]:
        """A search's words with what else may stand for them, the longest known phrase first."""
        found, place = [], 0
        while place < len(words):
            length = self._longest(words[place:])
            phrase = tuple(words[place : place + length])
            place += length
            others = sorted(self._by_phrase.get(phrase, set()) - {phrase})
            found.append(Alternatives((phrase, *others), open=place == len(words)))
        return found

    def meant(self, typed: Alternatives, nearest: Callable[[str], Sequence[str]]) -> Alternatives:
        """The same with the words that may have been meant by a mistyped one, and what else may stand for those."""
        if len(typed.phrases[0]) > 1:
            return typed
        words = [(word,) for word in nearest(typed.phrases[0][0])]
        others = [phrase for word in words for phrase in sorted(self._by_phrase.get(word, set()))]
        return Alternatives(tuple(dict.fromkeys([*typed.phrases, *words, *others])), typed.open)

    def words(self, words: Sequence[str]) -> list[str]:
        """Every word that a search means, for showing them in a text."""
        alternatives = self.read(words)
        return list(dict.fromkeys(word for each in alternatives for phrase in each.phrases for word in phrase))

    def _longest(self, words: Sequence[str]) -> int:
        for length in range(min(_LONGEST_PHRASE, len(words)), 1, -1):
            if tuple(words[:length]) in self._by_phrase:
                return length
        return 1


def phrase_of(name: str) -> Phrase:
    """The words of a name, as a search has them."""
    return tuple(word for found in _WORD.findall(name.lower()) if (word := found.strip(".")))
