"""Where somebody is signed in: seeing it, and ending it."""

import pytest
from tests.factories import PROBLEMS, REFUSALS, TOKENS, Marketplace, Person, form_token, sign_in, submit

from ctorendang.domains.accounts.devices import device_of

DONE = "... on Done { message }" + PROBLEMS
SESSIONS = "{ sessions { id kind method device address createdAt lastSeenAt current } }"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)


async def sessions_of(person: Person) -> list[dict]:
    return (await person.query(SESSIONS))["sessions"]


async def test_every_place_is_listed_in_plain_words(market: Marketplace):
    person = await market.join("client")
    async with market.browser(**{"user-agent": FIREFOX}) as browser:
        await sign_in(browser, person)
    program, firefox = await sessions_of(person)
    assert (program["kind"], program["current"], program["device"]) == ("PROGRAM", True, "python-httpx")
    assert (firefox["kind"], firefox["current"], firefox["device"]) == ("BROWSER", False, "Firefox on Windows")
    assert (firefox["method"], firefox["address"]) == ("PASSWORD", "198.51.100.7")


async def test_the_page_marks_this_device(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    page = (await client.get("/account/sessions")).text
    assert page.count("This device") == 1
    assert page.index("This device") < page.index("· program")
    assert "Sign out all others" in page


async def test_only_what_lets_somebody_in_is_listed(market):
    person = await market.join("client")
    async with market.browser() as idle, market.browser() as ended:
        await sign_in(idle, person)
        await market.fetch("update sessions set last_seen_at = now() - interval '8 days' where kind = 'browser'")
        await sign_in(ended, person)
        await submit(ended, "/account", "/logout", {})
    assert [session["kind"] for session in await sessions_of(person)] == ["PROGRAM"]


async def test_a_program_is_listed_while_it_can_renew_itself(market):
    person = await market.join("client")
    mine = (await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token}))[
        "accessToken"
    ]
    await market.fetch("update sessions set expires_at = now() - interval '1 minute' where user_id = $1", person.id)
    async with market.browser() as browser:
        await sign_in(browser, person)
        page = (await browser.get("/account/sessions")).text
        assert "· program" in page
        await market.fetch("update refresh_tokens set expires_at = now() where user_id = $1", person.id)
        page = (await browser.get("/account/sessions")).text
        assert "· program" not in page
    assert mine


async def test_one_of_them_is_ended(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    browser = next(each for each in await sessions_of(person) if each["kind"] == "BROWSER")
    assert (await person.mutate("endSession", DONE, {"sessionId": browser["id"]}))["__typename"] == "Done"
    assert (await client.get("/account")).status_code == 401
    assert (await person.query("{ me { id } }"))["me"] is not None


async def test_one_of_them_is_ended_with_a_button(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    program = next(each for each in await sessions_of(person) if each["kind"] == "PROGRAM")
    answer = await submit(client, "/account/sessions", f"/account/sessions/{program['id']}/end", {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sessions")
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None
    refused = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    assert refused["__typename"] == "Refusal"


async def test_all_others_are_ended(market, client):
    person = await market.join("client")
    async with market.browser() as other:
        await sign_in(other, person)
        await sign_in(client, person)
        answer = await submit(client, "/account/sessions", "/account/sessions/end-others", {})
        assert answer.status_code == 303
        assert (await other.get("/account")).status_code == 401
        assert (await client.get("/account")).status_code == 200
    assert (await person.graphql("{ me { id } }"))["data"]["me"] is None


async def test_all_others_are_ended_by_a_program(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await person.mutate("endOtherSessions", DONE)
    assert (await client.get("/account")).status_code == 401
    assert len(await sessions_of(person)) == 1


@pytest.mark.parametrize("whose", ["another person's", "another tenant's", "ended", "unknown"])
async def test_what_is_none_of_ones_own_is_not_there(market, other_market, whose):
    person = await market.join("client")
    stranger = await (other_market if whose == "another tenant's" else market).join("client", "admin")
    theirs = (await sessions_of(stranger))[0]["id"]
    if whose == "ended":
        theirs = (await sessions_of(person))[0]["id"]
        await market.fetch("update sessions set ended_at = now() where user_id = $1", person.id)
        person = await _again(market, person)
    elif whose == "unknown":
        theirs = str(person.id)
    refused = await person.mutate("endSession", DONE, {"sessionId": theirs})
    assert refused["code"] == "not_found"
    assert (await stranger.query("{ me { id } }"))["me"] is not None


async def _again(market: Marketplace, person: Person) -> Person:
    tokens = await market.mutate(
        "signIn", TOKENS + REFUSALS, {"email": person.email, "password": "correct horse battery staple"}
    )
    person.access_token = tokens["accessToken"]
    return person


async def test_ending_is_audited(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    await person.mutate("endOtherSessions", DONE)
    (event,) = await market.fetch("select actor_id, details from audit_events where action = 'accounts.sessions.ended'")
    assert event["actor_id"] == person.id


async def test_another_site_cannot_press_the_button(market, client):
    person = await market.join("client")
    await sign_in(client, person)
    token = form_token((await client.get("/account/sessions")).text)
    answer = await client.post(
        "/account/sessions/end-others", data={"_csrf": token}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert len(await sessions_of(person)) == 2


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on iPhone"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/130.0.0.0 Safari/537.36",
            "Chrome on Mac",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko)"
            " SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/130.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("curl/8.9.1", "curl"),
        ("Mozilla/5.0", "An unknown device"),
        ("<script>alert(1)</script>", "An unknown device"),
        ("", "An unknown device"),
    ],
)
def test_a_device_is_called_what_people_call_it(user_agent, device):
    assert device_of(user_agent) == device
