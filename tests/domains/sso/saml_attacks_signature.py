"""Attacks on signatures: stripping, forging, and saying strange things in them."""

from copy import deepcopy
from datetime import timedelta

import httpx
import xmlsec
from lxml import etree
from tests.domains.sso.hostile_idp import (
    DS,
    Signer,
    assertion,
    encode,
    find,
    make,
    response,
)
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_attacks_wrapping import signed_response
from tests.domains.sso.saml_scene import Scene

SIGNATURES = Attacks()
FOREIGN = Signer("mallory.example")

COVERS = "Signature covers the assertion"
MAKER = "Signature of the assertion is the provider's"
STRONG = "Signature of the assertion is strong"
SCHEMA = "Message follows the schema"
READ = "Message can be read"


@SIGNATURES.stopped_by("Signature is there")
async def signature_stripped(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, assertion(claims)))


@SIGNATURES.stopped_by(MAKER)
async def signed_with_a_foreign_key_and_its_certificate(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, FOREIGN.sign(assertion(claims))))


@SIGNATURES.stopped_by(MAKER)
async def foreign_key_with_the_providers_certificate(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    answer = response(claims, FOREIGN.sign(assertion(claims)))
    find(answer, ".//ds:X509Certificate").text = "".join(scene.signer.certificate.splitlines()[1:-1])
    return await scene.send(answer)


@SIGNATURES.stopped_by("Signature of the response is the provider's")
async def response_signed_by_a_stranger_around_a_good_assertion(scene: Scene) -> httpx.Response:
    return await scene.send(FOREIGN.sign(scene.signed()))


@SIGNATURES.stopped_by(STRONG)
async def hmac_with_the_certificate_as_key(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    key = xmlsec.Key.from_binary_data(xmlsec.KeyData.HMAC, scene.signer.certificate.encode())
    signed = FOREIGN.sign(assertion(claims), method=xmlsec.Transform.HMAC_SHA256, key=key)
    return await scene.send(response(claims, signed))


@SIGNATURES.stopped_by(STRONG)
async def rsa_with_sha1(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims), method=xmlsec.Transform.RSA_SHA1)
    return await scene.send(response(claims, signed))


@SIGNATURES.stopped_by(STRONG)
async def canonicalization_that_keeps_comments(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims), canonical=xmlsec.Transform.EXCL_C14N_COMMENTS)
    return await scene.send(response(claims, signed))


@SIGNATURES.stopped_by(STRONG)
async def digest_with_sha1(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, scene.signer.sign(assertion(claims), digest=xmlsec.Transform.SHA1)))


@SIGNATURES.stopped_by(MAKER)
async def name_changed_after_signing(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    find(answer, ".//saml:NameID").text = "admin"
    return await scene.send(answer)


@SIGNATURES.stopped_by("Signature of the response is the provider's")
async def name_changed_in_a_signed_response(scene: Scene) -> httpx.Response:
    answer = signed_response(scene)
    find(answer, ".//saml:NameID").text = "admin"
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def signature_covers_the_whole_document(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, scene.signer.sign(assertion(claims), uri="")))


@SIGNATURES.stopped_by(COVERS)
async def signature_with_two_references(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    reference = find(answer, ".//ds:Reference")
    second = deepcopy(reference)
    second.remove(find(second, "./ds:Transforms"))
    reference.addnext(second)
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def signature_refers_to_another_host(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    find(answer, ".//ds:Reference").set("URI", "http://127.0.0.1:1/x")
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def key_info_refers_to_another_host(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    information = find(answer, ".//ds:KeyInfo")
    information.append(make(DS, "RetrievalMethod", URI="http://127.0.0.1:1/key"))
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def transform_by_xslt(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    transform = make(DS, "Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116")
    style = etree.fromstring(
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        '<xsl:template match="/"><xsl:copy-of select="document(\'file:///etc/passwd\')"/></xsl:template>'
        "</xsl:stylesheet>"
    )
    transform.append(style)
    find(answer, ".//ds:Transforms").insert(0, transform)
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def transform_by_xpath_hides_the_name(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims))
    transform = make(DS, "Transform", Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116")
    transform.append(make(DS, "XPath", "not(ancestor-or-self::*[local-name()='NameID'])"))
    find(signed, ".//ds:Transforms").append(transform)
    return await scene.send(response(claims, signed))


@SIGNATURES.stopped_by(COVERS)
async def no_transforms(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims), transforms=(xmlsec.Transform.ENVELOPED,))
    return await scene.send(response(claims, signed))


@SIGNATURES.stopped_by(COVERS)
async def object_in_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    find(answer, ".//ds:Signature").append(make(DS, "Object", "something that is signed by nobody"))
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def manifest_in_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    holder = make(DS, "Object")
    holder.append(make(DS, "Manifest"))
    holder[0].append(deepcopy(find(answer, ".//ds:Reference")))
    find(answer, ".//ds:Signature").append(holder)
    return await scene.send(answer)


@SIGNATURES.stopped_by(READ)
async def comment_in_the_name(scene: Scene) -> httpx.Response:
    answer = scene.signed(subject="admin@corp.example.evil.example")
    plain = etree.tostring(answer).replace(b"admin@corp.example", b"admin@corp.example<!---->")
    return await scene.send(encode(plain))


@SIGNATURES.stopped_by(READ)
async def processing_instruction_in_the_name(scene: Scene) -> httpx.Response:
    plain = etree.tostring(scene.signed(subject="admin-not")).replace(b"admin-not", b"admin<?x?>-not")
    return await scene.send(encode(plain))


@SIGNATURES.stopped_by("Issue time")
async def old_answer_with_a_good_signature(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(issued=timedelta(days=-2), ends=None, confirmation_ends=timedelta(days=900)))


@SIGNATURES.stopped_by(SCHEMA)
async def two_signed_infos(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    information = find(answer, ".//ds:SignedInfo")
    information.addnext(deepcopy(information))
    return await scene.send(answer)


@SIGNATURES.stopped_by(READ)
async def comment_in_the_digest(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    find(answer, ".//ds:DigestValue").insert(0, etree.Comment("x"))
    return await scene.send(answer)


@SIGNATURES.stopped_by(MAKER)
async def namespace_that_cannot_be_canonicalized(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    value = find(answer, ".//saml:AttributeValue")
    etree.SubElement(value, "{relative}x", nsmap={"x": "relative"})
    find(answer, ".//saml:NameID").text = "admin"
    return await scene.send(answer)
