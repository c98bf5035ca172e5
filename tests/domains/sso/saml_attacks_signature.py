"""Attacks on signatures: wrapping, stripping, forging, and saying strange things in them."""

from copy import deepcopy
from datetime import timedelta

import httpx
import xmlsec
from lxml import etree
from tests.domains.sso.hostile_idp import (
    DS,
    SAML,
    SAMLP,
    Element,
    Signer,
    assertion,
    encode,
    encrypted,
    find,
    make,
    renewed,
    response,
)
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_scene import Scene

SIGNATURES = Attacks()
FOREIGN = Signer("mallory.example")

ONE = "Answer has one assertion"
COVERS = "Signature covers the assertion"
PLACES = "Signatures stand where they belong"
MAKER = "Signature of the assertion is the provider's"
STRONG = "Signature of the assertion is strong"
SCHEMA = "Message follows the schema"
READ = "Message can be read"


def evil(original: Element) -> Element:
    """The same for somebody else, unsigned and under another ID."""
    copy = renewed(original)
    for signature in copy.xpath("./ds:Signature", namespaces={"ds": DS}):
        copy.remove(signature)
    for number, element in enumerate(copy.xpath("descendant-or-self::*[@ID]")):
        element.set("ID", f"_evil{number}")
    find(copy, ".//saml:NameID").text = "admin"
    return copy


def unsigned(original: Element) -> Element:
    copy = renewed(original)
    copy.remove(find(copy, "./ds:Signature"))
    return copy


def signed_response(scene: Scene) -> Element:
    claims = scene.claims()
    return scene.signer.sign(response(claims, assertion(claims)))


@SIGNATURES.stopped_by(SCHEMA)
async def xsw1_response_wrapped_in_its_signature(scene: Scene) -> httpx.Response:
    original = signed_response(scene)
    wrapper = evil(original)
    signature = deepcopy(find(original, "./ds:Signature"))
    signature.append(unsigned(original))
    wrapper.insert(1, signature)
    return await scene.send(wrapper)


@SIGNATURES.stopped_by(SCHEMA)
async def xsw2_response_beside_its_signature(scene: Scene) -> httpx.Response:
    original = signed_response(scene)
    wrapper = evil(original)
    wrapper.insert(1, unsigned(original))
    wrapper.insert(2, deepcopy(find(original, "./ds:Signature")))
    return await scene.send(wrapper)


