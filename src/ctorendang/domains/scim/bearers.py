"""Which directory a bearer token stands for."""

from dataclasses import dataclass, replace
from datetime import timedelta

from ctorendang.domains.scim.errors import ScimTokenNotAccepted
from ctorendang.domains.scim.models import ScimDirectory
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.domains.scim.repository import TokenRepository
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.product import Product
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import random_token, token_hash

ROLE = "scim"
"""The one role that a directory acts in; no person can hold it."""
PREFIX = "scim_"
FAILURES = Limit("scim-token-address", attempts=30, seconds=300)

_SHOWN = 5
_LONGEST = 100
_TOUCH_AFTER = timedelta(minutes=1)


def new_token() -> str:
    """A secret that says what it is for, so that scanners find it where it should not be."""
    return PREFIX + random_token()


def shown_part(token: str) -> str:
    """How a token begins: enough to tell two apart."""
    return token[: len(PREFIX) + _SHOWN]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who presents a good token: the directory, and the product acting for it."""

    directory: ScimDirectory
    actor: Actor


class Bearers:
    """Finds out whose token a visitor of one tenant presents."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor.as_visitor()

    async def identify(self, token: str) -> Bearer:
        """The directory whose token this is, here: another tenant's token is nobody's.

        Raises:
            ScimTokenNotAccepted: it is missing, unknown, expired or revoked, or its directory is turned off.
            TooManyAttempts: too many of those came from this address.
        """
        self._product.grants.require(self._visitor, ScimPermission.PRESENT_TOKEN)
        found = await self._find(token)
        if found is None:
            await self._product.limiter.count(FAILURES, str(self._visitor.tenant_id), self._visitor.address)
            raise ScimTokenNotAccepted
        actor = self._visitor.as_service(ROLE)
        return Bearer(found, replace(actor, name=f"{found.name} (SCIM)"))

    async def _find(self, token: str) -> ScimDirectory | None:
        if not token.startswith(PREFIX) or len(token) > _LONGEST:
            return None
        tenant_id = self._visitor.tenant_id
        authenticator = self._visitor.as_service(AUTHENTICATOR)
        async with self._product.units.begin(authenticator) as work:
            tokens = TokenRepository(work.session)
            found = await tokens.find_good(tenant_id, token_hash(token))
            if found is None:
                return None
            known, directory = found
            if known.last_used_at is None or now() - known.last_used_at > _TOUCH_AFTER:
                await tokens.touch(tenant_id, known.id)
        return directory
