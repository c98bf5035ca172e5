from pathlib import Path

import pytest

from ctorendang.infra.theming.renderer import ThemeRenderer
from ctorendang.infra.theming.vendor import vendor_assets

REPOSITORY = Path(__file__).resolve().parents[3]
THEMES = REPOSITORY / "themes"


@pytest.fixture(scope="session", autouse=True)
def vendored() -> None:
    vendor_assets(REPOSITORY)


@pytest.fixture(scope="session")
def renderer(vendored: None) -> ThemeRenderer:
    return ThemeRenderer(THEMES, development=True)


@pytest.fixture
def package(tmp_path: Path):
    """Writes a small theme family: ``package("base", {"templates/a.html": "..."})`` returns the folder of themes."""

    def write(name: str, files: dict[str, str], extends: str | None = None) -> Path:
        manifest = f'name = "{name}"\nversion = "1.0.0"\ncontract = 1\n'
        files = {"theme.toml": manifest + (f'extends = "{extends}"\n' if extends else ""), **files}
        for path, content in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return tmp_path

    return write
