"""SAML as the rest of single sign-on uses it: leaving, signing out, and keeping up with a provider's metadata."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from ctorendang.domains.audit.service import Subject, record
from ctorendang.domains.sso.departure import Departure
from ctorendang.domains.sso.errors import ConnectionNotReady
from ctorendang.domains.sso.models import Connection, SignOnRequest, SignOnSession
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.repository import ConnectionRepository
from ctorendang.domains.sso.saml.certificates import facts_of
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.messages import authn_request, logout_request
from ctorendang.domains.sso.saml.metadata import (
    LARGEST_METADATA,
    MetadataNotUsable,
    ProviderMetadata,
    read_metadata,
    require_address,
)
from ctorendang.domains.sso.saml.settings import read_settings, store_settings
from ctorendang.infra.errors import AppError
from ctorendang.infra.gateways.outgoing import AddressNotAllowed, FetchFailed, GuardedClient
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now
from ctorendang.kit.crypto import token_hash

_MOST_SECONDS = 5.0


async def departure(work: UnitOfWork, connection: Connection, request: SignOnRequest, *, force: bool) -> Departure:
    """Where the browser goes with our question who its person is.

    Args:
        work: of the product itself.
        connection: of SAML.
        request: what the answer must name.
        force: the person shall show the provider who they are, though it may know them already.

    Raises:
        ConnectionNotReady: the connection does not say yet which provider it is about.
    """
    settings = read_settings(connection.settings)
    if not settings.complete:
        raise ConnectionNotReady
    sp = await service_provider(work, connection)
    return authn_request(settings, sp, message_id=request.request_id, state=request.state, force=force, at=now())


async def sign_out_departure(
    work: UnitOfWork, connection: Connection, session: SignOnSession, state: str
) -> Departure | None:
    """Where the browser goes to sign out at the provider as well; None when it does not offer that.

    Args:
        work: of the product itself.
        connection: of SAML.
        session: what the provider calls ours.
        state: comes back as RelayState, and the answer must name the request that went with it.
    """
    settings = read_settings(connection.settings)
    if not settings.complete or not settings.slo_url:
        return None
    return logout_request(
        settings,
        await service_provider(work, connection),
        message_id=logout_request_id(state),
        relay_state=state,
        subject=session.subject,
        name_id_format=session.name_id_format,
        session_index=session.session_index,
        at=now(),
    )


def logout_request_id(state: str) -> str:
    """The ID of the sign-out request that goes with a state; nothing needs to be stored to know it again."""
    return f"_{token_hash(state).hex()}"


async def fetch_metadata(outgoing: GuardedClient, url: str, entity_id: str = "") -> ProviderMetadata:
    """A provider's metadata from its address.

    Args:
        outgoing: through which the request leaves.
        url: named by an administrator.
        entity_id: of the provider that is wanted, where the metadata describes several.

    Raises:
        AddressNotAllowed, FetchFailed: there is nothing to be had from the address.
        MetadataNotUsable: what came is no usable metadata.
    """
    fetched = await outgoing.get(require_address(url), most_bytes=LARGEST_METADATA)
    if fetched.status != 200:
        raise MetadataNotUsable(f"The metadata address answers with status {fetched.status} instead of 200.")
    return read_metadata(fetched.body, now(), entity_id)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a provider's address answered; it counts for the connection as it was when it was asked.

    Attributes:
        metadata_url, entity_id, version: of the connection at that time.
        answer: the metadata, or why there are none.
    """

    metadata_url: str
    entity_id: str
    version: int
    answer: ProviderMetadata | AppError

    def is_about(self, connection: Connection) -> bool:
        """Whether nobody changed the connection while its provider was asked."""
        settings = read_settings(connection.settings)
        now_as = (settings.metadata_url, settings.entity_id, connection.version)
        return now_as == (self.metadata_url, self.entity_id, self.version)


async def ask_again(outgoing: GuardedClient, connection: Connection, *, seconds: float | None = None) -> Reading:
    """Read the metadata of a connection that names an address.

    Args:
        outgoing: through which the request leaves.
        connection: not locked, since providers take their time.
        seconds: how long that may be, where a transaction waits for it.
    """
    settings = read_settings(connection.settings)
    version = connection.version
    answer: ProviderMetadata | AppError
    try:
        async with asyncio.timeout(seconds):
            answer = await fetch_metadata(outgoing, settings.metadata_url, settings.entity_id)
    except TimeoutError:
        answer = FetchFailed("The metadata address took too long to answer.")
    except (AddressNotAllowed, FetchFailed, MetadataNotUsable) as error:
        answer = error
    return Reading(settings.metadata_url, settings.entity_id, version, answer)


def follow(work: UnitOfWork, connection: Connection, reading: Reading) -> bool:
    """Have a connection follow what its provider says; whether anything changed.

    What cannot be read is noted for the administrators, and the connection stays as it is. A provider that calls itself
    by another name is another one, and is never followed. What was asked of another address, or before somebody changed
    the connection, is left aside.

    Args:
        work: of somebody who may read metadata again.
        connection: of SAML, locked.
        reading: what ``ask_again`` brought.

    Raises:
        Forbidden: the actor may not.
    """
    work.require(SsoPermission.REFRESH)
    if not reading.is_about(connection):
        return False
    connection.metadata_fetched_at = now()
    if isinstance(reading.answer, AppError):
        _note_problem(work, connection, reading.answer)
        return False
    settings = read_settings(connection.settings)
    found = reading.answer.applied_to(settings)
    connection.metadata_problem = None
    if found == settings:
        return False
    connection.settings = store_settings(found)
    details = {
        "name": connection.name,
        "certificates": [facts_of(each).fingerprint for each in found.certificates],
        "addresses_changed": (found.sso_url, found.slo_url) != (settings.sso_url, settings.slo_url),
    }
    record(work, "sso.metadata.refreshed", Subject("sso_connection", connection.id), details)
    return True


async def refresh_metadata(work: UnitOfWork, connection: Connection) -> bool:
    """Read the provider's metadata again and follow it, in a job; whether anything changed.

    Args:
        work: of a job, whose transaction stays open meanwhile: so the provider has a few seconds, and nothing is locked
            before it has answered.
        connection: of SAML, not locked; one without a metadata address is left alone.

    Raises:
        Forbidden: this is no job.
    """
    work.require(SsoPermission.REFRESH)
    if not read_settings(connection.settings).metadata_url:
        return False
    reading = await ask_again(work.gateways.outgoing, connection, seconds=_MOST_SECONDS)
    locked = await ConnectionRepository(work.session).find(work.tenant_id, connection.id, locked=True)
    return locked is not None and follow(work, locked, reading)


def is_due(connection: Connection, at: datetime) -> bool:
    """Whether a connection's metadata was last read a day ago or longer."""
    fetched = connection.metadata_fetched_at
    return fetched is None or (at - fetched).total_seconds() >= 86_400


def _note_problem(work: UnitOfWork, connection: Connection, error: AppError) -> None:
    if connection.metadata_problem != error.detail:
        connection.metadata_problem = error.detail
        details = {"name": connection.name, "problem": error.detail}
        record(work, "sso.metadata.not_refreshed", Subject("sso_connection", connection.id), details)