@SIGNATURES.stopped_by(ONE)
async def xsw3_evil_assertion_before_the_signed_one(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    original.addprevious(evil(original))
    return await scene.send(answer)


@SIGNATURES.stopped_by(SCHEMA)
async def xsw4_signed_assertion_inside_the_evil_one(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper = evil(original)
    answer.replace(original, wrapper)
    wrapper.append(original)
    return await scene.send(answer)


@SIGNATURES.stopped_by(ONE)
async def xsw5_evil_assertion_takes_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper = evil(original)
    wrapper.insert(1, deepcopy(find(original, "./ds:Signature")))
    answer.replace(original, wrapper)
    answer.append(unsigned(original))
    return await scene.send(answer)


@SIGNATURES.stopped_by(SCHEMA)
async def xsw6_signed_assertion_inside_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper, signature = evil(original), deepcopy(find(original, "./ds:Signature"))
    signature.append(unsigned(original))
    wrapper.insert(1, signature)
    answer.replace(original, wrapper)
    return await scene.send(answer)


@SIGNATURES.stopped_by(ONE)
async def xsw7_evil_assertion_in_extensions(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    extensions = make(SAMLP, "Extensions")
    extensions.append(evil(find(answer, "./saml:Assertion")))
    answer.insert(1, extensions)
    return await scene.send(answer)


@SIGNATURES.stopped_by(ONE)
async def xsw8_signed_assertion_in_an_object(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper, signature = evil(original), deepcopy(find(original, "./ds:Signature"))
    holder = make(DS, "Object")
    holder.append(unsigned(original))
    signature.append(holder)
    wrapper.insert(1, signature)
    answer.replace(original, wrapper)
    return await scene.send(answer)


@SIGNATURES.stopped_by(READ)
async def duplicate_ids(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    twin = evil(original)
    twin.set("ID", original.get("ID"))
    original.addprevious(twin)
    return await scene.send(answer)


@SIGNATURES.stopped_by(READ)
async def id_in_another_spelling(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    holder = make(SAMLP, "Extensions")
    etree.SubElement(holder, "{urn:x}x", Id=find(answer, "./saml:Assertion").get("ID"))
    answer.insert(1, holder)
    return await scene.send(answer)


@SIGNATURES.stopped_by(READ)
async def xml_id_shadows_the_assertion(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    holder = make(SAMLP, "Extensions")
    shadow = etree.SubElement(holder, "{urn:x}x")
    shadow.set("{http://www.w3.org/XML/1998/namespace}id", original.get("ID"))
    answer.insert(1, holder)
    return await scene.send(answer)


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
async def signature_covers_another_element(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper, holder = evil(original), make(SAMLP, "Extensions")
    wrapper.insert(1, deepcopy(find(original, "./ds:Signature")))
    honest = etree.SubElement(holder, "{urn:x}honest", ID=original.get("ID"))
    honest.text = "not an assertion"
    answer.insert(1, holder)
    answer.replace(original, wrapper)
    return await scene.send(answer)


@SIGNATURES.stopped_by(COVERS)
async def signature_with_two_references(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    reference = find(answer, ".//ds:Reference")
    reference.addnext(deepcopy(reference))
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
async def manifest_in_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    holder = make(DS, "Object")
    holder.append(make(DS, "Manifest"))
    holder[0].append(deepcopy(find(answer, ".//ds:Reference")))
    find(answer, ".//ds:Signature").append(holder)
    return await scene.send(answer)


@SIGNATURES.stopped_by(PLACES)
async def signature_in_extensions(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    holder = make(SAMLP, "Extensions")
    holder.append(find(original, "./ds:Signature"))
    answer.insert(1, holder)
    return await scene.send(answer)


@SIGNATURES.stopped_by("Signature is there")
async def encrypted_but_not_signed(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(assertion(claims), scene.certificates[0])))


@SIGNATURES.stopped_by(MAKER)
async def encrypted_and_signed_by_a_stranger(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(FOREIGN.sign(assertion(claims)), scene.certificates[0])))


@SIGNATURES.stopped_by("Assertion can be decrypted")
async def encrypted_for_somebody_else(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(scene.signer.sign(assertion(claims)), FOREIGN.certificate)))


@SIGNATURES.stopped_by("Assertion can be decrypted")
async def encrypted_with_rsa_1_5(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    opened = scene.signer.sign(assertion(claims))
    hidden = encrypted(opened, scene.certificates[0], key_method=xmlsec.Transform.RSA_PKCS1)
    return await scene.send(response(claims, hidden))


@SIGNATURES.stopped_by("Assertion can be decrypted")
async def encrypted_data_on_another_host(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    hidden = encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0])
    value = find(hidden, "./xenc:EncryptedData/xenc:CipherData/xenc:CipherValue")
    reference = etree.Element("{http://www.w3.org/2001/04/xmlenc#}CipherReference", URI="http://127.0.0.1:1/x")
    value.getparent().replace(value, reference)
    return await scene.send(response(claims, hidden))


@SIGNATURES.stopped_by("Assertion can be decrypted")
async def encrypted_response_inside(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    return await scene.send(response(claims, encrypted(scene.signed(), scene.certificates[0])))


@SIGNATURES.stopped_by("Assertion can be decrypted")
async def encrypted_assertion_with_a_comment_in_the_name(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims))
    find(signed, ".//saml:NameID").insert(0, etree.Comment("x"))
    return await scene.send(response(claims, encrypted(signed, scene.certificates[0])))


@SIGNATURES.stopped_by("Decrypted answer has one assertion")
async def encrypted_assertion_with_another_inside(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    outer = scene.signer.sign(assertion(claims))
    inner = assertion(scene.claims(subject="admin"))
    advice = make(SAML, "Advice")
    advice.append(inner)
    find(outer, "./saml:Conditions").addnext(advice)
    return await scene.send(response(claims, encrypted(outer, scene.certificates[0])))


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
