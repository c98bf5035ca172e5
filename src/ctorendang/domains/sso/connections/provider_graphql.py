"""What is known of a connection's provider in GraphQL, and what should be looked after."""

from datetime import datetime

import strawberry

from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.saml.certificates import expiry_warnings, facts_of
from ctorendang.domains.sso.saml.keys import service_provider
from ctorendang.domains.sso.saml.settings import read_settings
from ctorendang.domains.sso.status import ConnectionStatus, Protocol
from ctorendang.infra.work import UnitOfWork
from ctorendang.kit.clock import now


@strawberry.type(name="SsoWarning")
class SsoWarning:
    """Something that needs an administrator, soon or now."""

    urgent: bool
    message: str


@strawberry.type(name="SsoCertificate")
class Certificate:
    """What a certificate says of itself."""

    subject: str
    fingerprint: str = strawberry.field(description="SHA-256.")
    ends_at: datetime
    days_left: int = strawberry.field(description="Negative when it is over.")

    @classmethod
    def of(cls, pem: str) -> "Certificate":
        """From the certificate."""
        facts = facts_of(pem)
        days = (facts.ends_at - now()).days
        return cls(subject=facts.subject, fingerprint=facts.fingerprint, ends_at=facts.ends_at, days_left=days)


@strawberry.type(name="SsoSamlSettings", description="A SAML provider, and how we deal with it.")
class SamlFacts:
    """The SAML side of a connection."""

    entity_id: str
    sso_url: str
    slo_url: str
    metadata_url: str
    told_by: str = strawberry.field(description="`url`, `file`, `text` or `hand`; empty where the operator's file did.")
    certificates: list[Certificate]
    certificates_pem: str = strawberry.field(description="The same, one after the other, as they can be pasted again.")
    own_certificates: list[Certificate] = strawberry.field(description="Ours: the current one, then the next.")
    sp_entity_id: str = strawberry.field(description="What we call ourselves, where that is not our metadata address.")
    sign_requests: bool
    force_authn: bool
    allow_idp_initiated: bool
    want_encrypted: bool
    name_id_format: str


@strawberry.type(name="SsoClientSettings", description="What a provider of OpenID Connect or OAuth gave us.")
class ClientFacts:
    """The OpenID Connect side of a connection."""

    issuer: str
    client_id: str
    has_secret: bool
    hosted_domain: str

    @classmethod
    def of(cls, connection: Connection) -> "ClientFacts":
        """From its row; the secret stays where it is."""
        settings = connection.settings
        return cls(
            issuer=settings.get("issuer", "") if connection.protocol == Protocol.OIDC else _server(settings),
            client_id=settings.get("client_id", ""),
            has_secret=connection.sealed_secret is not None,
            hosted_domain=settings.get("hosted_domain", ""),
        )


async def saml_facts(work: UnitOfWork, connection: Connection) -> SamlFacts:
    """What is known of a SAML provider, and our certificates for it."""
    settings = read_settings(connection.settings)
    ours = await service_provider(work, connection)
    return SamlFacts(
        entity_id=settings.entity_id,
        sso_url=settings.sso_url,
        slo_url=settings.slo_url,
        metadata_url=settings.metadata_url,
        told_by=settings.told_by,
        certificates=[Certificate.of(each) for each in settings.certificates],
        certificates_pem="".join(settings.certificates),
        own_certificates=[Certificate.of(each.certificate) for each in ours.keys],
        sp_entity_id=settings.sp_entity_id,
        sign_requests=settings.sign_requests,
        force_authn=settings.force_authn,
        allow_idp_initiated=settings.allow_idp_initiated,
        want_encrypted=settings.want_encrypted,
        name_id_format=settings.name_id_format,
    )


def warnings_of(connection: Connection) -> list[SsoWarning]:
    """What an administrator would rather know today."""
    found = []
    if connection.status == ConnectionStatus.ACTIVE and connection.tested_version not in (None, connection.version):
        message = "It was changed since it was last tested. Sign in through it once as a test."
        found.append(SsoWarning(urgent=False, message=message))
    if connection.metadata_problem:
        message = f"The provider's metadata cannot be read: {connection.metadata_problem}"
        found.append(SsoWarning(urgent=False, message=message))
    if connection.protocol == Protocol.SAML:
        found += _certificate_warnings(connection)
    return found


def _certificate_warnings(connection: Connection) -> list[SsoWarning]:
    """Certificates that run out; one that is over matters only when no other is left."""
    certificates = read_settings(connection.settings).certificates
    found = expiry_warnings(certificates, now())
    if not found or len([each for each in found if each.days <= 60]) < len(certificates):
        return []
    longest = max(each.days for each in found)
    advice = "Read the metadata again, or add the provider's new certificate."
    if longest < 0:
        return [SsoWarning(urgent=True, message=f"The provider's certificate has expired. {advice}")]
    days = "1 day" if longest == 1 else f"{longest} days"
    return [SsoWarning(urgent=longest <= 7, message=f"The provider's certificate expires in {days}. {advice}")]


def _server(settings: dict[str, object]) -> str:
    """The Enterprise Server of a GitHub connection; empty for github.com."""
    issuer = str(settings.get("issuer", "")).removesuffix("/login/oauth")
    return "" if issuer == "https://github.com" else issuer
