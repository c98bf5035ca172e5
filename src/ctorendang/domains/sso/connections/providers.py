"""What an administrator does in the console of each identity provider, step by step, as the consoles read in 2026."""

from collections.abc import Mapping
from dataclasses import dataclass

from ctorendang.domains.sso.connections import guides_oidc as oidc
from ctorendang.domains.sso.connections import guides_saml as saml
from ctorendang.domains.sso.connections.guide import Guide
from ctorendang.domains.sso.connections.lifecycle import Provider
from ctorendang.domains.sso.status import Protocol


@dataclass(frozen=True, slots=True)
class ProviderName:
    """What a provider is called, and what it is known for."""

    name: str
    hint: str


NAMES: Mapping[Provider, ProviderName] = {
    Provider.OKTA: ProviderName("Okta", "Okta Workforce Identity"),
    Provider.ENTRA: ProviderName("Microsoft Entra ID", "Microsoft 365, formerly Azure AD"),
    Provider.GOOGLE: ProviderName("Google Workspace", "Accounts of your Google domain"),
    Provider.KEYCLOAK: ProviderName("Keycloak", "Also Red Hat build of Keycloak"),
    Provider.GITHUB: ProviderName("GitHub", "Sign-in with GitHub accounts"),
    Provider.GENERIC: ProviderName("Another provider", "Anything that speaks SAML 2.0 or OpenID Connect"),
}

GUIDES: Mapping[tuple[Provider, Protocol], Guide] = {
    (Provider.OKTA, Protocol.SAML): saml.OKTA,
    (Provider.OKTA, Protocol.OIDC): oidc.OKTA,
    (Provider.ENTRA, Protocol.SAML): saml.ENTRA,
    (Provider.ENTRA, Protocol.OIDC): oidc.ENTRA,
    (Provider.GOOGLE, Protocol.SAML): saml.GOOGLE,
    (Provider.GOOGLE, Protocol.OIDC): oidc.GOOGLE,
    (Provider.KEYCLOAK, Protocol.SAML): saml.KEYCLOAK,
    (Provider.KEYCLOAK, Protocol.OIDC): oidc.KEYCLOAK,
    (Provider.GITHUB, Protocol.OAUTH): oidc.GITHUB,
    (Provider.GENERIC, Protocol.SAML): saml.GENERIC,
    (Provider.GENERIC, Protocol.OIDC): oidc.GENERIC,
}

PROTOCOLS: Mapping[Provider, tuple[Protocol, ...]] = {
    provider: tuple(protocol for each, protocol in GUIDES if each == provider) for provider in Provider
}
"""What each provider speaks; the one to prefer first."""
