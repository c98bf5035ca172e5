"""A SAML provider's side of a connection, from wherever an administrator has it."""

import re
from dataclasses import dataclass

from ctorendang.domains.sso.saml.certificates import CertificateNotGood, read_certificate
from ctorendang.domains.sso.saml.metadata import (
    LARGEST_METADATA,
    MetadataNotUsable,
    ProviderMetadata,
    SeveralProviders,
    read_metadata,
    require_address,
)
from ctorendang.domains.sso.saml.settings import ToldBy
from ctorendang.infra.errors import InvalidInput
from ctorendang.infra.gateways.outgoing import AddressNotAllowed, FetchFailed, GuardedClient
from ctorendang.infra.validation import Fields
from ctorendang.kit.clock import now

# What is between holds no dash (RFC 7468), so nothing is read twice, however many beginnings have no end.
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")
_MOST_CERTIFICATES = 10


@dataclass(frozen=True, slots=True)
class SamlSource:
    """Where a provider's side is told: at an address, in a file, or field by field; the first that is filled counts.

    Attributes:
        entity_id: by hand; with an address or file, which provider is meant where several are in it.
        certificates: PEM, one after the other, by hand.
        uploaded: the metadata was in a file.
    """

    metadata_url: str = ""
    metadata: str = ""
    entity_id: str = ""
    sso_url: str = ""
    slo_url: str = ""
    certificates: str = ""
    uploaded: bool = False

    @property
    def told_by(self) -> ToldBy:
        """Which of them counts."""
        if self.metadata_url.strip():
            return "url"
        if self.metadata.strip():
            return "file" if self.uploaded else "text"
        return "hand"


@dataclass(frozen=True, slots=True)
class SamlOptions:
    """How we deal with a provider; as in ``SamlSettings``."""

    sp_entity_id: str = ""
    sign_requests: bool = True
    force_authn: bool = False
    allow_idp_initiated: bool = False
    want_encrypted: bool = False
    name_id_format: str = ""


async def told(outgoing: GuardedClient, source: SamlSource) -> ProviderMetadata:
    """Metadata from an address or a file; what is wrong with it belongs to that field."""
    url = source.metadata_url.strip()
    try:
        if url:
            return await _fetched(outgoing, url, source.entity_id)
        return read_metadata(source.metadata.encode(), now(), source.entity_id.strip())
    except SeveralProviders as error:
        raise InvalidInput({"entityId": f"{error.detail} They are: {', '.join(error.entity_ids)[:500]}"}) from None
    except (MetadataNotUsable, AddressNotAllowed, FetchFailed) as error:
        raise InvalidInput({"metadataUrl" if url else "metadata": error.detail}) from None


def by_hand(source: SamlSource) -> ProviderMetadata:
    """What an administrator has typed, in the form of metadata.

    Raises:
        InvalidInput: a field is not good.
    """
    fields = Fields()
    entity_id = fields.text("entityId", source.entity_id, most=1024)
    addresses = {"ssoUrl": source.sso_url.strip(), "sloUrl": source.slo_url.strip()}
    for name, address in addresses.items():
        if not address and name == "ssoUrl":
            fields.refuse(name, "Fill in where people sign in at your provider. It begins with https://")
        elif address and not _usable(address):
            fields.refuse(name, "Use a whole address that begins with https://, as your provider shows it.")
    certificates: list[str] = []
    if not source.certificates.strip():
        fields.refuse("certificates", "Paste your provider's signing certificate, with its BEGIN and END lines.")
    try:
        blocks = _PEM.findall(source.certificates) or [source.certificates]
        certificates = list(dict.fromkeys(read_certificate(block) for block in blocks[:_MOST_CERTIFICATES]))
    except CertificateNotGood as error:
        fields.refuse("certificates", str(error))
    fields.done()
    return ProviderMetadata(
        entity_id=entity_id,
        sso_url=addresses["ssoUrl"],
        sso_binding="redirect",
        slo_url=addresses["sloUrl"],
        slo_response_url="",
        slo_binding="redirect",
        certificates=tuple(certificates),
        valid_until=None,
        name_id_formats=(),
    )


def _usable(address: str) -> bool:
    try:
        require_address(address)
    except MetadataNotUsable:
        return False
    return True


async def _fetched(outgoing: GuardedClient, url: str, entity_id: str) -> ProviderMetadata:
    fetched = await outgoing.get(url, most_bytes=LARGEST_METADATA)
    if fetched.status != 200:
        raise MetadataNotUsable(f"There is no metadata at this address (HTTP {fetched.status}).")
    return read_metadata(fetched.body, now(), entity_id.strip())
