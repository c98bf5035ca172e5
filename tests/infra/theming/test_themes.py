"""The themes in the repository: complete, readable, unbranded, and free of anything inline."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode, parse

from ctorendang.infra.theming.check import check_theme, fixtures
from ctorendang.infra.theming.package import theme_names

THEMES = Path(__file__).resolve().parents[3] / "themes"
NAMES = theme_names(THEMES)
TENANT_THEMES = [name for name in NAMES if name != "console"]
DOCUMENTS = sorted(file.stem for file in (THEMES / "base" / "documents").glob("*.graphql"))
MAIL = {"name": "Ada", "home": "https://x.test", "url": "https://x.test/u", "login_url": "https://x.test/login"}
MAIL |= {"reset_url": "https://x.test/reset", "minutes": 30, "reason": "Say more about your work."}
MAIL |= {"change": "code_used", "left": 3}
MAIL |= {"roles": "a client", "author": "Grace", "rating": 4, "cto": "Alan", "headline": "Breaks codes"}
MAIL |= {"inviter": "Grace", "days": 7, "new_email": "ada@elsewhere.test"}
MAIL |= {"settings_url": "https://x.test/account/notifications"}
MAIL |= {"other": "Alan", "as_client": True, "by_me": False, "profile_url": "https://x.test/ctos/1", "note": "Hello"}
MAIL |= {"topic": "Split the orders out", "by_nobody": False}
MAIL |= {"news": "Alan accepts the terms", "project": "Split the shop", "next_step": "Plan a milestone."}
MAIL |= {"ctos": [{"name": "Alan", "headline": "Breaks codes"}], "count": 2, "title": "Split the shop"}
POSTED = {"title": "Split the shop", "max_hourly_rate": 18000, "currency": "EUR", "hours_per_week": 8}
MAIL |= {"projects": [{"id": "1", **POSTED}]}
MAIL |= {"owner": "Grace", "search": "Rust", "manage_url": "https://x.test/account/searches"}
MAIL |= {"mine": "Monday, 1 June 2026, 09:00 to 09:30 (UTC)", "theirs": "11:00 (Europe/Oslo)"}
MAIL |= {"connection": "Acme account", "message": "A certificate expires."}


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.all if attributes.get("id")]


def pages(renderer, name):
    for template, context in fixtures(renderer.theme(name)):
        if name != "console" or template in CONSOLE_PAGES:
            yield context["fixture"], renderer.render(name, template, context)


def mail_names(theme):
    return sorted({file.stem for folder in theme.subfolders("templates") for file in (folder / "mail").glob("*.txt")})


CONSOLE_PAGES = {"pages/login.html", "pages/tenants.html", "pages/tenant.html", "pages/error.html"}


@pytest.mark.parametrize("name", NAMES)
def test_the_theme_passes_its_check(name):
    assert check_theme(THEMES, name) == []


@pytest.mark.parametrize("name", TENANT_THEMES)
def test_no_page_or_mail_names_the_platform(renderer, name):
    for fixture, html in pages(renderer, name):
        assert "rendang" not in html.lower(), fixture
    context = dict(next(fixtures(renderer.theme(name)))[1])
    for mail in mail_names(renderer.theme(name)):
        written = renderer.mail(name, mail, {**context, **MAIL})
        assert "rendang" not in f"{written.subject}{written.text}{written.html}".lower(), mail
    for path in ("theme.css", "app.js"):
        assert b"rendang" not in renderer.assets.find(renderer.assets.url(name, path))[0].lower()


@pytest.mark.parametrize("name", NAMES)
def test_pages_hold_nothing_that_the_content_security_policy_forbids(renderer, name):
    for fixture, html in pages(renderer, name):
        for tag, attributes in Elements(html).all:
            assert tag != "style", fixture
            assert "style" not in attributes, (fixture, tag)
            assert tag != "script" or attributes["src"].startswith("/assets/"), fixture
            assert not [key for key in attributes if key.startswith(("on", "hx-on"))], (fixture, tag)


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_sound_for_those_who_do_not_see_them(renderer, name):
    for fixture, html in pages(renderer, name):
        elements = Elements(html)
        tags = [tag for tag, _ in elements.all]
        assert tags.count("main") == tags.count("h1") == 1, fixture
        assert len(elements.ids()) == len(set(elements.ids())), fixture
        named = {attributes.get("for") for tag, attributes in elements.all if tag == "label"}
        for tag, attributes in elements.all:
            for attribute in ("aria-labelledby", "aria-describedby"):
                assert set((attributes.get(attribute) or "").split()) <= set(elements.ids()), (fixture, attributes)
            if tag == "textarea" or attributes.get("type") in {"text", "email", "password", "date", "search"}:
                label = attributes.get("aria-label") or attributes.get("aria-hidden") or attributes.get("id") in named
                assert label, (fixture, attributes)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_that_writes_carries_the_token(renderer, name):
    for fixture, html in pages(renderer, name):
        for form in re.findall(r"<form\b[^>]*>.*?</form>", html, re.DOTALL):
            # What is posted to a provider is no form of ours, and must not tell it the token.
            if re.search(r'method="post" action="/', form):
                assert '<input type="hidden" name="_csrf" value="fixture">' in form, fixture


def test_what_a_person_typed_is_not_lost_when_a_form_is_refused(renderer):
    shown = dict(pages(renderer, "base"))
    assert 'value="Nora Quist"' in shown["apply--refused"]
    assert 'value="Kubernetes"' in shown["apply--refused"]
    assert "We need help</textarea>" in shown["project-new--refused"]
    assert 'id="email-error"' in shown["apply--refused"]


def test_a_password_is_never_sent_back(renderer):
    context = {"form": {"values": {"password": "hunter2-hunter2"}, "errors": {}, "message": "No."}}
    for template, fixture in fixtures(renderer.theme("base")):
        if template in {"pages/login.html", "pages/signup.html", "pages/password-reset.html"}:
            assert "hunter2" not in renderer.render("base", template, {**fixture, **context})


@pytest.mark.parametrize("piece", ["partials/header", "partials/footer", "partials/cto_card", "sections/hero"])
def test_no_two_companies_share(piece):
    written = {(THEMES / name / "templates" / f"{piece}.html").read_text() for name in TENANT_THEMES}
    assert len(written) == len(TENANT_THEMES)


def shape(selections, fragments) -> dict:
    found: dict = {}
    for node in selections:
        if isinstance(node, FieldNode):
            inner = shape(node.selection_set.selections, fragments) if node.selection_set else None
            found[(node.alias or node.name).value] = inner
        elif isinstance(node, FragmentSpreadNode):
            found |= shape(fragments[node.name.value].selection_set.selections, fragments)
    return found


# Behind @include; what was just made, shown this once; what the page itself adds to choose from.
OPTIONAL = {"matches", "matchesReady", "dismissedMatches", "matchWeightsEffect", "secret", "reasons"}
OPTIONAL |= {"own", "myCalendar", "recommendedProjects", "matchAppearances", "earnings", "inReview", "matchDigests"}
OPTIONAL |= {"engagements", "comparison", "wanted", "more", "twice"}


def mismatch(selected: dict | None, value, path: str) -> list[str]:
    if selected is None or value is None:
        return []
    if isinstance(value, list):
        return [problem for index, item in enumerate(value) for problem in mismatch(selected, item, f"{path}[{index}]")]
    wrong = [f"{path}: {key}" for key in (selected.keys() ^ value.keys()) - OPTIONAL]
    return wrong + [
        p for key in selected.keys() & value.keys() for p in mismatch(selected[key], value[key], f"{path}.{key}")
    ]


@pytest.mark.parametrize("page", DOCUMENTS)
def test_fixtures_have_exactly_what_the_document_selects(renderer, page):
    definitions = parse(renderer.document(page)).definitions
    (operation,) = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    selected = shape(operation.selection_set.selections, fragments)
    roots = operation.selection_set.selections
    sometimes = {(root.alias or root.name).value: None for root in roots if root.directives}  # behind @include
    shown = sorted((THEMES / "base" / "fixtures").glob(f"{page}.json")) + sorted(
        (THEMES / "base" / "fixtures").glob(f"{page}--*.json")
    )
    assert shown
    for file in shown:
        data = json.loads(file.read_text())["data"]
        assert mismatch(selected, {**sometimes, **data}, file.stem) == []


def test_the_check_finds_what_is_wrong(package):
    grey = '{"$value": "#999999", "$extensions": {"contrast": {"on": ["color.page"], "min": 4.5}}}'
    folder = package(
        "base",
        {
            "tokens/light.tokens.json": '{"color": {"page": {"$value": "#ffffff"}, "text": ' + grey + "}}",
            "templates/pages/home.html": "{{ data.missing }}",
            "fixtures/home.json": '{"data": {}}',
        },
    )
    problems = check_theme(folder, "base")
    assert len(problems) == 3
    assert "contrast of 2.85, needs 4.5" in problems[0]
    assert "pages/home.html" in problems[2]
