"""Instructions for a provider's console in GraphQL, with the addresses of one connection filled in."""

import strawberry

from ctorendang.domains.sso.connections.guide import Address
from ctorendang.domains.sso.connections.lifecycle import Provider
from ctorendang.domains.sso.connections.providers import GUIDES
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.status import Protocol
from ctorendang.infra.graphql.context import GraphQLContext


@strawberry.type(name="SsoAddresses", description="Addresses of ours that a provider is told.")
class OwnAddresses:
    """What is copied."""

    home: str
    acs: str
    entity_id: str
    metadata: str
    logout: str
    callback: str
    backchannel_logout: str
    after_logout: str


@strawberry.type(name="SsoPaste", description="A field of the provider's console, and what goes into it.")
class Paste:
    """To be copied."""

    label: str
    value: str


@strawberry.type(name="SsoStep")
class Step:
    """One thing to do at the provider."""

    title: str
    text: str
    pastes: list[Paste]


@strawberry.type(name="SsoGuide")
class Guide:
    """What to do at the provider, and what to bring back."""

    console: str = strawberry.field(description="Where to sign in first.")
    steps: list[Step]
    bring: str = strawberry.field(description="What is asked for next, and where to find it.")
    example: str = strawberry.field(description="What a metadata address or issuer looks like there.")
    groups: str = strawberry.field(description="How groups are written there.")


def own_addresses(context: GraphQLContext, connection: Connection) -> OwnAddresses:
    """Our addresses for a connection, on the tenant's own host."""
    home = context.product.gateways.links.to(context.tenant)
    base = f"{home}/sso/{connection.id}"
    return OwnAddresses(
        home=home,
        acs=f"{base}/acs",
        entity_id=connection.settings.get("sp_entity_id") or f"{base}/metadata",
        metadata=f"{base}/metadata",
        logout=f"{base}/slo",
        callback=f"{base}/callback",
        backchannel_logout=f"{base}/backchannel-logout",
        after_logout=f"{base}/logged-out",
    )


def guide_of(connection: Connection, addresses: OwnAddresses) -> Guide:
    """What to do for a connection."""
    guide = GUIDES[Provider(connection.provider), Protocol(connection.protocol)]
    steps = [
        Step(
            title=step.title,
            text=step.text,
            pastes=[
                Paste(
                    label=each.label,
                    value=getattr(addresses, each.value.value) if isinstance(each.value, Address) else each.value,
                )
                for each in step.pastes
            ],
        )
        for step in guide.steps
    ]
    return Guide(console=guide.console, steps=steps, bring=guide.bring, example=guide.metadata_url, groups=guide.groups)
