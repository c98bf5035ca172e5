"""Attacks on how answers travel, on what is remembered between them, and on the reader itself."""

import base64
import re
import zlib
from datetime import timedelta
from urllib.parse import unquote

import httpx
from lxml import etree
from tests.domains.sso.hostile_idp import deflated, encode
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_scene import Scene, connect, visitor

TRANSPORT = Attacks()

READ = "Message can be read"
THERE = "Message is there"
OPEN = "Request is open"


async def elsewhere(scene: Scene, **settings: object) -> Scene:
    """Another connection of the same tenant to the same provider."""
    connection_id = await connect(scene.market, scene.signer, **settings)
    other = Scene(scene.market, connection_id, scene.signer, scene.browser)
    await other.read_metadata()
    return other


@TRANSPORT.stopped_by(OPEN)
async def request_of_another_connection(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene)
    await other.depart()
    scene.request_id, scene.state = other.request_id, other.state
    return await scene.send(scene.signed())


@TRANSPORT.stopped_by(OPEN)
async def request_of_another_tenant(scene: Scene) -> httpx.Response:
    market = await scene.market.marketplaces.open()
    async with market.browser() as browser:
        other = Scene(market, await connect(market, scene.signer), scene.signer, browser)
        await other.depart()
    scene.request_id, scene.state = other.request_id, other.state
    return await scene.send(scene.signed())


@TRANSPORT.stopped_by("Destination")
async def answer_for_another_tenant(scene: Scene) -> httpx.Response:
    market = await scene.market.marketplaces.open()
    async with market.browser() as browser:
        other = Scene(market, await connect(market, scene.signer), scene.signer, browser)
        await other.read_metadata()
        await other.depart()
        return await scene.send(other.signed())


@TRANSPORT.stopped_by("Destination")
async def answer_for_another_connection(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene)
    await other.depart()
    return await scene.send(other.signed())


@TRANSPORT.stopped_by(None, 404)
async def connection_of_another_tenant(scene: Scene) -> httpx.Response:
    market = await scene.market.marketplaces.open()
    scene.connection_id = await connect(market, scene.signer)
    return await scene.send(scene.signed())


@TRANSPORT.stopped_by("Browser is the one that left")
async def request_of_another_browser(scene: Scene) -> httpx.Response:
    arrived = await scene.send(scene.signed())
    assert arrived.status_code == 303
    async with scene.market.browser() as victim:
        return await victim.get(arrived.headers["location"])


@TRANSPORT.stopped_by("Browser is the one that left")
async def request_of_another_browser_that_left_too(scene: Scene) -> httpx.Response:
    arrived = await scene.send(scene.signed())
    async with scene.market.browser() as victim:
        await victim.get(f"{scene.path}/login")
        return await victim.get(arrived.headers["location"])


@TRANSPORT.stopped_by(OPEN)
async def request_answered_before(scene: Scene) -> httpx.Response:
    first = await scene.send(scene.signed())
    assert first.status_code == 303
    return await scene.send(scene.signed())


@TRANSPORT.stopped_by("Ticket is good")
async def ticket_used_before(scene: Scene) -> httpx.Response:
    arrived = await scene.send(scene.signed())
    async with scene.market.browser() as other:
        other.cookies = scene.browser.cookies
        first = await other.get(arrived.headers["location"])
    assert first.status_code == 303
    scene.browser.cookies.clear()
    return await scene.browser.get(arrived.headers["location"])


@TRANSPORT.stopped_by(OPEN)
async def relay_state_is_missing(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(), RelayState="")


@TRANSPORT.stopped_by(OPEN)
async def relay_state_is_an_address(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(), RelayState="https://evil.example/")


@TRANSPORT.stopped_by("Provider may begin")
async def nobody_asked_and_that_is_off(scene: Scene) -> httpx.Response:
    scene.request_id = None
    return await scene.send(scene.signed(), RelayState="")


@TRANSPORT.stopped_by(OPEN)
async def nobody_asked_yet_it_answers_something(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, allow_idp_initiated=True)
    other.request_id = "_forged"
    return await other.send(other.signed(response_in_response_to=None))


@TRANSPORT.stopped_by("Answer was not seen before")
async def replay_of_an_unasked_answer(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, allow_idp_initiated=True)
    answer = other.signed()
    assert (await other.send(answer)).status_code == 303
    return await other.send(answer)


@TRANSPORT.stopped_by("Answer was not seen before")
async def replay_of_the_assertion_in_another_response(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, allow_idp_initiated=True)
    answer = other.signed()
    assert (await other.send(answer)).status_code == 303
    answer.set("ID", "_fresh")
    return await other.send(answer)


@TRANSPORT.stopped_by(None, 404)
async def connection_is_disabled(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, status="disabled", allow_idp_initiated=True)
    return await other.send(other.signed())


@TRANSPORT.stopped_by(None, 404)
async def connection_is_a_draft(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, status="draft", allow_idp_initiated=True)
    return await other.send(other.signed())


@TRANSPORT.stopped_by(None, 404)
async def connection_is_only_tested(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, status="tested", allow_idp_initiated=True)
    return await other.send(other.signed())


@TRANSPORT.stopped_by(None, 404)
async def connection_id_is_nonsense(scene: Scene) -> httpx.Response:
    async with scene.market.browser() as courier:
        return await courier.post("/sso/nonsense/acs", data={"SAMLResponse": encode(scene.signed())})


