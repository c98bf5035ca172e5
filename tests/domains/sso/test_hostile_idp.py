"""A hostile identity provider, and whoever else may send something to our addresses, against the live ones.

Whatever comes is answered with 4xx and a reference, signs nobody in or out, and leaves a trace that names the check.
"""

from collections.abc import AsyncIterator

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_attack import Attack
from tests.domains.sso.saml_attacks_claims import CLAIMS
from tests.domains.sso.saml_attacks_encryption import ENCRYPTION
from tests.domains.sso.saml_attacks_logout import LOGOUT
from tests.domains.sso.saml_attacks_signature import SIGNATURES
from tests.domains.sso.saml_attacks_transport import TRANSPORT
from tests.domains.sso.saml_attacks_wrapping import WRAPPING
from tests.domains.sso.saml_scene import REFERENCE, Scene, connect, visitor
from tests.factories import Marketplaces

SIGN_IN = WRAPPING | SIGNATURES | ENCRYPTION | CLAIMS | TRANSPORT


@pytest.fixture(scope="module")
async def base(marketplaces: Marketplaces) -> Scene:
    """A tenant whose connection is attacked."""
    market = await marketplaces.open()
    signer = Signer()
    connection_id = await connect(market, signer)
    async with market.browser() as browser:
        scene = Scene(market, connection_id, signer, browser)
        await scene.read_metadata()
    return scene


@pytest.fixture
async def scene(base: Scene) -> AsyncIterator[Scene]:
    """A browser that is on its way to the provider."""
    async with visitor(base.market) as browser:
        scene = Scene(
            base.market, base.connection_id, base.signer, browser, base.entity_id, base.acs, base.slo, base.certificates
        )
        await scene.depart()
        yield scene


async def _sessions(scene: Scene) -> list[object]:
    return await scene.market.fetch("select id from sessions where ended_at is null order by id")


async def test_an_honest_answer_signs_on(scene: Scene) -> None:
    before = await _sessions(scene)
    arrived = await scene.send(scene.signed())
    assert arrived.status_code == 303, arrived.text
    assert arrived.headers["location"].startswith(f"/sso/{scene.connection_id}/finish?ticket=")
    assert "set-cookie" not in arrived.headers
    finished = await scene.browser.get(arrived.headers["location"])
    assert finished.status_code == 303, finished.text
    assert await scene.signed_in()
    assert len(await _sessions(scene)) == len(before) + 1


@pytest.mark.parametrize("attack", SIGN_IN.values(), ids=SIGN_IN.keys())
async def test_nobody_is_signed_in_by(attack: Attack, scene: Scene) -> None:
    answer = await attack.act(scene)
    await _is_refused(attack, scene, answer)
    assert not await scene.signed_in()


@pytest.mark.parametrize("attack", LOGOUT.values(), ids=LOGOUT.keys())
async def test_nobody_is_signed_out_by(attack: Attack, scene: Scene) -> None:
    arrived = await scene.send(scene.signed())
    await scene.browser.get(arrived.headers["location"])
    assert await scene.signed_in()
    answer = await attack.act(scene)
    await _is_refused(attack, scene, answer)
    assert await scene.signed_in()


async def _is_refused(attack: Attack, scene: Scene, answer: object) -> None:
    assert answer.status_code == attack.status, answer.text
    assert "evil.example" not in answer.headers.get("location", "")
    assert scene.browser.cookies.get("session") is None or "session=" not in answer.headers.get("set-cookie", "")
    if attack.check is None:
        assert answer.headers["x-request-id"] in answer.text
        assert not REFERENCE.search(answer.text)
        return
    failed = await scene.failed_check(answer)
    assert failed is not None
    assert failed.name == attack.check, failed
    assert failed.hint or failed.got


def test_there_are_enough_cases() -> None:
    assert len(SIGN_IN) + len(LOGOUT) >= 45
