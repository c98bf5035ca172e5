"""What a hostile OpenID provider or browser tries at the live callback: each lie is stopped by its own check."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import text
from tests.domains.sso.hostile_op import LIES, HostileOp, Lie, payload
from tests.domains.sso.oidc_visit import Connected, connect, is_signed_in, opens_account, provider, somebody
from tests.factories import Marketplace, Marketplaces


@dataclass
class Scene:
    """A tenant that is connected to a hostile provider."""

    connected: Connected
    op: HostileOp

    @property
    def market(self) -> Marketplace:
        return self.connected.market

    async def sessions(self) -> int:
        (row,) = await self.market.fetch("select count(*) from sessions where method = 'sso'")
        return row["count"]


@pytest.fixture
async def scene(market: Marketplace):
    with provider(HostileOp()) as op:
        yield Scene(await connect(market, op), op)


@pytest.fixture(scope="module")
async def stage(marketplaces: Marketplaces):
    """A scene for all lies, since each of them leaves it as it was."""
    with provider(HostileOp()) as op:
        yield Scene(await connect(await marketplaces.open(), op), op)


@pytest.mark.parametrize("name", LIES)
@pytest.mark.filterwarnings("ignore:Key size")
async def test_a_lie_is_stopped_by_its_check(name: str, stage: Scene):
    lie, connected, scene = LIES[name], stage.connected, stage
    scene.op.lie, scene.op.person = Lie(""), somebody()
    await connected.change(jwks={}, jwks_fetched_at=None, jwks_tried_at=None)
    async with scene.market.browser() as browser:
        if lie.query:
            await connected.sign_on(browser)
        before = await scene.sessions()
        scene.op.lie = lie
        called = await connected.call_back(browser, lie.query)
        if not lie.check:
            assert called.status_code == 303
            await browser.get(called.headers["location"])
            assert await scene.sessions() == before + 1
            return
        assert (called.status_code, called.headers.get("location")) == (400, None), called.text
        failed = (await connected.trace(called)).checks[-1]
        assert (failed.name, failed.passed) == (lie.check, False)
        assert failed.hint
        assert await scene.sessions() == before
        assert is_signed_in(browser) == bool(lie.query)


async def test_a_state_works_once_whether_its_answer_was_good_or_not(scene: Scene):
    async with scene.market.browser() as browser:
        for lie in (Lie(""), Lie("Nonce", claims={"nonce": "n"})):
            scene.op.lie = lie
            address = await scene.connected.come_back(browser)
            first = await scene.connected.answer(address)
            assert first.status_code == (400 if lie.check else 303)
            scene.op.lie, scene.op.used = Lie(""), set()
            again = await scene.connected.answer(address)
            assert again.status_code == 400
            assert (await scene.connected.trace(again)).checks[-1].name == "State is of a pending sign-in"


async def test_an_answer_that_comes_too_late_is_refused(scene: Scene):
    async with scene.market.browser() as browser:
        address = await scene.connected.come_back(browser)
    async with scene.connected.work() as work:
        await work.session.execute(text("update sso_requests set expires_at = now() - interval '1 second'"))
    called = await scene.connected.answer(address)
    assert (await scene.connected.trace(called)).checks[-1].name == "State is of a pending sign-in"


async def test_a_code_counts_once_even_where_the_provider_would_exchange_it_again(scene: Scene):
    """The provider forgets that it has seen the code, checks no PKCE, and makes the ID token fit the newer sign-in."""
    connected, op = scene.connected, scene.op
    async with scene.market.browser() as browser:
        first = await connected.come_back(browser)
        assert (await connected.answer(first)).status_code == 303
        code = parse_qs(urlsplit(first).query)["code"][0]
        second = await connected.come_back(browser)
    op.used.clear()
    op.codes[code] = op.newest
    called = await connected.answer(replaced(second, code=code))
    assert called.status_code == 400
    assert (await connected.trace(called)).checks[-1].name == "Answer was not seen before"


async def test_a_stolen_code_fails_for_lack_of_the_verifier(scene: Scene):
    """Somebody puts the victim's code into a sign-in of their own: PKCE at an honest provider stops it."""
    async with scene.market.browser() as victim, scene.market.browser() as thief:
        stolen = parse_qs(urlsplit(await scene.connected.come_back(victim)).query)["code"][0]
        own = await scene.connected.come_back(thief)
        called = await scene.connected.answer(replaced(own, code=stolen))
        assert (await scene.connected.trace(called)).checks[-1].name == "Code is exchanged"
        assert "PKCE" in (await scene.connected.trace(called)).checks[-1].got


async def test_a_stolen_code_fails_by_the_nonce_where_the_provider_forgets_pkce(scene: Scene):
    scene.op.pkce = False
    async with scene.market.browser() as victim, scene.market.browser() as thief:
        stolen = parse_qs(urlsplit(await scene.connected.come_back(victim)).query)["code"][0]
        own = await scene.connected.come_back(thief)
        called = await scene.connected.answer(replaced(own, code=stolen))
        assert (await scene.connected.trace(called)).checks[-1].name == "Nonce"


async def test_an_answer_is_good_at_the_connection_that_it_was_asked_for_alone(scene: Scene):
    """Mix-up: two connections of one tenant, even to the same provider, do not take each other's answers."""
    other = await connect(scene.market, scene.op)
    async with scene.market.browser() as browser:
        address = await scene.connected.come_back(browser)
        called = await other.answer(address.replace(str(scene.connected.id), str(other.id)))
        assert called.status_code == 400
        assert (await other.trace(called)).checks[-1].name == "State is of a pending sign-in"
        assert (await scene.connected.answer(address)).status_code == 303