@TRANSPORT.stopped_by("Assertion is encrypted")
async def plain_where_encryption_is_wanted(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, want_encrypted=True)
    await other.depart()
    return await other.send(other.signed())


@TRANSPORT.stopped_by("Authentication is recent")
async def old_authentication_where_a_new_one_is_forced(scene: Scene) -> httpx.Response:
    other = await elsewhere(scene, force_authn=True)
    await other.depart()
    return await other.send(other.signed(authenticated=timedelta(minutes=-30)))


def with_prolog(scene: Scene, prolog: str, name: str = "ada") -> str:
    plain = etree.tostring(scene.signed(subject="ada")).decode().replace(">ada<", f">{name}<")
    return encode(f"{prolog}{plain}".encode())


@TRANSPORT.stopped_by(READ)
async def document_type_definition(scene: Scene) -> httpx.Response:
    return await scene.send(with_prolog(scene, "<!DOCTYPE r>"))


@TRANSPORT.stopped_by(READ)
async def external_entity(scene: Scene) -> httpx.Response:
    prolog = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    answer = await scene.send(with_prolog(scene, prolog, "&x;"))
    assert "root:" not in answer.text
    return answer


@TRANSPORT.stopped_by(READ)
async def external_definition(scene: Scene) -> httpx.Response:
    return await scene.send(with_prolog(scene, '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/evil.dtd">'))


@TRANSPORT.stopped_by(READ)
async def entity_bomb(scene: Scene) -> httpx.Response:
    entities = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    return await scene.send(with_prolog(scene, f"<!DOCTYPE r [{entities}]>", "&x11;"))


@TRANSPORT.stopped_by(READ)
async def ten_thousand_elements_deep(scene: Scene) -> httpx.Response:
    return await scene.send(encode(b"<a>" * 10_000 + b"</a>" * 10_000))


@TRANSPORT.stopped_by(READ)
async def not_xml(scene: Scene) -> httpx.Response:
    return await scene.send(encode(b"user=admin"))


@TRANSPORT.stopped_by(READ)
async def zero_bytes(scene: Scene) -> httpx.Response:
    return await scene.send(encode(etree.tostring(scene.signed()).replace(b"ada", b"a\0a")))


@TRANSPORT.stopped_by(READ)
async def another_encoding_than_it_says(scene: Scene) -> httpx.Response:
    return await scene.send(encode(b'<?xml version="1.0" encoding="UTF-16"?>' + etree.tostring(scene.signed())))


@TRANSPORT.stopped_by(READ)
async def not_base64(scene: Scene) -> httpx.Response:
    return await scene.send("%%% no base64 %%%")


@TRANSPORT.stopped_by(READ)
async def compressed_where_it_must_not_be(scene: Scene) -> httpx.Response:
    return await scene.send(deflated(etree.tostring(scene.signed())))


@TRANSPORT.stopped_by(READ)
async def larger_than_any_answer(scene: Scene) -> httpx.Response:
    return await scene.send(encode(b"<a>" + b"x" * 600_000 + b"</a>"))


@TRANSPORT.stopped_by(THERE)
async def nothing(scene: Scene) -> httpx.Response:
    return await scene.send(None)


@TRANSPORT.stopped_by(THERE)
async def two_answers_at_once(scene: Scene) -> httpx.Response:
    body = "&".join(["SAMLResponse=" + encode(scene.signed()).replace("+", "%2B").replace("=", "%3D")] * 2)
    return await post(scene, body.encode())


@TRANSPORT.stopped_by(None, 413)
async def ten_megabytes(scene: Scene) -> httpx.Response:
    return await post(scene, b"SAMLResponse=" + b"A" * 10_000_000)


@TRANSPORT.stopped_by(None, 415)
async def json_instead_of_a_form(scene: Scene) -> httpx.Response:
    return await post(scene, b'{"SAMLResponse": ""}', "application/json")


@TRANSPORT.stopped_by(None, 400)
async def a_thousand_fields(scene: Scene) -> httpx.Response:
    return await post(scene, b"&".join(b"a%d=1" % n for n in range(1000)))


@TRANSPORT.stopped_by(None, 400)
async def form_in_no_encoding(scene: Scene) -> httpx.Response:
    return await post(scene, b"SAMLResponse=\xff\xfe")


@TRANSPORT.stopped_by("Message is a SAML 2.0 Response")
async def our_own_request_sent_back(scene: Scene) -> httpx.Response:
    away = await scene.browser.get(f"{scene.path}/login")
    found = re.search(r"SAMLRequest=([^&]+)", away.headers["location"])
    assert found
    plain = zlib.decompress(base64.b64decode(unquote(found[1])), -15)
    return await scene.send(encode(plain))


@TRANSPORT.stopped_by(None, 405)
async def answer_in_the_address(scene: Scene) -> httpx.Response:
    return await scene.browser.get(f"{scene.path}/acs", params={"SAMLResponse": encode(scene.signed())})


async def post(scene: Scene, body: bytes, kind: str = "application/x-www-form-urlencoded") -> httpx.Response:
    async with visitor(scene.market) as courier:
        return await courier.post(f"{scene.path}/acs", content=body, headers={"content-type": kind})
