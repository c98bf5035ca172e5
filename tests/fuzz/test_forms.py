"""Every form of the product, filled in by strangers."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import PASSWORD, form_token, profile, sign_in
from tests.fuzz.conftest import Playground, examples
from tests.fuzz.nonsense import HARDEST, KNOWN, MARKUP, TEMPLATES, encode, values

from ctorendang.domains.engagements.form_steps import FORM_STEPS

README = Path(__file__).parents[2] / "themes" / "base" / "README.md"
FORM = {"content-type": "application/x-www-form-urlencoded"}

# What makes a form worth keeping, so that nonsense is also met where the rest is good.
GOOD = {
    "name": "Ada Person", "email": "ada@client.example", "password": PASSWORD, "headline": "Leads teams",
    "bio": "Has built and led platform teams for many years.", "hourlyRate": "180.50", "availability": "10",
    "yearsExperience": "12", "timeZone": "Europe/Berlin", "industries": "Banking", "skillName": "Kubernetes",
    "skillLevel": "4", "rating": "5", "body": "Very good.", "title": "Build a platform", "description": "We need one.",
    "skills": "Rust", "industry": "Banking", "budget": "100000", "maxHourlyRate": "200", "hoursPerWeek": "10",
    "startsOn": "2027-01-01", "reason": "Not yet.", "roles": "CTO", "go": "next", "next": "/ctos", "token": "x" * 43,
    "newPassword": "another good password", "currentPassword": "not the password",
    "code": "123456", "credential": "{}", "mfa": "OPTIONAL", "idleMinutes": "60", "absoluteHours": "24",
    "concurrentSessions": "5", "scopes": "READ_DIRECTORY", "expiresInDays": "30", "emails": "grace@client.example",
    "weeklyHours": "20", "meetingMinutes": "30", "noticeHours": "24", "weekday": "0", "starts": "09:00",
    "ends": "12:00", "kind": "off", "firstDay": "2027-01-04", "lastDay": "2027-01-08", "day": "2027-01-04",
    "note": "Hello.", "url": "https://calendar.example/basic.ics", "startsAt": "2027-01-04T09:00:00+00:00",
    "label": "Production", "group": "Experts", "role": "CTO", "defaultRole": "CLIENT",
    "stages": "growth", "stage": "growth", "positionRole": "CTO", "positionCompany": "Acme",
    "positionStarted": "2019", "positionEnded": "2024", "positionChanged": "Moved to the cloud.",
    "skillYears": "5", "languageName": "de", "languageLevel": "fluent", "goals": "Ship weekly.",
    "deliverables": "A plan", "lengthWeeks": "12", "visibility": "invited", "ndaRequired": "yes", "version": "5",
    "projectId": "x", "ctoId": "x", "cto": "x", "alerts": "yes", "revision": "0", "rate": "1.5", "message": "Hello.",
    "currency": "EUR", "weeks": "12", "noticeDays": "14", "milestoneId": "x", "report": "Done.", "amount": "500",
    "dueOn": "2027-02-01", "week": "2026-11-16", "hours": "7.5", "timeSheetId": "x", "trialDays": "14",
    "trialHours": "40", "termsDays": "14",
}  # fmt: skip
ENGAGEMENT = "/engagements/{id}/"
# Signing out would end the run for everyone who shares the browser.
LEFT_OUT = {"/logout"}
# Where providers' messages arrive; tests/domains/sso attacks these.
MESSAGES = {"/sso//acs", "/sso//slo", "/sso//backchannel-logout", "/scim/v2"}


def engagement_steps() -> dict[str, list[str]]:
    """The steps of engagements that the base theme writes down, and the fields of each."""
    (row,) = [row for row in README.read_text().splitlines() if row.startswith("| `engagement` |")]
    steps = row.split("`version`: ")[1].split(";")[0]
    return {step: fields.split() for step, fields in re.findall(r"`([\w-]+)`(?: \(`([^`]+)`\))?", steps)}


def forms() -> list[tuple[str, list[str]]]:
    """Action and fields of every form that the base theme writes down."""
    found = {}
    for row in README.read_text().splitlines():
        if row.startswith("| `") and "/tenants" not in row:
            for action, fields in re.findall(r"POST `([^`]+)`(?: \(([^)]*)\))?", row):
                names = [word.rstrip("*") for each in re.findall(r"`([^`]+)`", fields) for word in each.split()]
                found[action] = [name for name in dict.fromkeys(names) if name in GOOD]
    for step, fields in {
        "about": "title description",
        "skills": "skills industry",
        "terms": "budget startsOn",
        "x": "",
    }.items():
        found[f"/projects/{{id}}/edit?step={step}"] = [*fields.split(), "go"]
    found.pop("/projects/{id}/edit?step=…")
    found.pop(f"{ENGAGEMENT}…")
    found |= {ENGAGEMENT + step: [*fields, "version"] for step, fields in engagement_steps().items()}
    return sorted((action, fields) for action, fields in found.items() if action not in LEFT_OUT)


FORMS = forms()
# Forms with a file are sent another way; tests/infra/web/test_uploads.py sends what is none.
WITH_FILES = {"/account/avatar", "/admin/import", "/admin/sso/{id}/metadata/file", "/projects/{id}/attachments"}
WITH_FILES |= {f"/account/profile/portfolio/{{id}}/{kind}" for kind in ("files", "images")}
WITHOUT_FILES = [form for form in FORMS if form[0] not in WITH_FILES]


def test_every_form_of_the_application_is_among_them(site):
    assert set(engagement_steps()) == set(FORM_STEPS)
    routes = {ENGAGEMENT + "{step}" if action.startswith(ENGAGEMENT) else action for action, _ in FORMS}
    taken = {re.sub(r"\{\w+\}|\?.*", "", route).rstrip("/") for route in routes} | LEFT_OUT
    posts = {
        re.sub(r"\{[^}]+\}", "", route.path).rstrip("/")
        for route in site.app.litestar.routes
        if "POST" in getattr(route, "methods", ())
    }
    assert posts - {"/graphql"} - MESSAGES == taken


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.trouble: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            leads = name in {"href", "src", "action", "formaction"} and (value or "").strip().lower()
            if name.startswith("on") or name == "style" or str(leads).startswith(("javascript:", "data:text", "//")):
                self.trouble.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.trouble.append(f"script: {data[:60]}")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def assert_answer_harmless(answer: httpx.Response) -> None:
    """As ``assert_harmless``; what is no page is shown by nobody as one."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert_harmless(answer.text)
    else:
        assert answer.headers["x-content-type-options"] == "nosniff"