async def test_an_answer_is_good_in_the_tenant_that_asked_alone(scene: Scene, other_market: Marketplace):
    """State and code of one tenant are worth nothing in another, be it at its own connection to the same provider."""
    abroad = await connect(other_market, scene.op)
    async with scene.market.browser() as browser:
        address = await scene.connected.come_back(browser)
        path = address.partition(":8000")[2]
        assert (await abroad.answer(path)).status_code == 404
        called = await abroad.answer(path.replace(str(scene.connected.id), str(abroad.id)))
        assert called.status_code == 400
        assert (await abroad.trace(called)).checks[-1].name == "State is of a pending sign-in"
        assert (await scene.connected.answer(address)).status_code == 303


async def test_a_ticket_is_good_in_its_tenant_and_at_its_connection_alone(scene: Scene, other_market: Marketplace):
    abroad, other = await connect(other_market, scene.op), await connect(scene.market, scene.op)
    async with scene.market.browser() as browser:
        called = await scene.connected.call_back(browser)
        ticket = urlsplit(called.headers["location"]).query
        cookie = browser.cookies["sso"]
        assert (await browser.get(f"/sso/{other.id}/finish?{ticket}")).status_code == 400
        async with other_market.browser(cookie=f"sso={cookie}") as elsewhere:
            assert (await elsewhere.get(f"/sso/{abroad.id}/finish?{ticket}")).status_code == 400
        assert (await browser.get(called.headers["location"])).status_code == 303


async def test_somebody_elses_answer_signs_nobody_in(scene: Scene):
    """Login CSRF: the victim's browser is sent to a finished sign-in of the attacker's."""
    async with scene.market.browser() as attacker, scene.market.browser() as victim:
        await scene.connected.leave(victim)
        called = await scene.connected.call_back(attacker)
        assert (await victim.get(called.headers["location"])).status_code == 400
        assert not is_signed_in(victim)


async def test_a_session_cookie_at_the_callback_changes_nothing(scene: Scene):
    async with scene.market.browser() as browser, scene.market.browser() as another:
        await scene.connected.sign_on(browser)
        scene.op.person = somebody()
        address = await scene.connected.come_back(another)
        called = await scene.connected.answer(address, cookie=f"session={browser.cookies['session']}")
        assert called.status_code == 303
        await another.get(called.headers["location"])
        assert await opens_account(another)


@pytest.mark.parametrize("status", ["draft", "tested", "disabled"])
async def test_a_connection_that_is_not_active_signs_nobody_in(status: str, scene: Scene):
    other = await connect(scene.market, scene.op)
    async with scene.market.browser() as browser:
        address = await other.come_back(browser)
        await other.change(_status=status)
        assert (await other.answer(address)).status_code == 404
        assert (await browser.get(f"/sso/{other.id}/login")).status_code == 404


async def test_a_connection_of_another_protocol_takes_no_codes(scene: Scene):
    async with scene.market.browser() as browser:
        address = await scene.connected.come_back(browser)
        await scene.connected.change(_protocol="saml")
        assert (await scene.connected.answer(address)).status_code == 404


async def test_unknown_keys_are_asked_for_once_a_minute(scene: Scene):
    async with scene.market.browser() as browser:
        await scene.connected.sign_on(browser)
        asked = scene.op.calls["/jwks"]
        for kid in ("one", "two", "three"):
            scene.op.lie = Lie("Signing key", sign=lambda op, claims, kid=kid: op.sign(claims, kid=kid))
            assert (await scene.connected.call_back(browser)).status_code == 400
        assert scene.op.calls["/jwks"] == asked
        await scene.connected.change(jwks_tried_at=None)
        assert (await scene.connected.call_back(browser)).status_code == 400
        assert (await scene.connected.call_back(browser)).status_code == 400
        assert scene.op.calls["/jwks"] == asked + 1


async def test_texts_that_cannot_be_kept_are_left_out_and_break_nothing(scene: Scene):
    odd = "\ud800\0\x1b"

    def sign(op: HostileOp, claims: dict) -> str:
        changed = {**claims, "name": odd, "groups": [odd, "engineers", 7, None], "sid": odd, "amr": odd, odd: odd}
        return payload(json.dumps(changed))(op, {})

    scene.op.lie = Lie("", sign=sign, userinfo=lambda _, given: (200, {**given, odd: [odd], "name": {"a": odd}}))
    await scene.connected.change(_roles_by_group={"engineers": "cto"})
    async with scene.market.browser() as browser:
        await scene.connected.sign_on(browser)
        assert await opens_account(browser)
    (user,) = await scene.market.fetch("select name, roles, email from users")
    assert (user["name"], user["roles"]) == (user["email"].partition("@")[0], ["cto"])


@pytest.mark.parametrize("address", ["\0@x.example", "\ud800@x.example", "x" * 400, "no address", 7, {"a": 1}, ""])
async def test_an_address_that_is_none_opens_no_account(address: object, scene: Scene):
    def sign(op: HostileOp, claims: dict) -> str:
        return payload(json.dumps({**claims, "email": address}))(op, {})

    scene.op.lie = Lie("", sign=sign)
    async with scene.market.browser() as browser:
        called = await scene.connected.call_back(browser)
        arrived = await browser.get(called.headers["location"])
        assert arrived.status_code == 400
        assert (await scene.connected.trace(arrived)).checks[-1].name == "E-mail address is there"
        assert await scene.sessions() == 0


def replaced(address: str, **values: str) -> str:
    """An address with other parameters."""
    parts = urlsplit(address)
    given = {name: each[0] for name, each in parse_qs(parts.query).items()} | values
    return parts._replace(query=urlencode(given)).geturl()
