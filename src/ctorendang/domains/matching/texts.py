"""What the model reads of profiles and projects."""

import hashlib
from collections.abc import Sequence


def profile_text(headline: str, bio: str) -> str:
    """What a CTO says of themselves."""
    return f"{headline}\n{bio}"


def skills_text(names: Sequence[str]) -> str:
    """What a CTO can do, strongest first."""
    return ", ".join(names)


def project_text(title: str, description: str) -> str:
    """What a project is about."""
    return f"{title}\n{description}"


def source_hash(text: str) -> bytes:
    """Tells whether a text has changed since it was read."""
    return hashlib.sha256(text.encode()).digest()
