"""What is read of profiles and projects: their words, without what says nothing about the work."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

# A name, a pronoun or a title must move nobody's rank, so none of them is ever read. Which pronoun it was is lost.
_PRONOUNS = {
    **dict.fromkeys(("he", "she", "they"), "they"),
    **dict.fromkeys(("him", "her", "his", "hers", "them", "their", "theirs"), "their"),
    **dict.fromkeys(("himself", "herself", "themself", "themselves"), "themselves"),
}
_PRONOUN = re.compile(rf"\b({'|'.join(_PRONOUNS)})\b", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Mx|Sir|Madam)\b\.?")
# The verb tells as well: "she has", "they have".
_VERB = re.compile(r"\bthey (is|are|was|were|has|have|does|do)\b", re.IGNORECASE)
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_MOST_SENTENCES = 16


def neutral(text: str, name: str) -> str:
    """A text about a person without their name, pronouns and titles."""
    parts = [re.escape(part) for part in name.split() if len(part) > 1]
    if parts:
        text = re.sub(rf"\b(?:{'|'.join(parts)})(?:'s|’s)?(?!\w)", "", text)
    text = _TITLE.sub("", text)
    text = _PRONOUN.sub(lambda found: _PRONOUNS[found[1].casefold()], text)
    text = _VERB.sub(lambda found: f"they {_VERBS.get(found[1].lower(), found[1].lower())}", text)
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def profile_sections(
    name: str, headline: str, bio: str, skills: Sequence[str], experience: Sequence[Mapping[str, Any]] = ()
) -> dict[str, str]:
    """A profile's texts by section, each of which gets a vector: one for all of it would be too blunt.

    Args:
        experience: ``ctos.sections.Position`` each, as stored; what somebody did says more than for whom.
    """
    worked = ". ".join(f"{each.get('role', '')}. {each.get('changed', '')}" for each in experience)
    sections = {
        "headline": neutral(headline, name),
        "bio": neutral(bio, name),
        "experience": neutral(worked, name),
        "skills": skills_text(skills),
    }
    return {section: text for section, text in sections.items() if text}


def all_words(sections: Mapping[str, str]) -> str:
    """Everything that a profile says."""
    return "\n".join(sections[section] for section in sorted(sections))


def skills_text(names: Sequence[str]) -> str:
    """What a CTO can do, strongest first."""
    return ", ".join(names)


def project_text(title: str, description: str) -> str:
    """What a project is about."""
    return f"{title}\n{description}"


def sentences(text: str) -> list[str]:
    """The sentences of a text, as far as somebody would read on."""
    return [part.strip() for part in _SENTENCE.split(text) if len(part.strip()) > 3][:_MOST_SENTENCES]


def source_hash(text: str) -> bytes:
    """Tells whether a text has changed since it was read."""
    return hashlib.sha256(text.encode()).digest()
