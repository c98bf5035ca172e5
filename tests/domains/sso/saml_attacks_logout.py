"""Attacks on signing out: each is tried while somebody is signed in, who must stay so."""

import base64
import zlib
from datetime import timedelta
from urllib.parse import quote

import httpx
import xmlsec
from lxml import etree
from tests.domains.sso.hostile_idp import (
    SAML,
    Signer,
    deflated,
    encode,
    find,
    logout_request,
    logout_response,
    make,
    signed_query,
)
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_scene import IDP, Scene, connect

LOGOUT = Attacks()
FOREIGN = Signer("mallory.example")

UNSIGNED = "Signature is there"
MAKER = "Signature of the message is the provider's"
READ = "Message can be read"


async def go(scene: Scene, query: str) -> httpx.Response:
    return await scene.browser.get(f"{scene.path}/slo?{query}")


async def post(scene: Scene, **form: str) -> httpx.Response:
    async with scene.market.browser(origin="https://idp.example") as courier:
        return await courier.post(f"{scene.path}/slo", data=form)


@LOGOUT.stopped_by(UNSIGNED)
async def logout_unsigned_in_an_address(scene: Scene) -> httpx.Response:
    message = deflated(etree.tostring(logout_request(IDP, scene.slo)))
    return await go(scene, f"SAMLRequest={quote(message, safe='')}")


@LOGOUT.stopped_by(UNSIGNED)
async def logout_unsigned_in_a_form(scene: Scene) -> httpx.Response:
    return await post(scene, SAMLRequest=encode(logout_request(IDP, scene.slo)))


@LOGOUT.stopped_by(UNSIGNED)
async def logout_signed_inside_where_the_address_must_be(scene: Scene) -> httpx.Response:
    message = deflated(etree.tostring(scene.signer.sign(logout_request(IDP, scene.slo))))
    return await go(scene, f"SAMLRequest={quote(message, safe='')}")


@LOGOUT.stopped_by(MAKER)
async def logout_signed_by_a_stranger_in_an_address(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(FOREIGN, logout_request(IDP, scene.slo)))


@LOGOUT.stopped_by(MAKER)
async def logout_signed_by_a_stranger_in_a_form(scene: Scene) -> httpx.Response:
    return await post(scene, SAMLRequest=encode(FOREIGN.sign(logout_request(IDP, scene.slo))))


@LOGOUT.stopped_by("Signature of the message is strong")
async def logout_signed_with_sha1_in_an_address(scene: Scene) -> httpx.Response:
    algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    request = logout_request(IDP, scene.slo)
    return await go(scene, signed_query(scene.signer, request, method=xmlsec.Transform.RSA_SHA1, algorithm=algorithm))


@LOGOUT.stopped_by("Signature of the message is strong")
async def logout_signed_with_sha1_in_a_form(scene: Scene) -> httpx.Response:
    signed = scene.signer.sign(logout_request(IDP, scene.slo), method=xmlsec.Transform.RSA_SHA1)
    return await post(scene, SAMLRequest=encode(signed))


@LOGOUT.stopped_by(MAKER)
async def logout_with_another_message_than_was_signed(scene: Scene) -> httpx.Response:
    signed = signed_query(scene.signer, logout_request(IDP, scene.slo, subject="somebody"))
    other = quote(deflated(etree.tostring(logout_request(IDP, scene.slo))), safe="")
    return await go(scene, f"SAMLRequest={other}&{signed.partition('&')[2]}")


@LOGOUT.stopped_by(MAKER)
async def logout_with_another_relay_state_than_was_signed(scene: Scene) -> httpx.Response:
    signed = signed_query(scene.signer, logout_request(IDP, scene.slo), relay_state="a")
    return await go(scene, signed.replace("RelayState=a", "RelayState=b"))


@LOGOUT.stopped_by("Message is there")
async def logout_twice_in_one_address(scene: Scene) -> httpx.Response:
    signed = signed_query(scene.signer, logout_request(IDP, scene.slo, subject="somebody"))
    other = quote(deflated(etree.tostring(logout_request(IDP, scene.slo))), safe="")
    return await go(scene, f"SAMLRequest={other}&{signed}")


@LOGOUT.stopped_by(READ)
async def logout_that_inflates_to_eight_megabytes(scene: Scene) -> httpx.Response:
    deflater = zlib.compressobj(9, wbits=-15)
    block = b" " * 1_000_000
    bomb = b"".join(deflater.compress(block) for _ in range(8)) + deflater.flush()
    assert len(bomb) < 12_000
    message = base64.b64encode(bomb).decode()
    return await go(scene, signed_query(scene.signer, message))


