"""Passkeys on the wire (WebAuthn level 3): what a browser is asked for, and whether what it answers is good.

Pure: no session, no database. Always with user verification, so a passkey is two factors by itself, and always
discoverable, so that nobody has to say who they are first.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ctorendang.domains.accounts.errors import PasskeyNotAccepted

_CHALLENGE_BYTES = 32
_LONGEST_ANSWER = 20_000
"""Characters; authenticators that attest send a few thousand."""
_PATIENCE = 300_000
"""Milliseconds that the browser waits for the person."""
_TRANSPORTS = {each.value: each for each in AuthenticatorTransport}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a request came to.

    Attributes:
        origin: scheme, host and port as the browser names it.
        rp_id: the host alone, which a passkey is bound to.
    """

    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """As much of a passkey as a browser is told."""

    credential_id: bytes
    transports: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that has just been made."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int
    transports: list[str]
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent, taken apart and not yet believed.

    Attributes:
        challenge: that it claims to answer.
        user_handle: whose passkey the authenticator says it is; None where it does not.
    """

    content: dict[str, Any] = field(repr=False)
    credential_id: bytes
    challenge: bytes
    user_handle: bytes | None


def new_challenge() -> bytes:
    """What an authenticator signs so that its answer cannot be of another time."""
    return secrets.token_bytes(_CHALLENGE_BYTES)


def creation_options(
    site: Site,
    *,
    challenge: bytes,
    tenant: str,
    user_handle: bytes,
    email: str,
    name: str,
    have: Iterable[KnownPasskey],
) -> str:
    """What ``navigator.credentials.create`` takes, as JSON.

    Args:
        site: where the passkey will be good.
        challenge: at least 16 random bytes.
        tenant: what the browser calls this site.
        user_handle: stays with the passkey and says whose it is; no personal data (section 14.6.1).
        email: tells a person's passkeys apart in the browser's list.
        name: of the person.
        have: theirs on this site, so that an authenticator makes no second one.
    """
    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=tenant,
        user_id=user_handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=_PATIENCE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[_descriptor(each) for each in have],
    )
    return options_to_json(options)


def request_options(site: Site, *, challenge: bytes, have: Iterable[KnownPasskey] = ()) -> str:
    """What ``navigator.credentials.get`` takes, as JSON; without ``have`` the person chooses among all of this site."""
    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=_PATIENCE,
        allow_credentials=[_descriptor(each) for each in have],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def take_apart(text: str) -> Answer:
    """What a browser's answer claims.

    Raises:
        PasskeyNotAccepted: it is no such answer.
    """
    try:
        content = json.loads(text if len(text) <= _LONGEST_ANSWER else "")
        response = content["response"]
        client_data = parse_client_data_json(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        return Answer(
            content=content,
            credential_id=base64url_to_bytes(content["id"]),
            challenge=client_data.challenge,
            user_handle=base64url_to_bytes(handle) if handle else None,
        )
    except Exception as error:
        raise PasskeyNotAccepted from error


def verify_creation(answer: Answer, site: Site, challenge: bytes) -> NewPasskey:
    """A new passkey (section 7.1). What made it is not asked for: any authenticator that verifies its user will do.

    Raises:
        PasskeyNotAccepted: it was made for another site or challenge, or without verifying the user.
    """
    try:
        made = verify_registration_response(
            credential=answer.content,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyNotAccepted from error
    transports = _known_transports(answer.content["response"].get("transports"))
    return NewPasskey(
        made.credential_id, made.credential_public_key, made.sign_count, transports, made.credential_backed_up
    )


def verify_use(answer: Answer, site: Site, challenge: bytes, public_key: bytes) -> tuple[int, bool]:
    """The authenticator's counter, and whether the passkey is backed up, once its signature holds (section 7.2).

    Comparing the counter with the one before is the caller's part: it must be stored in the same transaction.

    Raises:
        PasskeyNotAccepted: it was signed for another site or challenge, by another key, or without verifying the user.
    """
    try:
        used = verify_authentication_response(
            credential=answer.content,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyNotAccepted from error
    return used.new_sign_count, used.credential_backed_up


def _known_transports(said: object) -> list[str]:
    """Hints for the browser, which may say anything."""
    return sorted(_TRANSPORTS.keys() & {str(each) for each in said}) if isinstance(said, list) else []


def _descriptor(passkey: KnownPasskey) -> PublicKeyCredentialDescriptor:
    transports = [_TRANSPORTS[each] for each in passkey.transports if each in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports or None)
