"""Keys that can only search, and only within one tenant."""

import base64
import hashlib
import hmac

import msgspec

from ctorendang.kit.crypto import keyed_digest

_PREFIX = 4


def search_key(secret_key: str) -> str:
    """The key from which tenants' keys are derived; it may search and nothing else, and leaves the server never.

    It follows from the product's own secret, so that every process knows it and none has to keep it.
    """
    return keyed_digest(secret_key, "typesense", "search key")


def scoped_key(parent: str, tenant_id: str) -> str:
    """A key that Typesense itself narrows to a tenant's documents, whatever is asked with it.

    See "Generate Scoped Search Key", https://typesense.org/docs/0.24.1/api/api-keys.html.
    """
    embedded = msgspec.json.encode({"filter_by": f"tenant_id:={tenant_id}"})
    digest = base64.b64encode(hmac.new(parent.encode(), embedded, hashlib.sha256).digest())
    return base64.b64encode(digest + parent[:_PREFIX].encode() + embedded).decode()
