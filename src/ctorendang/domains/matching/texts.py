"""What the model reads of profiles and projects."""

import hashlib
from collections.abc import Sequence

from ctorendang.domains.ctos.models import Cto
from ctorendang.domains.projects.models import Project


def profile_text(cto: Cto) -> str:
    """What a CTO says of themselves."""
    return f"{cto.headline}\n{cto.bio}"


def skills_text(names: Sequence[str]) -> str:
    """What a CTO can do, strongest first."""
    return ", ".join(names)


def project_text(project: Project) -> str:
    """What a project is about."""
    return f"{project.title}\n{project.description}"


def source_hash(text: str) -> bytes:
    """Tells whether a text has changed since it was read."""
    return hashlib.sha256(text.encode()).digest()
