"""Metadata (saml-metadata-2.0): reading a provider's, writing ours."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from ctorendang.domains.sso.addresses import HOST
from ctorendang.domains.sso.saml.certificates import CertificateNotGood, read_certificate
from ctorendang.domains.sso.saml.messages import POST_BINDING, REDIRECT_BINDING
from ctorendang.domains.sso.saml.settings import Binding, SamlSettings, ServiceProvider
from ctorendang.domains.sso.saml.xml import (
    DS,
    MD,
    SAMLP,
    Element,
    NotReadable,
    find,
    moment,
    new_element,
    parse,
    serialise,
    text_of,
)
from ctorendang.infra.errors import AppError

LARGEST_METADATA = 2_000_000
"""Bytes. A federation's file holds thousands of providers and is larger: one's own provider has a file of its own."""

_BINDINGS: dict[str, Binding] = {REDIRECT_BINDING: "redirect", POST_BINDING: "post"}


class MetadataNotUsable(AppError):
    """The metadata cannot be used; the detail says why."""

    code = "metadata_not_usable"
    status = 422


class SeveralProviders(MetadataNotUsable):
    """The metadata is of several providers: one must be chosen.

    Attributes:
        entity_ids: of all of them.
    """

    code = "several_providers"

    def __init__(self, entity_ids: list[str]) -> None:
        super().__init__("This metadata describes several identity providers. Choose one of them by its entity ID.")
        self.entity_ids = entity_ids


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """What a provider says of itself; addresses are empty where it offers none."""

    entity_id: str
    sso_url: str
    sso_binding: Binding
    slo_url: str
    slo_response_url: str
    slo_binding: Binding
    certificates: tuple[str, ...]
    valid_until: datetime | None
    name_id_formats: tuple[str, ...]

    def applied_to(self, settings: SamlSettings) -> SamlSettings:
        """Settings with what the provider says, and the rest as it was."""
        return msgspec.structs.replace(
            settings,
            entity_id=self.entity_id,
            sso_url=self.sso_url,
            sso_binding=self.sso_binding,
            slo_url=self.slo_url,
            slo_response_url=self.slo_response_url,
            slo_binding=self.slo_binding,
            certificates=self.certificates,
            metadata_valid_until=self.valid_until,
        )


def read_metadata(content: bytes, at: datetime, entity_id: str = "") -> ProviderMetadata:
    """A provider's metadata.

    Args:
        content: the file.
        at: now.
        entity_id: of the provider that is wanted, where the file may describe several.

    Raises:
        SeveralProviders: it describes several, and none was chosen.
        MetadataNotUsable: it cannot be read, is over, or lacks what signing in needs.
    """
    try:
        root = parse(content.lstrip(b"\xef\xbb\xbf \t\r\n"), comments=True, largest=LARGEST_METADATA)
    except NotReadable as error:
        raise MetadataNotUsable(f"This is no metadata that can be read: {error}.") from None
    if root.tag not in (f"{{{MD}}}EntityDescriptor", f"{{{MD}}}EntitiesDescriptor"):
        raise MetadataNotUsable("This is no SAML metadata: it must begin with EntityDescriptor or EntitiesDescriptor.")
    descriptor = _choose(root, entity_id)
    valid_until = _valid_until(descriptor)
    if valid_until is not None and valid_until <= at:
        raise MetadataNotUsable(
            f"This metadata was valid until {valid_until:%Y-%m-%d}: get the current one from the identity provider."
        )
    sso_url, sso_binding, _ = _service(descriptor, "SingleSignOnService")
    if not sso_url:
        raise MetadataNotUsable("This metadata has no sign-in address for HTTP-Redirect or HTTP-POST.")
    slo_url, slo_binding, slo_response_url = _service(descriptor, "SingleLogoutService")
    return ProviderMetadata(
        entity_id=_entity_id(descriptor),
        sso_url=sso_url,
        sso_binding=sso_binding,
        slo_url=slo_url,
        slo_response_url=slo_response_url,
        slo_binding=slo_binding,
        certificates=_certificates(descriptor),
        valid_until=valid_until,
        name_id_formats=tuple(text_of(node) for node in find(descriptor, "./md:NameIDFormat")),
    )


def _choose(root: Element, entity_id: str) -> Element:
    """The descriptor of the one provider that is wanted."""
    path = "descendant-or-self::md:EntityDescriptor/md:IDPSSODescriptor"
    found = [each for each in find(root, path) if SAMLP in each.get("protocolSupportEnumeration", "").split()]
    by_id = {_entity_id(each): each for each in found}
    if not by_id:
        raise MetadataNotUsable(
            "This metadata describes no SAML 2.0 identity provider. Look for the provider's metadata, not the app's."
        )
    if len(by_id) < len(found):
        raise MetadataNotUsable("This metadata describes the same identity provider twice.")
    if entity_id:
        if entity_id not in by_id:
            raise MetadataNotUsable(f"This metadata does not describe the identity provider {entity_id}.")
        return by_id[entity_id]
    if len(by_id) > 1:
        raise SeveralProviders(sorted(by_id))
    return found[0]


def _entity_id(descriptor: Element) -> str:
    entity_id: str = descriptor.getparent().get("entityID", "").strip()
    if not entity_id or len(entity_id) > 1024:
        raise MetadataNotUsable("This metadata does not say what the identity provider is called (entityID).")
    return entity_id


def _valid_until(descriptor: Element) -> datetime | None:
    """The earliest end that the descriptor or anything around it has."""
    said = [node.get("validUntil") for node in (descriptor, *descriptor.iterancestors()) if node.get("validUntil")]
    ends = [moment(text) for text in said]
    if None in ends:
        raise MetadataNotUsable("This metadata does not say clearly until when it is valid (validUntil).")
    return min((end for end in ends if end is not None), default=None)


def _service(descriptor: Element, name: str) -> tuple[str, Binding, str]:
    """Address, binding and address for answers of a service; Redirect is preferred, since it needs no script."""
    services = {node.get("Binding"): node for node in find(descriptor, f"./md:{name}")}
    for binding in _BINDINGS:
        if binding in services:
            location = require_address(services[binding].get("Location", ""))
            answers = services[binding].get("ResponseLocation", "")
            return location, _BINDINGS[binding], require_address(answers) if answers else ""
    return "", "redirect", ""


def require_address(url: str) -> str:
    """An address that a browser may be sent to.

    Raises:
        MetadataNotUsable: it is none, or not encrypted; on one's own machine it need not be.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        own = host in {"localhost", "127.0.0.1", "::1"} or host.endswith(".localhost")
        good = (
            bool(HOST.fullmatch(parts.netloc))
            and (parts.scheme == "https" or (parts.scheme == "http" and own))
            and not parts.fragment
        )
    except ValueError:
        good = False
    if not good or len(url) > 2048 or any(character.isspace() for character in url.strip()):
        raise MetadataNotUsable(f"{url[:200] or 'An empty address'} is no address of the form https://…")
    return url.strip()


