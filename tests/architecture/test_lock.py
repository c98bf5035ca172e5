"""The lock file installs what the project names, and nothing whose content it does not know."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
LOCK = (REPOSITORY / "requirements.lock").read_text()


def wanted() -> list[Requirement]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = [line for group in project["optional-dependencies"].values() for line in group]
    assets = (REPOSITORY / "requirements.assets.in").read_text().splitlines()
    lines = [*project["dependencies"], *extras, *(line for line in assets if line and not line.startswith("#"))]
    return [Requirement(line) for line in lines]


def locked() -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, flags=re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def test_everything_the_project_names_is_locked_at_a_version_it_allows():
    versions = locked()
    missing = [
        str(requirement)
        for requirement in wanted()
        if not any(
            requirement.specifier.contains(each) for each in versions.get(canonicalize_name(requirement.name), ())
        )
    ]
    assert missing == []


def test_every_package_has_hashes_and_no_address():
    packages = re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]
    assert len(packages) > 100
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in LOCK
