"""Assets are served under addresses that name their content."""

import pytest

from ctorendang.infra.theming.assets import STYLESHEET, AssetRegistry
from ctorendang.infra.theming.errors import InvalidTheme
from ctorendang.infra.theming.package import load_theme

FONT = '@font-face { font-family: "A"; src: url("vendor/a.woff2"); }'


def registry(folder, *names: str) -> AssetRegistry:
    assets = AssetRegistry()
    for name in names:
        assets.add(load_theme(folder, name))
    return assets


def test_the_address_changes_with_the_content_and_serves_it(package):
    before = registry(package("base", {"assets/app.js": "one()"}), "base").url("base", "app.js")
    after = registry(package("base", {"assets/app.js": "two()"}), "base")
    address = after.url("base", "app.js")
    assert before != address
    assert address.startswith("/assets/base/app.")
    assert after.find(address) == (b"two()", "text/javascript; charset=utf-8")
    assert after.find(before) is None
    assert after.find("/assets/base/../theme.toml") is None


def test_the_nearest_theme_that_has_a_file_wins_and_inherited_ones_are_shared(package):
    package("base", {"assets/logo.svg": "<svg/>", "assets/app.js": "base()"})
    folder = package("child", {"assets/logo.svg": "<svg><g/></svg>"}, extends="base")
    assets = registry(folder, "base", "child")
    assert assets.url("child", "logo.svg").startswith("/assets/child/")
    assert assets.url("child", "app.js") == assets.url("base", "app.js")
    assert assets.find(assets.url("base", "logo.svg"))[0] == b"<svg/>"


def test_a_stylesheet_is_tokens_then_parents_then_own_without_comments(package):
    tokens = '{"color": {"text": {"$value": "#111111"}}}'
    package("base", {"assets/css/a.css": "/* why */ p { margin: 0 }", "tokens/base.tokens.json": tokens})
    folder = package("child", {"assets/css/b.css": "p { color: red }"}, extends="base")
    assets = registry(folder, "base", "child")
    content, media_type = assets.find(assets.url("child", STYLESHEET))
    text = content.decode()
    assert media_type.startswith("text/css")
    assert text.index("--color-text:#111111") < text.index("margin: 0") < text.index("color: red")
    assert "why" not in text
    assert "color: red" not in assets.find(assets.url("base", STYLESHEET))[0].decode()


def test_a_stylesheet_refers_to_hashed_files(package):
    folder = package("base", {"assets/css/a.css": FONT, "assets/vendor/a.woff2": "font"})
    assets = registry(folder, "base")
    assert f'url("{assets.url("base", "vendor/a.woff2")}")' in assets.find(assets.url("base", STYLESHEET))[0].decode()


def test_a_stylesheet_that_refers_to_a_missing_file_is_refused(package):
    with pytest.raises(InvalidTheme, match=r"vendor/a\.woff2"):
        registry(package("base", {"assets/css/a.css": FONT}), "base")


def test_a_file_of_an_unknown_kind_is_refused(package):
    with pytest.raises(InvalidTheme, match=r"run\.exe"):
        registry(package("base", {"assets/run.exe": ""}), "base")
