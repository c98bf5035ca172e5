"""At which stage a company is, or a CTO is at home, told from words where nobody ticked a box."""

import re
from collections.abc import Iterator

from ctorendang.domains.ctos import stages

STAGES = tuple(stages.STAGES)
"""By head count, roughly: to 15, to 150, to 1,000, more."""

_PATTERNS = {
    stage: re.compile(words, re.IGNORECASE)
    for stage, words in {
        "seed": r"pre-?seed|seed round|angels?|first round|no revenue|idea stage|bootstrapped|two founders|zero to one",
        "growth": r"series [ab]\b|second round|scale-?ups?|hypergrowth|product-market fit",
        "scale": r"series [c-f]\b|late-stage|pre-ipo|several product lines|departments?",
        "enterprise": r"enterprises?|corporates?|works council|procurement|mainframes?|large organi[sz]ations",
    }.items()
}
# fmt: off
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_VALUES = {
    **{word: value for value, word in enumerate(_SMALL)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "a": 1,
}
# No longer than numbers of people are: of a text of nothing but numbers, each would else be read to the text's end.
_NUMBER = rf"\d[\d,.']{{0,30}}|(?:(?:{'|'.join(_VALUES)}|hundred|thousand|and)[ -]?){{1,9}}"
_HEADS = re.compile(
    rf"\b({_NUMBER})\s*(?:of us|people|employees|engineers|colleagues|staff|developers)|there are ({_NUMBER})\s*of us",
    re.IGNORECASE,
)


def told_stages(text: str) -> list[str]:
    """The stages that a text speaks of, smallest first; empty when it tells none."""
    found = {stage for stage, pattern in _PATTERNS.items() if pattern.search(text)}
    found.update(_stage(heads) for heads in _head_counts(text))
    return [stage for stage in STAGES if stage in found]


def told_stage(text: str) -> str | None:
    """The one stage that a company's own text speaks of, None when it tells none or several far apart."""
    found = told_stages(text)
    return found[0] if len(found) == 1 else None


def _head_counts(text: str) -> Iterator[int]:
    for match in _HEADS.finditer(text):
        heads = _number(match[1] or match[2])
        if heads:
            yield heads


def _number(text: str) -> int:
    digits = re.sub(r"[,.']", "", text).strip()
    if digits.isdigit():
        return int(digits[:9])
    total = current = 0
    for word in re.split(r"[ -]+", text.lower().strip()):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = total + max(current, 1) * 1_000, 0
        else:
            current += _VALUES.get(word, 0)
    return total + current


def _stage(heads: int) -> str:
    return STAGES[sum(heads > most for most in (15, 150, 1_000))]
