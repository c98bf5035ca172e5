"""An authenticator in software (WebAuthn level 3), which can also be made to lie."""

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from tests.factories import form_token

_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
JSON = {"accept": "application/json"}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Credential:
    """One passkey: what no page ever sees of it."""

    id: bytes
    rp_id: str
    user_handle: bytes
    key: ec.EllipticCurvePrivateKey
    count: int = 0


@dataclass
class SoftAuthenticator:
    """Holds passkeys, and is at one origin, as a browser is."""

    origin: str
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: dict[str, Any], **lies: Any) -> str:
        """A new passkey, as the browser's script would send it."""
        made = Credential(
            os.urandom(32), options["rp"]["id"], unb64(options["user"]["id"]), ec.generate_private_key(ec.SECP256R1())
        )
        self.credentials.append(made)
        numbers = made.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(made.id)) + made.id + cbor2.dumps(cose)
        data = self._data(made, _ATTESTED, lies) + attested
        response = {
            "clientDataJSON": b64(self._client_data("webauthn.create", options, lies)),
            "attestationObject": b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal", "telepathy"],
        }
        return self._sent(made, response)

    def get(self, options: dict[str, Any], credential: Credential | None = None, **lies: Any) -> str:
        """A signature with a passkey, as the browser's script would send it.

        Args:
            options: what the page asked for.
            credential: which passkey; the newest one of the host otherwise.
            lies: ``challenge``, ``origin``, ``rp_id``, ``type``, ``verified``, ``count``, ``key``, ``user_handle``.
        """
        used = credential or next(each for each in reversed(self.credentials) if each.rp_id == options["rpId"])
        used.count = lies.get("count", used.count + 1)
        data = self._data(used, 0, lies)
        client_data = self._client_data("webauthn.get", options, lies)
        signed = lies.get("key", used.key).sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        handle = lies.get("user_handle", used.user_handle)
        response = {
            "clientDataJSON": b64(client_data),
            "authenticatorData": b64(data),
            "signature": b64(signed),
            **({"userHandle": b64(handle)} if handle is not None else {}),
        }
        return self._sent(used, response)

    def _data(self, credential: Credential, flags: int, lies: dict[str, Any]) -> bytes:
        flags |= _PRESENT | (_VERIFIED if lies.get("verified", True) else 0) | _BACKUP_ELIGIBLE | _BACKED_UP
        rp_id = lies.get("rp_id", credential.rp_id)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", credential.count)

    def _client_data(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
        said = {
            "type": lies.get("type", kind),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _sent(self, credential: Credential, response: dict[str, Any]) -> str:
        id_ = b64(credential.id)
        return json.dumps({"id": id_, "rawId": id_, "type": "public-key", "response": response})


async def token_of(browser: httpx.AsyncClient) -> str:
    """The token of the forms of a browser, signed in or not."""
    page = await browser.get("/account/security")
    return form_token((page if page.status_code == 200 else await browser.get("/login")).text)


async def ask(browser: httpx.AsyncClient, path: str) -> dict[str, Any]:
    """What a page's script asks for before the browser's own interface opens."""
    answer = await browser.post(f"{path}/options", data={"_csrf": await token_of(browser)}, headers=JSON)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def send(browser: httpx.AsyncClient, path: str, credential: str, **fields: str) -> httpx.Response:
    """Send the form as the script does."""
    return await browser.post(path, data={"_csrf": await token_of(browser), "credential": credential, **fields})


OWN = "/account/security/passkeys"
SIGN_IN = "/login/passkey"


async def add_passkey(browser: httpx.AsyncClient, device: SoftAuthenticator, name: str = "Laptop") -> httpx.Response:
    """Make a passkey on the security page."""
    return await send(browser, OWN, device.create(await ask(browser, OWN)), name=name)
