"""What OpenID Connect and OAuth take from a connection: settings, secret, and the browser's way to the provider."""

from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from ctorendang.domains.sso.departure import Departure
from ctorendang.domains.sso.errors import ConnectionNotReady
from ctorendang.domains.sso.models import Connection, SignOnRequest, SignOnSession
from ctorendang.domains.sso.oidc import oauth
from ctorendang.domains.sso.oidc import relying_party as oidc
from ctorendang.domains.sso.oidc.oauth import OauthSettings
from ctorendang.domains.sso.oidc.relying_party import Asked, OidcSettings, ProviderNotUsable
from ctorendang.domains.sso.sealed import ASKED_PURPOSE, CLIENT_SECRET_PURPOSE, HINT_PURPOSE
from ctorendang.domains.sso.status import Protocol
from ctorendang.domains.tenants.service import TenantService
from ctorendang.infra.errors import AppError
from ctorendang.infra.gateways.outgoing import GuardedClient
from ctorendang.infra.sealing import seal, unseal
from ctorendang.infra.work import UnitOfWork


class ReauthenticationNotOffered(AppError):
    """The provider cannot be asked to have people show anew who they are."""

    code = "reauthentication_not_offered"
    status = 409

    def __init__(self) -> None:
        super().__init__("Your provider cannot confirm that it is you. Sign out, sign in again, then try once more.")


@dataclass(frozen=True, slots=True)
class Client:
    """What we are to one provider.

    Attributes:
        secret: empty for a client that has none.
    """

    settings: OidcSettings | OauthSettings
    secret: str = field(repr=False)


def settings_of(connection: Connection) -> OidcSettings | OauthSettings:
    """What a connection says of its provider.

    Raises:
        ConnectionNotReady: nobody has said it yet.
    """
    try:
        if connection.protocol == Protocol.OAUTH:
            return msgspec.convert(connection.settings, OauthSettings)
        return msgspec.convert(connection.settings, OidcSettings)
    except msgspec.ValidationError:
        raise ConnectionNotReady from None


def oidc_settings_of(connection: Connection) -> OidcSettings:
    """The same for a connection that speaks OpenID Connect.

    Raises:
        ConnectionNotReady: it does not, or nobody has said yet what it speaks to.
    """
    settings = settings_of(connection)
    if not isinstance(settings, OidcSettings):
        raise ConnectionNotReady
    return settings


async def client_of(work: UnitOfWork, connection: Connection) -> Client:
    """What a connection needs to talk to its provider.

    Raises:
        ConnectionNotReady: it has no settings yet.
    """
    settings = settings_of(connection)
    if connection.sealed_secret is None:
        return Client(settings, "")
    secret = await unseal(work, connection.sealed_secret, purpose=CLIENT_SECRET_PURPOSE, row=connection.id)
    return Client(settings, secret.decode())


async def seal_secret(work: UnitOfWork, connection: Connection, secret: str) -> None:
    """Keep the client secret that the provider gave."""
    connection.sealed_secret = await seal(work, secret.encode(), purpose=CLIENT_SECRET_PURPOSE, row=connection.id)


async def discover(outgoing: GuardedClient, issuer: str, client_id: str, *, has_secret: bool = True) -> OidcSettings:
    """Ask a provider about itself.

    Raises:
        AddressNotAllowed, FetchFailed: it cannot be asked.
        ProviderNotUsable: what it says cannot be worked with.
    """
    fetched = await outgoing.get(oidc.discovery_address(issuer), headers={"accept": "application/json"})
    if fetched.status != 200:
        raise ProviderNotUsable(f"There is no OpenID configuration at this address (HTTP {fetched.status}).")
    return oidc.discovered(fetched.body, issuer, client_id, has_secret=has_secret)


async def callback_address(work: UnitOfWork, connection_id: UUID) -> str:
    """Where the provider sends browsers back to; it must be told exactly this."""
    return f"{await _home(work)}/sso/{connection_id}/callback"


async def departure(work: UnitOfWork, connection: Connection, request: SignOnRequest, *, force: bool) -> Departure:
    """Where the browser goes, with what its answer must fit sealed into the request.

    Raises:
        ConnectionNotReady: the connection has no settings yet.
        ReauthenticationNotOffered: the person must show anew who they are, and this provider cannot be asked to.
    """
    settings = settings_of(connection)
    if force and (isinstance(settings, OauthSettings) or not settings.reauthenticates):
        raise ReauthenticationNotOffered
    asked = Asked.new(await callback_address(work, connection.id), force=force)
    request.sealed = await seal(work, msgspec.json.encode(asked), purpose=ASKED_PURPOSE, row=request.id)
    if isinstance(settings, OauthSettings):
        return Departure(oauth.authorization_url(settings, asked, request.state))
    return Departure(oidc.authorization_url(settings, asked, request.state))


async def asked_of(work: UnitOfWork, request: SignOnRequest) -> Asked:
    """What a request left with."""
    plain = await unseal(work, request.sealed or b"", purpose=ASKED_PURPOSE, row=request.id)
    return msgspec.json.decode(plain, type=Asked)


async def sign_out_departure(
    work: UnitOfWork, connection: Connection, session: SignOnSession, state: str
) -> Departure | None:
    """Where the browser goes to sign out at the provider as well; None when it does not offer that.

    Args:
        work: of the product itself.
        connection: of OpenID Connect or OAuth.
        session: what the provider calls ours.
        state: comes back to ``/sso/{id}/logged-out``.
    """
    settings = settings_of(connection)
    if isinstance(settings, OauthSettings):
        return None
    hint = b""
    if session.sealed_hint is not None:
        hint = await unseal(work, session.sealed_hint, purpose=HINT_PURPOSE, row=session.id)
    back = f"{await _home(work)}/sso/{connection.id}/logged-out"
    url = oidc.logout_url(settings, hint=hint.decode(), back=back, state=state)
    return None if url is None else Departure(url)


async def _home(work: UnitOfWork) -> str:
    return work.gateways.links.to(await TenantService(work).current())
