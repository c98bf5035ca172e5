"""Design tokens become custom properties."""

import json

import pytest

from ctorendang.infra.theming.contrast import contrast_ratio
from ctorendang.infra.theming.errors import InvalidTheme
from ctorendang.infra.theming.tokens import TokenSet


def tokens(tmp_path, *folders: dict) -> TokenSet:
    paths = []
    for index, files in enumerate(folders):
        folder = tmp_path / str(index)
        folder.mkdir()
        for name, tree in files.items():
            (folder / f"{name}.tokens.json").write_text(json.dumps(tree))
        paths.append(folder)
    return TokenSet.load("sample", paths)


def color(value: str) -> dict:
    return {"$type": "color", "$value": value}


def test_an_alias_stays_a_reference_and_dark_repeats_only_what_it_changes(tmp_path):
    base = {"color": {"ink": {"900": color("#111111"), "50": color("#fafafa")}}, "space": {"1": {"$value": "4px"}}}
    light = {"color": {"text": color("{color.ink.900}"), "link": color("{color.text}")}}
    css = tokens(tmp_path, {"base": base, "light": light, "dark": {"color": {"text": color("{color.ink.50}")}}}).css()
    assert "--color-text:var(--color-ink-900);" in css
    assert "--color-link:var(--color-text);" in css
    dark = css.split("@media (prefers-color-scheme:dark)")[1]
    system, said = dark.split("}}", 1)
    assert system == "{:root:where(:not([data-appearance=light])){--color-text:var(--color-ink-50);"
    assert said.endswith(":root:where([data-appearance=dark]){color-scheme:dark;--color-text:var(--color-ink-50);}")


def test_a_theme_changes_a_value_and_keeps_what_the_parent_says_about_it(tmp_path):
    contrast = {"contrast": {"on": ["color.page"], "min": 4.5}}
    parent = {"color": {"text": {**color("#000000"), "$extensions": contrast}, "page": color("#ffffff")}}
    merged = tokens(tmp_path, {"light": parent}, {"light": {"color": {"text": {"$value": "#333333"}}}})
    assert merged.resolve("color.text") == "#333333"
    assert list(merged.contrast_pairs("light")) == [("color.text", "color.page", 4.5)]


@pytest.mark.parametrize(
    ("value", "css"),
    [
        ({"value": 1.5, "unit": "rem"}, "1.5rem"),
        (["Hanken Grotesk", "sans-serif"], '"Hanken Grotesk", sans-serif'),
        ([0.2, 0, 0, 1], "cubic-bezier(0.2, 0, 0, 1)"),
        (600, "600"),
    ],
)
def test_values_are_written_in_css(tmp_path, value, css):
    assert tokens(tmp_path, {"base": {"a": {"$value": value}}}).resolve("a") == css


@pytest.mark.parametrize("value", ["red; } body { display: none", "url(x)/*", "</style>", {"no": "css"}, None])
def test_a_token_cannot_hold_more_than_one_value(tmp_path, value):
    with pytest.raises(InvalidTheme, match="a "):
        tokens(tmp_path, {"base": {"a": {"$value": value}}})


def test_a_reference_to_nothing_and_a_circle_are_found(tmp_path):
    broken = tokens(tmp_path, {"base": {"a": color("{b}"), "b": color("{a}"), "c": color("{gone}")}})
    with pytest.raises(InvalidTheme, match="refers to itself"):
        broken.resolve("a")
    with pytest.raises(InvalidTheme, match="no token gone"):
        broken.resolve("c")
    assert len(broken.problems()) == 6  # three tokens in two modes


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "light.tokens.json").write_text("{")
    with pytest.raises(InvalidTheme, match=r"light\.tokens\.json"):
        TokenSet.load("sample", [tmp_path])


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)]
)
def test_contrast_is_the_one_of_wcag(one, other, ratio):
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.005) == contrast_ratio(other, one)


def test_contrast_needs_plain_colours():
    with pytest.raises(ValueError, match="rrggbb"):
        contrast_ratio("red", "#ffffff")
