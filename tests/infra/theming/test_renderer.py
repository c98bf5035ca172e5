"""Templates run in a sandbox, escape what they print, and find their parents."""

import pytest
from jinja2 import TemplateError, TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError

from ctorendang.infra.theming.errors import InvalidThemeSettings, UnknownTheme
from ctorendang.infra.theming.renderer import ThemeRenderer

SCHEMA = '{"type": "object", "properties": {"title": {"type": "string", "default": "Hello"}}}'


def render(package, source: str, context: dict | None = None, *, development: bool = True) -> str:
    folder = package("base", {"templates/page.html": source, "settings.schema.json": SCHEMA})
    return ThemeRenderer(folder, development=development).render("base", "page.html", context or {})


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ data['__class__'] | attr('__init__') }}",
        "{{ asset.__globals__ }}",
        "{{ '{0.__class__}'.format(data) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ data.items.clear() }}",
        "{{ data.list.append(1) }}",
    ],
)
def test_a_template_cannot_leave_the_sandbox(package, attack):
    with pytest.raises((SecurityError, UndefinedError)):
        render(package, attack, {"data": {"list": []}})


def test_everything_printed_is_escaped(package):
    context = {"data": {"name": '<script>alert("x")</script>'}}
    assert render(package, '<a title="{{ data.name }}">', context) == (
        '<a title="&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;">'
    )


def test_data_comes_before_methods(package):
    assert render(package, "{{ form.values.items }}", {"form": {"values": {"items": "mine"}}}) == "mine"


def test_an_undefined_name_is_an_error_in_development_and_blank_in_production(package):
    with pytest.raises(UndefinedError):
        render(package, "{{ nobody }}")
    assert render(package, "[{{ nobody }}]", development=False) == "[]"


def test_what_a_caller_leaves_out_is_absent_rather_than_undefined(package):
    assert render(package, "{{ viewer }} {{ flash }} {{ form }} {{ state }} {{ query }}") == "None None None None {}"


def test_an_overriding_template_extends_the_one_it_overrides(package):
    package("base", {"templates/page.html": "<h1>{% block title %}base{% endblock %}</h1>"})
    source = '{% extends "base/page.html" %}{% block title %}child{% endblock %}'
    renderer = ThemeRenderer(package("child", {"templates/page.html": source}, extends="base"))
    assert renderer.render("base", "page.html", {}) == "<h1>base</h1>"
    assert renderer.render("child", "page.html", {}) == "<h1>child</h1>"
    with pytest.raises(TemplateNotFound):
        renderer.render("base", "child/page.html", {})


def test_settings_have_defaults_and_ignore_what_the_theme_no_longer_knows(package):
    assert render(package, "{{ settings.title }}") == "Hello"
    assert (
        render(package, "{{ settings }}", {"settings": {"title": "Hi", "gone": 1}}) == "{&#39;title&#39;: &#39;Hi&#39;}"
    )


def test_settings_are_validated_when_they_are_saved(renderer):
    assert renderer.validate_settings("acme", {"heroTitle": "Welcome"})["heroTitle"] == "Welcome"
    with pytest.raises(InvalidThemeSettings, match="heroTitle"):
        renderer.validate_settings("acme", {"heroTitle": ""})


def test_an_unknown_theme_or_page_is_an_error(renderer):
    with pytest.raises(UnknownTheme):
        renderer.render("nobody", "pages/home.html", {})
    with pytest.raises(TemplateError):
        renderer.render("base", "pages/nowhere.html", {})
    with pytest.raises(FileNotFoundError):
        renderer.document("signup")


MAIL = {
    "tenant": {"name": "O'Neill & Sons", "slug": "s", "tagline": "t", "currency": "EUR", "locale": "en-GB"},
    "name": "Ada <Lovelace>",
    "home": "http://s.localhost:8000",
    "url": "http://s.localhost:8000/verify?token=a&b=c",
}


def test_a_mail_has_a_subject_plain_text_and_escaped_html(renderer):
    mail = renderer.mail("northwind", "verify-email", MAIL)
    assert mail.subject == "Confirm your e-mail address for O'Neill & Sons"
    assert "Hello Ada <Lovelace>," in mail.text
    assert MAIL["url"] in mail.text
    assert "Ada &lt;Lovelace&gt;" in mail.html
    assert renderer.theme("northwind").tokens.resolve("color.accent") in mail.html


def test_a_line_break_in_a_name_cannot_add_a_mail_header(renderer):
    tenant = {**MAIL["tenant"], "name": "Evil\r\nBcc: all@example.test"}
    assert "\n" not in renderer.mail("base", "verify-email", {**MAIL, "tenant": tenant}).subject
