"""Programs inside installed wheels."""

import importlib.util
from pathlib import Path

from ctorendang.infra.stack.errors import CannotStart


def file_in_wheel(package: str, path: str) -> Path:
    """The file at ``path`` of an installed package, found without importing it.

    Raises:
        CannotStart: the package is not installed or lacks the file, as on a machine that its wheel is not made for.
    """
    spec = importlib.util.find_spec(package)
    for folder in spec.submodule_search_locations or () if spec else ():
        if (file := Path(folder) / path).exists():
            return file
    raise CannotStart(f"{package.replace('_', '-')} is not installed here, or not made for this machine.")