def assert_harmless(html: str) -> None:
    """Nothing in the page runs, and nothing that was typed is markup."""
    tags = _Tags()
    tags.feed(html)
    assert tags.trouble == []
    for piece in ("<script>alert", "<img src=x", "<svg/onload"):
        assert piece not in html


def filled(names: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """The form with nonsense in some fields, some missing, some twice, and sometimes one that is not its own."""
    good = {**{name: st.just(GOOD[name]) for name in names}, "version": st.sampled_from("123456789")}
    some = [
        st.lists(st.tuples(st.just(name), good[name]) | st.tuples(st.just(name), values), max_size=2) for name in names
    ]
    extra = st.lists(
        st.tuples(st.sampled_from(["_csrf", "id", "values", "__class__", "x"]) | values, values), max_size=1
    )
    return st.tuples(*some, extra).map(lambda each: [pair for part in each for pair in part])


def place(playground: Playground, action: str, garbage: str | None) -> str:
    """The action with an id that exists, or with none."""
    if garbage is not None:
        return re.sub(r"\{\w+\}", garbage, action)
    ids = playground.ids
    kinds = {
        "/ctos/": ids["cto"],
        "/projects/": ids["project"],
        # One that is cancelled takes no other step any more.
        f"{ENGAGEMENT}cancel": ids["talk"],
        "/engagements/": ids["engagement"],
        "/admin/members/": ids["member"],
        "/admin/ctos/": ids["waiting"],
    }
    kind = next((id_ for prefix, id_ in kinds.items() if action.startswith(prefix)), ids["cto"])
    return re.sub(r"\{\w+\}", kind, action)


async def send(playground: Playground, role: str, path: str, body: bytes, **headers: str) -> httpx.Response:
    token = playground.visitors[role].form_token
    async with playground.browser(role, **{**FORM, "x-csrf-token": token, **headers}) as browser:
        return await browser.post(path, content=body)


@pytest.mark.parametrize(("action", "names"), FORMS, ids=[action for action, _ in FORMS])
@examples(12)
@given(data=st.data())
async def test_nonsense_in_a_form_is_refused_or_kept_but_never_breaks_it(playground: Playground, action, names, data):
    usual = ["admin"] if action.startswith("/admin") else ["client", "cto"]
    role = data.draw(st.sampled_from([*usual, *usual, *playground.visitors]))
    garbage = data.draw(st.sampled_from([None, None, None, "x", "0" * 36, "%00", "%ff", "{{1}}"]))
    pairs = data.draw(filled(names))
    before = await playground.contents()
    answer = await send(playground, role, place(playground, action, garbage), encode(pairs))
    assert answer.status_code < 500, answer.text
    assert "a=b" not in str(answer.headers)
    assert re.match(r"/(?!/)", answer.headers.get("location", "/"))
    assert_answer_harmless(answer)
    # When an address has an account already, its owner is told: that is written down.
    if answer.status_code >= 400 and action not in {"/signup", "/apply"}:
        assert await playground.contents() == before
    if action != "/login":
        assert PASSWORD not in answer.text


@pytest.mark.parametrize(("action", "names"), FORMS, ids=[action for action, _ in FORMS])
async def test_nonsense_that_has_done_harm_elsewhere_is_refused_or_kept(playground: Playground, action, names):
    role = "admin" if action.startswith("/admin") else "cto" if action.startswith("/account") else "client"
    path = place(playground, action, None)
    hashes = any("assword" in name for name in names)  # which takes long, on purpose
    forms = [[(name, value) for name in names] for value in (HARDEST if hashes else KNOWN)]
    forms += [
        [(n, value if n == name else GOOD[n]) for n in names]
        for name in names
        for value in HARDEST
        if not hashes or len(names) > 4
    ]
    for pairs in forms if names else ():
        answer = await send(playground, role, path, encode(pairs))
        assert answer.status_code < 500, pairs
        assert_answer_harmless(answer)


@pytest.mark.parametrize(("action", "names"), WITHOUT_FILES, ids=[action for action, _ in WITHOUT_FILES])
async def test_a_form_that_is_none_is_refused_as_such(playground: Playground, action, names):
    role = "admin" if action.startswith("/admin") else "client"
    path = place(playground, action, None)
    before = await playground.contents()
    huge = encode([((names or ["x"])[0], "")]) + b"x" * 10_000_000
    bodies = {
        400: [b"a=%ff", b"name=%ED%A0%80", b"\xff\xfe", b"&".join(b"a=%d" % n for n in range(501))],
        413: [huge],
    }
    for status, each in bodies.items():
        for body in each:
            answer = await send(playground, role, path, body)
            # The wizard says on its own page what is too large, and here is no connection with such a page.
            wanted = 404 if (status, action) == (413, "/admin/sso/{id}/metadata") else status
            assert answer.status_code == wanted, (body[:40], answer.status_code)
            assert "<html" in answer.text
    for content_type in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
        answer = await send(playground, role, path, b'{"name": "x"}', **{"content-type": content_type})
        assert answer.status_code == 415
    for headers in (
        {"x-csrf-token": "x" * 43},
        {"origin": "https://evil.example"},
        {"origin": "http://["},
        {"origin": "null"},
    ):
        answer = await send(playground, role, path, b"", **headers)
        assert answer.status_code == 403, headers
    assert await playground.contents() == before


async def test_what_was_typed_with_markup_is_shown_as_text_wherever_it_is_shown_later(marketplaces):
    market = await marketplaces.open(tagline="Plain")
    text = MARKUP + TEMPLATES
    admin, client, writer = await market.join("admin"), await market.join("client"), await market.join("cto")
    for person in (client, writer):
        await person.mutate("updateAccount", "__typename", {"name": text[:110]})
    saved = await writer.mutate("updateCtoProfile", "... on Cto { id }", profile(headline=text[:130], bio=text * 3))
    await writer.mutate("submitCtoProfile", "__typename")
    await admin.mutate("declineCto", "__typename", {"ctoId": saved["id"], "reason": text})
    await writer.mutate("submitCtoProfile", "__typename")
    await admin.mutate("approveCto", "__typename", {"ctoId": saved["id"]})
    await market.work_off()
    await client.mutate("writeReview", "__typename", {"ctoId": saved["id"], "rating": 1, "body": text})
    posted = await client.mutate("createProject", "... on Project { id }", {"title": text[:130], "description": text})
    await client.mutate("publishProject", "__typename", {"projectId": posted["id"]})
    await market.work_off()
    project = f"/projects/{posted['id']}"
    tokens = [f"/{page}={MARKUP}" for page in ("login?next", "signup?next", "verify?token")]
    searches = [f"/ctos?{name}={MARKUP}" for name in ("search", "skills", "industries")]
    public = ["/", "/ctos", f"/ctos/{saved['id']}", *searches]
    edit = [f"{project}/edit?step={step}" for step in ("about", "skills", "terms", "review", MARKUP)]
    places = [
        (None, [*public, *tokens]),
        (client, [*public, "/projects", f"/projects?search={MARKUP}", project, *edit, "/account"]),
        (writer, [*public, "/projects", project, "/account", "/account/profile"]),
        (admin, ["/admin/members", f"/admin/members?search={MARKUP}", "/admin/audit", "/projects", project]),
    ]
    shown = 0
    for person, paths in places:
        async with market.browser() as browser:
            if person is not None:
                await sign_in(browser, person)
            for path in paths:
                page = await browser.get(path)
                assert page.status_code == 200, (path, page.status_code)
                assert_harmless(page.text)
                assert "49{%" not in page.text
                shown += "&lt;script&gt;alert" in page.text
    assert shown >= 15


async def test_a_refused_form_shows_what_was_typed_as_text(playground: Playground):
    for action, names in FORMS:
        fields = [(name, MARKUP) for name in names]
        for role in ("visitor", "cto"):
            answer = await send(playground, role, place(playground, action, None), encode(fields))
            assert answer.status_code < 500, (action, role)
            assert_answer_harmless(answer)


async def test_signing_out_takes_nothing_but_the_token(marketplaces):
    market = await marketplaces.open()
    person = await market.join("client")
    async with market.browser() as browser:
        await sign_in(browser, person)
        token = form_token((await browser.get("/account")).text)
        body = encode([("_csrf", token), ("next", "//evil.example"), ("\0", MARKUP)])
        answer = await browser.post("/logout", content=body, headers=FORM)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