def _certificates(descriptor: Element) -> tuple[str, ...]:
    """What signs: keys for signing, and those that do not say what they are for."""
    path = "./md:KeyDescriptor[not(@use) or @use='signing']//ds:X509Certificate"
    try:
        found = tuple(dict.fromkeys(read_certificate(text_of(node)) for node in find(descriptor, path)))
    except CertificateNotGood as error:
        raise MetadataNotUsable(str(error)) from None
    if not found:
        raise MetadataNotUsable(
            "This metadata has no certificate for signatures. Without one no answer can be told from a forgery."
        )
    return found


def service_metadata(settings: SamlSettings, sp: ServiceProvider) -> bytes:
    """Our metadata for one provider, with the current and the next key."""
    root = new_element(MD, "EntityDescriptor", {"entityID": sp.entity_id})
    descriptor = new_element(
        MD,
        "SPSSODescriptor",
        {
            "AuthnRequestsSigned": "true" if settings.sign_requests else "false",
            "WantAssertionsSigned": "true",
            "protocolSupportEnumeration": SAMLP,
        },
    )
    root.append(descriptor)
    for use in ("signing", "encryption"):
        for pair in sp.keys:
            descriptor.append(_key(use, pair.certificate))
    for binding in (REDIRECT_BINDING, POST_BINDING):
        descriptor.append(new_element(MD, "SingleLogoutService", {"Binding": binding, "Location": sp.slo_url}))
    if settings.name_id_format:
        descriptor.append(new_element(MD, "NameIDFormat", text=settings.name_id_format))
    service = {"Binding": POST_BINDING, "Location": sp.acs_url, "index": "0", "isDefault": "true"}
    descriptor.append(new_element(MD, "AssertionConsumerService", service))
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + serialise(root)


def _key(use: str, certificate: str) -> Element:
    bare = "".join(certificate.splitlines()[1:-1])
    holder = new_element(MD, "KeyDescriptor", {"use": use})
    node = holder
    for name in ("KeyInfo", "X509Data"):
        child = new_element(DS, name)
        node.append(child)
        node = child
    node.append(new_element(DS, "X509Certificate", text=bare))
    return holder
