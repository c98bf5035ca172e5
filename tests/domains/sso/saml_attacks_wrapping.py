"""Attacks by wrapping: what is signed is there, and something else stands where it is looked for."""

from copy import deepcopy

import httpx
from lxml import etree
from tests.domains.sso.hostile_idp import (
    DS,
    SAMLP,
    Element,
    assertion,
    find,
    make,
    renewed,
    response,
)
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_scene import Scene

WRAPPING = Attacks()

ONE = "Answer has one assertion"
COVERS = "Signature covers the assertion"
PLACES = "Signatures stand where they belong"
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


@WRAPPING.stopped_by(SCHEMA)
async def xsw1_response_wrapped_in_its_signature(scene: Scene) -> httpx.Response:
    original = signed_response(scene)
    wrapper = evil(original)
    signature = deepcopy(find(original, "./ds:Signature"))
    signature.append(unsigned(original))
    wrapper.insert(1, signature)
    return await scene.send(wrapper)


@WRAPPING.stopped_by(SCHEMA)
async def xsw2_response_beside_its_signature(scene: Scene) -> httpx.Response:
    original = signed_response(scene)
    wrapper = evil(original)
    wrapper.insert(1, unsigned(original))
    wrapper.insert(2, deepcopy(find(original, "./ds:Signature")))
    return await scene.send(wrapper)


@WRAPPING.stopped_by(ONE)
async def xsw3_evil_assertion_before_the_signed_one(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    original.addprevious(evil(original))
    return await scene.send(answer)


@WRAPPING.stopped_by(SCHEMA)
async def xsw4_signed_assertion_inside_the_evil_one(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper = evil(original)
    answer.replace(original, wrapper)
    wrapper.append(original)
    return await scene.send(answer)


@WRAPPING.stopped_by(ONE)
async def xsw5_evil_assertion_takes_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper = evil(original)
    wrapper.insert(1, deepcopy(find(original, "./ds:Signature")))
    answer.replace(original, wrapper)
    answer.append(unsigned(original))
    return await scene.send(answer)


@WRAPPING.stopped_by(SCHEMA)
async def xsw6_signed_assertion_inside_the_signature(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    wrapper, signature = evil(original), deepcopy(find(original, "./ds:Signature"))
    signature.append(unsigned(original))
    wrapper.insert(1, signature)
    answer.replace(original, wrapper)
    return await scene.send(answer)


@WRAPPING.stopped_by(ONE)
async def xsw7_evil_assertion_in_extensions(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    extensions = make(SAMLP, "Extensions")
    extensions.append(evil(find(answer, "./saml:Assertion")))
    answer.insert(1, extensions)
    return await scene.send(answer)


@WRAPPING.stopped_by(ONE)
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


@WRAPPING.stopped_by(READ)
async def duplicate_ids(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    twin = evil(original)
    twin.set("ID", original.get("ID"))
    original.addprevious(twin)
    return await scene.send(answer)


@WRAPPING.stopped_by(READ)
async def id_in_another_spelling(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    holder = make(SAMLP, "Extensions")
    etree.SubElement(holder, "{urn:x}x", Id=find(answer, "./saml:Assertion").get("ID"))
    answer.insert(1, holder)
    return await scene.send(answer)


@WRAPPING.stopped_by(READ)
async def xml_id_shadows_the_assertion(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    holder = make(SAMLP, "Extensions")
    shadow = etree.SubElement(holder, "{urn:x}x")
    shadow.set("{http://www.w3.org/XML/1998/namespace}id", original.get("ID"))
    answer.insert(1, holder)
    return await scene.send(answer)


@WRAPPING.stopped_by(COVERS)
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


@WRAPPING.stopped_by(PLACES)
async def signature_in_extensions(scene: Scene) -> httpx.Response:
    answer = scene.signed()
    original = find(answer, "./saml:Assertion")
    holder = make(SAMLP, "Extensions")
    holder.append(find(original, "./ds:Signature"))
    answer.insert(1, holder)
    return await scene.send(answer)