@LOGOUT.stopped_by(READ)
async def logout_with_entities(scene: Scene) -> httpx.Response:
    plain = b'<!DOCTYPE r [<!ENTITY x "ada">]>' + etree.tostring(logout_request(IDP, scene.slo))
    return await go(scene, signed_query(scene.signer, deflated(plain)))


@LOGOUT.stopped_by(READ)
async def logout_not_compressed(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(scene.signer, encode(logout_request(IDP, scene.slo))))


@LOGOUT.stopped_by("Destination")
async def logout_for_another_service(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(scene.signer, logout_request(IDP, "https://other-service.example/slo")))


@LOGOUT.stopped_by("Destination")
async def logout_for_nobody(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(scene.signer, logout_request(IDP, None)))


@LOGOUT.stopped_by("Destination")
async def logout_for_an_address_that_begins_like_ours(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(scene.signer, logout_request(IDP, f"{scene.slo}.evil.example")))


@LOGOUT.stopped_by("Destination")
async def logout_for_another_connection(scene: Scene) -> httpx.Response:
    connection_id = await connect(scene.market, scene.signer)
    slo = scene.slo.replace(str(scene.connection_id), str(connection_id))
    return await go(scene, signed_query(scene.signer, logout_request(IDP, slo)))


@LOGOUT.stopped_by("Issuer")
async def logout_from_another_provider(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(scene.signer, logout_request("https://other-idp.example", scene.slo)))


@LOGOUT.stopped_by("Issue time")
async def logout_of_an_hour_ago(scene: Scene) -> httpx.Response:
    return await go(scene, signed_query(scene.signer, logout_request(IDP, scene.slo, issued=timedelta(hours=-1))))


@LOGOUT.stopped_by("Request has not ended")
async def logout_that_has_ended(scene: Scene) -> httpx.Response:
    request = logout_request(IDP, scene.slo, NotOnOrAfter="2020-01-01T00:00:00Z")
    return await go(scene, signed_query(scene.signer, request))


@LOGOUT.stopped_by("Message was not seen before")
async def logout_replayed(scene: Scene) -> httpx.Response:
    query = signed_query(scene.signer, logout_request(IDP, scene.slo, subject="somebody"))
    assert (await go(scene, query)).status_code == 303
    return await go(scene, query)


@LOGOUT.stopped_by("Message follows the schema")
async def logout_wrapped_around_a_signed_one(scene: Scene) -> httpx.Response:
    signed = scene.signer.sign(logout_request(IDP, scene.slo, subject="somebody"))
    wrapper = logout_request(IDP, scene.slo)
    signature = find(signed, "./ds:Signature")
    signed.remove(signature)
    signature.append(signed)
    wrapper.insert(1, signature)
    return await post(scene, SAMLRequest=encode(wrapper))


@LOGOUT.stopped_by("Message is a SAML 2.0 LogoutRequest")
async def assertion_instead_of_a_logout(scene: Scene) -> httpx.Response:
    return await post(scene, SAMLRequest=encode(scene.signer.sign(scene.signed())))


@LOGOUT.stopped_by("Name identifier")
async def logout_of_nobody(scene: Scene) -> httpx.Response:
    request = logout_request(IDP, scene.slo, subject=" ")
    return await go(scene, signed_query(scene.signer, request))


@LOGOUT.stopped_by("Message follows the schema")
async def logout_of_a_name_with_something_in_it(scene: Scene) -> httpx.Response:
    request = logout_request(IDP, scene.slo)
    find(request, "./saml:NameID").append(make(SAML, "NameID", "admin"))
    return await go(scene, signed_query(scene.signer, request))


@LOGOUT.stopped_by(None, 404)
async def logout_at_a_disabled_connection(scene: Scene) -> httpx.Response:
    disabled = await connect(scene.market, scene.signer, status="disabled")
    slo = scene.slo.replace(str(scene.connection_id), str(disabled))
    query = signed_query(scene.signer, logout_request(IDP, slo))
    return await scene.browser.get(f"/sso/{disabled}/slo?{query}")


@LOGOUT.stopped_by(UNSIGNED)
async def logout_answer_unsigned(scene: Scene) -> httpx.Response:
    message = deflated(etree.tostring(logout_response(IDP, scene.slo, "_x")))
    return await go(scene, f"SAMLResponse={quote(message, safe='')}")


@LOGOUT.stopped_by("Answers our request")
async def logout_answer_to_nothing(scene: Scene) -> httpx.Response:
    query = signed_query(scene.signer, logout_response(IDP, scene.slo, "_x"), parameter="SAMLResponse")
    return await go(scene, query)


@LOGOUT.stopped_by("Message is there")
async def logout_without_a_message(scene: Scene) -> httpx.Response:
    return await go(scene, "")
