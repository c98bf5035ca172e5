"""Attacks with encrypted assertions: nobody on the way can read them, and so nobody has looked at them either."""

import httpx
import xmlsec
from lxml import etree
from tests.domains.sso.hostile_idp import DS, SAML, Element, Signer, assertion, encrypted, find, make, response
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_scene import Scene

ENCRYPTION = Attacks()
FOREIGN = Signer("mallory.example")

MAKER = "Signature of the assertion is the provider's"
OPENED = "Assertion can be decrypted"


async def refused_unread(scene: Scene, answer: Element) -> httpx.Response:
    """Sent, and refused for what it refers to: nobody has gone there to look."""
    refused = await scene.send(answer)
    failed = await scene.failed_check(refused)
    assert failed is not None
    assert failed.got == "it refers to another address"
    return refused


@ENCRYPTION.stopped_by("Signature is there")
async def encrypted_but_not_signed(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(assertion(claims), scene.certificates[0])))


@ENCRYPTION.stopped_by(MAKER)
async def encrypted_and_signed_by_a_stranger(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(FOREIGN.sign(assertion(claims)), scene.certificates[0])))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_for_somebody_else(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(scene.signer.sign(assertion(claims)), FOREIGN.certificate)))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_with_rsa_1_5(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    opened = scene.signer.sign(assertion(claims))
    hidden = encrypted(opened, scene.certificates[0], key_method=xmlsec.Transform.RSA_PKCS1)
    return await scene.send(response(claims, hidden))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_data_on_another_host(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    hidden = encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0])
    value = find(hidden, "./xenc:EncryptedData/xenc:CipherData/xenc:CipherValue")
    reference = etree.Element("{http://www.w3.org/2001/04/xmlenc#}CipherReference", URI="http://127.0.0.1:1/x")
    value.getparent().replace(value, reference)
    return await refused_unread(scene, response(claims, hidden))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_response_inside(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(scene.signed(), scene.certificates[0])))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_assertion_with_a_comment_in_the_name(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims))
    find(signed, ".//saml:NameID").insert(0, etree.Comment("x"))
    return await scene.send(response(claims, encrypted(signed, scene.certificates[0])))


@ENCRYPTION.stopped_by("Decrypted answer has one assertion")
async def encrypted_assertion_with_another_inside(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    outer = scene.signer.sign(assertion(claims))
    inner = assertion(scene.claims(subject="admin"))
    advice = make(SAML, "Advice")
    advice.append(inner)
    find(outer, "./saml:Conditions").addnext(advice)
    return await scene.send(response(claims, encrypted(outer, scene.certificates[0])))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_with_triple_des(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    hidden = encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0], method=xmlsec.Transform.DES3)
    return await scene.send(response(claims, hidden))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_key_on_another_host(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    hidden = encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0])
    key = find(hidden, ".//xenc:EncryptedKey")
    key.getparent().replace(key, make(DS, "RetrievalMethod", URI="http://127.0.0.1:1/key"))
    return await refused_unread(scene, response(claims, hidden))


@ENCRYPTION.stopped_by(OPENED)
async def encrypted_data_changed_on_the_way(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    hidden = encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0])
    value = find(hidden, "./xenc:EncryptedData/xenc:CipherData/xenc:CipherValue")
    value.text = value.text[:-8].swapcase() + value.text[-8:]
    return await scene.send(response(claims, hidden))


@ENCRYPTION.stopped_by("Message follows the schema")
async def encrypted_nothing(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, make(SAML, "EncryptedAssertion")))
