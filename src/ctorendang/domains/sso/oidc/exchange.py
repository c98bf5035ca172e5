"""From a code to a person: what is asked of the provider behind the browser's back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ctorendang.domains.sso.errors import SignOnRefused
from ctorendang.domains.sso.identity import VerifiedIdentity
from ctorendang.domains.sso.models import Connection, SignOnRequest
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.oidc.claims import Claims, Tokens, accepted_until, identity_of, read_tokens, read_userinfo
from ctorendang.domains.sso.oidc.flow import Client
from ctorendang.domains.sso.oidc.keys import ProviderKeys
from ctorendang.domains.sso.oidc.oauth import OauthSettings
from ctorendang.domains.sso.oidc.relying_party import Asked, OidcSettings, token_request
from ctorendang.domains.sso.oidc.tokens import FRESH, Expected, check_id_token
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.trace import Trace
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import AppError
from ctorendang.infra.gateways.outgoing import Fetched
from ctorendang.infra.product import Product
from ctorendang.kit.clock import now


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for, and until when its word would be accepted."""

    identity: VerifiedIdentity
    until: datetime


class Exchange:
    """Talks to the provider of one connection; holds no transaction while it does."""

    def __init__(self, product: Product, service: Actor, connection: Connection, client: Client, trace: Trace) -> None:
        self._product = product
        self._service = service
        self._connection = connection
        self._client = client
        self._trace = trace

    async def identity(self, code: str, asked: Asked, request: SignOnRequest) -> Vouched:
        """Who it is.

        Raises:
            SignOnRefused: the provider cannot be reached, or what it says does not hold.
        """
        self._product.grants.require(self._service, SsoPermission.SIGN_ON)
        settings = self._client.settings
        method = settings.token_auth_method if isinstance(settings, OidcSettings) else "client_secret_post"
        form, headers = token_request(settings.client_id, self._client.secret, method, asked, code)
        answer = await self._ask("Token endpoint answers", settings.token_endpoint, headers, form)
        tokens = read_tokens(answer.status, answer.body, self._trace)
        if isinstance(settings, OauthSettings):
            return await self._by_api(settings, tokens)
        return await self._by_id_token(settings, tokens, asked, request)

    async def _by_id_token(
        self, settings: OidcSettings, tokens: Tokens, asked: Asked, request: SignOnRequest
    ) -> Vouched:
        keys = ProviderKeys(self._product, self._service, self._connection.id, settings)
        believed = await keys.verified(tokens.id_token, self._trace)
        expected = Expected(
            at=now(),
            nonce=asked.nonce,
            access_token=tokens.access_token,
            shown_since=request.created_at if asked.force else None,
        )
        check_id_token(believed.claims, believed.header, settings, expected, self._trace)
        userinfo: Claims = {}
        if settings.userinfo_endpoint:
            headers = {"accept": "application/json", "authorization": f"Bearer {tokens.access_token}"}
            answer = await self._ask("User info endpoint answers", settings.userinfo_endpoint, headers)
            userinfo = read_userinfo(answer.status, answer.body, believed.claims["sub"], self._trace)
        identity = identity_of(
            believed.claims, userinfo, self._connection.attributes, settings, str(tokens.id_token), self._trace
        )
        return Vouched(identity, accepted_until(believed.claims, expected.at + FRESH))

    async def _by_api(self, settings: OauthSettings, tokens: Tokens) -> Vouched:
        headers = oauth.api_headers(tokens.access_token)
        user = await self._ask("User API answers", settings.user_endpoint, headers)
        emails = await self._ask("E-mail API answers", settings.emails_endpoint, headers)
        return Vouched(oauth.github_identity(user.body, emails.body, self._trace), now() + FRESH)

    async def _ask(
        self, name: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> Fetched:
        try:
            if form is None:
                return await self._product.gateways.outgoing.get(url, headers=headers)
            return await self._product.gateways.outgoing.post(url, form=form, headers=headers)
        except AppError as error:
            hint = "The provider cannot be reached now. Try again later; if it lasts, check the connection's addresses."
            self._trace.require(name, passed=False, expected=url, got=error.detail, hint=hint)
            raise SignOnRefused(self._trace.reference) from error
