"""Phrases with choices in them, and decks that deal every phrase once before any comes again."""

import re
import tomllib
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from importlib import resources
from random import Random
from typing import Any, TypeVar

_T = TypeVar("_T")

_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_NUMBER = re.compile(r"\{(\d+)\.\.(\d+)\}(%?)")
_NAME = re.compile(r"\{(\w+)\}('s)?")
_SENTENCE = re.compile(r"(?:^|(?<=[.?!]\s)|(?<=\n))([a-zà-ÿ])")
_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=eight|eleven|8|11\b|18\b)")
_WORDS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@cache
def texts(name: str) -> Mapping[str, Any]:
    """A file of ``texts/``."""
    return tomllib.loads((resources.files(__package__) / "texts" / f"{name}.toml").read_text(encoding="utf-8"))


class Slots(ABC):
    """What stands for the names in braces; computed on use, since most phrases need few of them."""

    @abstractmethod
    def get(self, name: str, *, possessive: bool) -> str:
        """The words for ``{name}``; a long one is kept short before ``'s``.

        Raises:
            KeyError: nothing stands for this name.
        """


def fill(phrase: str, random: Random, slots: Slots | None = None, *, small: bool = False) -> str:
    """Make the choices, draw the numbers and put in the slots; the same range in one phrase is the same number.

    Args:
        small: the phrase is part of a sentence and begins small.
    """
    drawn: dict[tuple[str, str], int] = {}

    def number(match: re.Match[str]) -> str:
        low, high, percent = match.groups()
        value = drawn.setdefault((low, high), random.randint(int(low), int(high)))
        before = match.string[match.start() - 1 : match.start()]
        return _in_words(value, digits=bool(percent) or before in {".", "-"}) + percent

    def slot(match: re.Match[str]) -> str:
        if slots is None:
            raise KeyError(match.group(1))
        return slots.get(match.group(1), possessive=bool(match.group(2))) + (match.group(2) or "")

    phrase = _CHOICE.sub(lambda match: random.choice(match.group(1).split("|")), phrase)
    phrase = _BEFORE_VOWEL.sub(r"\1n ", _NAME.sub(slot, _NUMBER.sub(number, phrase)))
    return phrase if small else _SENTENCE.sub(lambda match: match.group(1).upper(), phrase)


def _in_words(value: int, *, digits: bool) -> str:
    if value < len(_WORDS) and not digits:
        return _WORDS[value]
    if value < 1000 or 1900 <= value <= 2030:  # a year is no quantity
        return str(value)
    return f"{round(value, -2):,}"


class Decks:
    """Shuffled decks by name: each card is dealt once before the deck is shuffled again."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._decks: dict[Hashable, list[Any]] = {}

    def deal(self, name: Hashable, cards: Sequence[_T], count: int = 1) -> list[_T]:
        """``count`` different cards, or all of them if there are fewer."""
        dealt: list[_T] = []
        while len(dealt) < min(count, len(cards)):
            deck = self._decks.get(name)
            if not deck:
                deck = self._decks[name] = list(cards)
                self._random.shuffle(deck)
            card = deck.pop()
            if card not in dealt:
                dealt.append(card)
        return dealt
