"""A provider that signs people out behind the browser's back (OpenID Connect Back-Channel Logout 1.0)."""

from uuid import UUID

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.oidc.flow import oidc_settings_of
from ctorendang.domains.sso.oidc.keys import Believed, ProviderKeys
from ctorendang.domains.sso.oidc.tokens import FRESH, SKEW, check_logout_token
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.provider_sessions import end_provider_sessions
from ctorendang.domains.sso.replay import see_first
from ctorendang.domains.sso.sign_on import SignOn
from ctorendang.domains.sso.status import Protocol, SignOnPurpose, usable_connection
from ctorendang.domains.sso.trace import Trace
from ctorendang.domains.sso.trace_storage import keep_trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.infra.auth.limits import Limit
from ctorendang.infra.errors import NotFound
from ctorendang.infra.product import Product
from ctorendang.kit.clock import now

TOKENS_REFUSED = Limit("oidc-logout-tokens-refused-address", attempts=300, seconds=600)


class BackChannelLogout:
    """Receives logout tokens."""

    def __init__(self, product: Product, visitor: Actor) -> None:
        self._product = product
        self._visitor = visitor
        self._service = visitor.as_service(AUTHENTICATOR)

    async def accept(self, connection_id: UUID, token: str) -> int:
        """End the sessions that a logout token names; how many there were.

        Raises:
            NotFound: there is no such connection, or it is not active.
            SignOnRefused: the token does not hold, or was sent before.
            TooManyAttempts: too many bad tokens from this network address.
        """
        self._product.grants.require(self._visitor, SsoPermission.SIGN_ON)
        caller = (str(self._visitor.tenant_id), self._visitor.address)
        await self._product.limiter.count(TOKENS_REFUSED, *caller)
        async with self._product.units.begin(self._service) as work:
            connection = await usable_connection(work, connection_id, SignOnPurpose.SIGN_IN)
        if connection.protocol != Protocol.OIDC:
            raise NotFound("There is no single sign-on at this address.")
        trace, settings = Trace("oidc back-channel logout"), oidc_settings_of(connection)
        try:
            keys = ProviderKeys(self._product, self._service, connection.id, settings)
            believed = await keys.verified(token, trace)
            check_logout_token(believed.claims, believed.header, settings, now(), trace)
            ended = await self._end_sessions(connection_id, believed, trace)
        except SignOnRefused:
            await SignOn(self._product, self._visitor).refused(connection_id, trace)
            raise
        await self._product.limiter.forgive(TOKENS_REFUSED, *caller)
        return ended

    async def _end_sessions(self, connection_id: UUID, believed: Believed, trace: Trace) -> int:
        claims = believed.claims
        async with self._product.units.begin(self._service) as work:
            until = now() + FRESH + 2 * SKEW
            first = await see_first(work, connection_id, f"logout:{claims['jti']}", until)
            hint = "The same logout token has come before."
            trace.require("Token was not seen before", first, got=claims["jti"], hint=hint)
            ended = await end_provider_sessions(work, connection_id, claims.get("sub"), claims.get("sid"))
            trace.facts |= {"subject": claims.get("sub", ""), "sessions ended": str(ended)}
            record(work, "sso.provider.signed_out", Subject("sso_connection", connection_id), {"sessions": ended})
            await keep_trace(work, connection_id, trace)
        return ended
