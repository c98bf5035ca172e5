"""Good messages with something changed at random: refused, whatever that was, and never an error of ours."""

import random
from collections.abc import AsyncIterator

import pytest
from lxml import etree
from tests.domains.sso.hostile_idp import Signer, assertion, deflated, encode, encrypted, logout_request, response
from tests.domains.sso.saml_scene import IDP, Scene, connect, visitor
from tests.factories import Marketplace

ROUNDS = 60


@pytest.fixture
async def scene(market: Marketplace) -> AsyncIterator[Scene]:
    signer = Signer()
    async with visitor(market) as browser:
        scene = Scene(market, await connect(market, signer), signer, browser)
        await scene.read_metadata()
        await scene.depart()
        yield scene


def spoilt(content: bytes, choice: random.Random) -> bytes:
    """The same with a byte changed, a piece gone, a piece twice, or two pieces in each other's place."""
    first, second = sorted(choice.randrange(len(content)) for _ in range(2))
    match choice.randrange(4):
        case 0:
            return content[:first] + bytes([choice.randrange(256)]) + content[first + 1 :]
        case 1:
            return content[:first] + content[second:]
        case 2:
            return content[:second] + content[first:]
        case _:
            return content[second:] + content[first:second] + content[:first]


def rearranged(root: etree._Element, choice: random.Random) -> bytes:
    """The same with an element gone, twice, elsewhere, or without one of its attributes."""
    copy = etree.fromstring(etree.tostring(root))
    inner = list(copy.iter())[1:]
    element, other = choice.choice(inner), choice.choice(list(copy.iter()))
    match choice.randrange(4):
        case 0:
            element.getparent().remove(element)
        case 1:
            element.addnext(etree.fromstring(etree.tostring(element)))
        case 2 if element not in [other, *other.iterancestors()]:
            other.append(element)
        case _:
            for name in list(element.attrib)[:1]:
                del element.attrib[name]
    return etree.tostring(copy)


def says(content: bytes) -> bytes:
    """What a message says, without the one part that nobody believes: what signatures say of their keys."""
    root = etree.fromstring(content)
    for each in root.xpath("//*[local-name()='KeyInfo' and not(ancestor::*[local-name()='EncryptedData'])]"):
        each.getparent().remove(each)
    return etree.tostring(root, method="c14n", exclusive=True)


async def test_spoilt_answers_are_refused(scene: Scene) -> None:
    choice = random.Random(7)
    honest = scene.signer.sign(scene.signed())
    claims = scene.claims()
    hidden = response(claims, encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0]))
    for number in range(ROUNDS):
        root = hidden if number % 3 == 2 else honest
        plain = spoilt(etree.tostring(root), choice) if number % 2 else rearranged(root, choice)
        if plain == etree.tostring(root):
            continue
        answer = await scene.send(encode(plain))
        # An encrypted assertion alone is signed, the response around it is not.
        if answer.status_code == 303 and (root is hidden or says(plain) == says(etree.tostring(root))):
            await scene.depart()
            claims = scene.claims()
            hidden = response(claims, encrypted(scene.signer.sign(assertion(claims)), scene.certificates[0]))
            honest = scene.signer.sign(scene.signed())
            continue
        assert answer.status_code == 400, plain
    assert not await scene.signed_in()


async def test_spoilt_sign_outs_are_refused(scene: Scene) -> None:
    choice = random.Random(8)
    honest = scene.signer.sign(logout_request(IDP, scene.slo))
    async with visitor(scene.market) as courier:
        for number in range(ROUNDS):
            plain = spoilt(etree.tostring(honest), choice) if number % 2 else rearranged(honest, choice)
            if plain == etree.tostring(honest):
                continue
            answer = await courier.post(f"{scene.path}/slo", data={"SAMLRequest": encode(plain)})
            good = answer.status_code == 303 and says(plain) == says(etree.tostring(honest))
            assert good or answer.status_code == 400, plain
            query = "".join(choice.choice("SAMLRequest=&%+é?;\0 ") for _ in range(40))
            spoiled = await courier.get(f"{scene.path}/slo", params={"SAMLRequest": deflated(plain), query: query})
            assert spoiled.status_code == 400
