"""Browsers that somebody has signed in with before, and what strangers may try.

Guessing must be hopeless, and must not keep the owner out: counted by account alone, ten wrong passwords from anywhere
would shut it. So a browser that has signed in as somebody holds a device cookie (OWASP, "Slow Down Online Guessing
Attacks with Device Cookies"), and its attempts on that account are counted apart: nobody else can use them up.
Strangers are counted tightly by account and address together, and by account alone up to a ceiling that many addresses
at once cannot exceed (OWASP Authentication Cheat Sheet, "Login Throttling"). Who meets the ceiling with a new browser
gets in by a passkey, or by a reset link, which makes the browser known.

The cookie lets nobody in, and says nothing but that it is ours. Counts and cookies do without Valkey.
"""

from uuid import UUID

from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.kit.crypto import keyed_digest, random_token, same

DEVICE = "device"
"""The cookie of a known browser."""
DEVICE_LIFETIME = 365 * 86_400
"""Of the cookie, in seconds; each sign-in begins it anew."""

PER_DEVICE = Limit("sign-in-device", attempts=10, seconds=600)
PER_KNOWN = Limit("sign-in-known", attempts=300, seconds=3600)
"""Of all known browsers of an account together: who knew its password once may have had any number made known."""
PER_ACCOUNT_AND_ADDRESS = Limit("sign-in-account-address", attempts=10, seconds=600)
PER_ACCOUNT = Limit("sign-in-account", attempts=100, seconds=3600)
PER_ADDRESS = Limit("sign-in-address", attempts=200, seconds=600)

Counted = tuple[Limit, *tuple[str, ...]]


def make_known(product: Product, tenant_id: UUID, user_id: UUID) -> str:
    """What a browser is given that has signed in as somebody, always another one."""
    device = random_token()
    return f"{device}.{_digest(product, tenant_id, user_id, device)}"


def limits_of(
    product: Product, tenant_id: UUID, email: str, address: str, user_id: UUID | None, cookie: str
) -> list[Counted]:
    """What an attempt to sign in is counted by, in order.

    Whether there is such an account changes nothing, unless the browser holds its cookie.

    Args:
        product: whose key signs cookies.
        tenant_id: where.
        email: as it was typed.
        address: of the network.
        user_id: whose address that is, None for nobody's.
        cookie: that the browser holds; empty where it has none.
    """
    device, _, digest = cookie.partition(".")
    tenant = str(tenant_id)
    ours = user_id is not None and device.isascii() and same(digest, _digest(product, tenant_id, user_id, device))
    if ours:
        return [(PER_DEVICE, tenant, device), (PER_KNOWN, tenant, str(user_id))]
    # The tight one first: what it refuses does not use up the ceiling.
    return [
        (PER_ADDRESS, tenant, address),
        (PER_ACCOUNT_AND_ADDRESS, tenant, email, address),
        (PER_ACCOUNT, tenant, email),
    ]


def _digest(product: Product, tenant_id: UUID, user_id: UUID, device: str) -> str:
    return keyed_digest(product.settings.secret_key, "known browser", f"{tenant_id} {user_id} {device}")
