"""Theme packages and what a tenant may set in them."""

import json

import pytest

from ctorendang.infra.theming.errors import InvalidTheme, InvalidThemeSettings, UnknownTheme
from ctorendang.infra.theming.package import load_theme, theme_names


def schema(**properties) -> str:
    return json.dumps({"type": "object", "properties": properties})


TITLE = {"type": "string", "maxLength": 10, "default": "Hello"}


def test_a_theme_inherits_from_its_parents(package):
    package("base", {"settings.schema.json": schema(title=TITLE)})
    package("middle", {}, extends="base")
    folder = package("child", {"settings.schema.json": schema(title={"default": "Hi"})}, extends="middle")
    theme = load_theme(folder, "child")
    assert [path.name for path in theme.folders] == ["child", "middle", "base"]
    assert theme.settings.resolve({}) == {"title": "Hi"}
    assert theme_names(folder) == ["base", "child", "middle"]
    with pytest.raises(InvalidThemeSettings, match="title"):
        theme.settings.resolve({"title": "longer than ten"})  # the parent's rule holds


def test_values_that_do_not_fit_name_their_setting(package):
    theme = load_theme(package("base", {"settings.schema.json": schema(title=TITLE)}), "base")
    with pytest.raises(InvalidThemeSettings) as refused:
        theme.settings.resolve({"title": 7})
    assert set(refused.value.fields) == {"title"}
    with pytest.raises(InvalidThemeSettings, match="colour"):
        theme.settings.resolve({"colour": "red"})


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"theme.toml": "name ="}, "no TOML"),
        ({"theme.toml": 'name = "other"\nversion = "1"\ncontract = 1'}, "its name"),
        ({"theme.toml": 'name = "base"\ncontract = 1'}, "version"),
        ({"theme.toml": 'name = "base"\nversion = "1"\ncontract = 9'}, "contract 9"),
        ({"theme.toml": 'name = "base"\nversion = "1"\ncontract = 1\nhooks = "x"'}, "hooks"),
        ({"theme.toml": 'name = "base"\nversion = "1"\ncontract = 1\nextends = "base"'}, "extends itself"),
        ({"settings.schema.json": "{"}, "no JSON"),
        ({"settings.schema.json": "[]"}, "object"),
        ({"settings.schema.json": schema(title={"type": "string"})}, "without a default: title"),
        ({"settings.schema.json": schema(title={**TITLE, "default": "longer than ten"})}, "break their own rule"),
        ({"settings.schema.json": schema(title={"type": "nonsense", "default": ""})}, "nonsense"),
    ],
)
def test_a_package_that_breaks_the_contract_says_how(package, files, reason):
    folder = package("base", files)
    with pytest.raises(InvalidTheme, match=reason):
        load_theme(folder, "base")


def test_every_theme_ends_in_base(package):
    folder = package("stray", {})
    with pytest.raises(InvalidTheme, match="must extend base"):
        load_theme(folder, "stray")


@pytest.mark.parametrize("name", ["missing", "../base"])
def test_an_unknown_theme_is_unknown(package, name):
    with pytest.raises(UnknownTheme):
        load_theme(package("base", {}) / "base", name)
