"""Attacks with a good signature: what is signed is meant for others, another time or another purpose."""

from datetime import timedelta

import httpx
from tests.domains.sso.hostile_idp import SAML, assertion, changed, encrypted, find, make, response
from tests.domains.sso.saml_attack import Attacks
from tests.domains.sso.saml_scene import Scene

CLAIMS = Attacks()

ANSWERS = "Answers our request"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
REQUESTER = "urn:oasis:names:tc:SAML:2.0:status:Requester"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


@CLAIMS.stopped_by("Issuer")
async def issuer_is_another_provider(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(issuer="https://other-idp.example/metadata"))


@CLAIMS.stopped_by("Issuer")
async def issuer_of_the_response_differs(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(response_issuer="https://other-idp.example/metadata"))


@CLAIMS.stopped_by("Audience")
async def audience_is_another_service(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(audiences=(("https://other-service.example",),)))


@CLAIMS.stopped_by("Audience")
async def audience_is_missing(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(audiences=()))


@CLAIMS.stopped_by("Audience")
async def audience_only_begins_like_ours(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(audiences=((f"{scene.entity_id}/evil",),)))


@CLAIMS.stopped_by("Audience")
async def second_audience_restriction_is_for_another_service(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(audiences=((scene.entity_id,), ("https://other-service.example",))))


@CLAIMS.stopped_by("Recipient")
async def recipient_is_another_service(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(recipient="https://other-service.example/acs"))


@CLAIMS.stopped_by("Recipient")
async def recipient_is_missing(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(recipient=None))


@CLAIMS.stopped_by("Recipient")
async def recipient_contains_our_address(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(recipient=f"https://evil.example/?to={scene.acs}"))


@CLAIMS.stopped_by("Destination")
async def destination_is_another_service(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(destination="https://other-service.example/acs"))


@CLAIMS.stopped_by("Destination")
async def destination_is_missing(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(destination=None))


@CLAIMS.stopped_by("Destination")
async def destination_begins_with_our_address(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(destination=f"{scene.acs}.evil.example/"))


@CLAIMS.stopped_by("Confirmation has not ended")
async def confirmation_without_end(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(confirmation_ends=None))


@CLAIMS.stopped_by("Confirmation has not ended")
async def confirmation_has_ended(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(confirmation_ends=timedelta(minutes=-4)))


@CLAIMS.stopped_by("Confirmation has begun")
async def confirmation_has_not_begun(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(confirmation_begins=timedelta(minutes=4)))


@CLAIMS.stopped_by("Assertion has not ended")
async def assertion_has_ended(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(ends=timedelta(minutes=-4)))


@CLAIMS.stopped_by("Assertion has begun")
async def assertion_has_not_begun(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(begins=timedelta(minutes=4)))


@CLAIMS.stopped_by("Issue time")
async def assertion_of_the_future(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(issued=timedelta(minutes=10)))


@CLAIMS.stopped_by("Conditions")
async def no_conditions(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(conditions=False))


@CLAIMS.stopped_by("Provider's session goes on")
async def session_of_the_provider_is_over(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(session_ends=timedelta(minutes=-4)))


@CLAIMS.stopped_by("Authentication time")
async def authenticated_in_the_future(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(authenticated=timedelta(minutes=10)))


@CLAIMS.stopped_by("Authentication statement")
async def no_authentication_statement(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(statements=0))


@CLAIMS.stopped_by("Subject confirmation")
async def confirmed_by_something_else_than_bearing_it(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"))


@CLAIMS.stopped_by("Subject confirmation")
async def two_confirmations_one_of_them_wrong(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    root = assertion(claims)
    subject = find(root, "./saml:Subject")
    wrong = assertion(changed(claims, recipient="https://other-service.example/acs"))
    subject.append(find(wrong, "./saml:Subject/saml:SubjectConfirmation"))
    return await scene.send(response(claims, scene.signer.sign(root)))


@CLAIMS.stopped_by("Name identifier")
async def no_name(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(subject=None))


@CLAIMS.stopped_by("Name identifier lasts")
async def name_that_changes_every_time(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(subject_format=TRANSIENT))


@CLAIMS.stopped_by("Name identifier")
async def name_encrypted_by_itself(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    root = assertion(claims)
    name = find(root, ".//saml:NameID")
    name.getparent().replace(name, encrypted(name, scene.certificates[0], name="EncryptedID"))
    return await scene.send(response(claims, scene.signer.sign(root)))


@CLAIMS.stopped_by("Attributes are clear")
async def attribute_repeated(scene: Scene) -> httpx.Response:
    twice = (("email", "ada@corp.example"), ("email", "admin@corp.example"))
    return await scene.send(scene.signed(attributes=twice))


@CLAIMS.stopped_by("Provider reports success")
async def status_is_not_success(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(status=(REQUESTER,)))


@CLAIMS.stopped_by("Provider reports success")
async def success_only_below_a_failure(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(status=(REQUESTER, SUCCESS)))


@CLAIMS.stopped_by("Message is a SAML 2.0 Response")
async def another_version_of_saml(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(version="1.1"))


@CLAIMS.stopped_by("Answer has one assertion")
async def no_assertion(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signer.sign(response(scene.claims())))


@CLAIMS.stopped_by("Answer has one assertion")
async def two_signed_assertions(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    two = [scene.signer.sign(assertion(scene.claims(subject=name))) for name in ("ada", "admin")]
    return await scene.send(response(claims, *two))


@CLAIMS.stopped_by("Answer has one assertion")
async def a_plain_assertion_beside_an_encrypted_one(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    signed = scene.signer.sign(assertion(claims))
    hidden = encrypted(scene.signer.sign(assertion(scene.claims(subject="admin"))), scene.certificates[0])
    return await scene.send(response(claims, signed, hidden))


@CLAIMS.stopped_by(ANSWERS)
async def in_response_to_absent(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(in_response_to=None, response_in_response_to=None))


@CLAIMS.stopped_by(ANSWERS)
async def in_response_to_stripped_from_the_response(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(response_in_response_to=None))


@CLAIMS.stopped_by(ANSWERS)
async def in_response_to_absent_from_what_is_signed(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(in_response_to=None))


@CLAIMS.stopped_by(ANSWERS)
async def in_response_to_forged_on_the_response(scene: Scene) -> httpx.Response:
    return await scene.send(scene.signed(in_response_to="_other"))


@CLAIMS.stopped_by(ANSWERS)
async def in_response_to_of_another_open_request(scene: Scene) -> httpx.Response:
    other, scene_state = scene.request_id, scene.state
    await scene.depart()
    scene.state = scene_state
    assert other != scene.request_id
    return await scene.send(scene.signed())


@CLAIMS.stopped_by("Conditions")
async def condition_that_nobody_knows(scene: Scene) -> httpx.Response:
    claims = scene.claims()
    root = assertion(claims)
    condition = make(SAML, "Condition")
    condition.set("{http://www.w3.org/2001/XMLSchema-instance}type", "saml:OneTimeUseType")
    find(root, "./saml:Conditions").append(condition)
    return await scene.send(scene.signer.sign(response(claims, root)))
