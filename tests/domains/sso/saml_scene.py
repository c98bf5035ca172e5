"""A tenant with a SAML connection to a hostile provider, and a browser that is on its way."""

import base64
import re
import zlib
from dataclasses import dataclass, field
from random import randrange
from textwrap import wrap
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
from lxml import etree
from sqlalchemy import select
from tests.domains.sso.hostile_idp import Claims, Element, Signer, assertion, encode, response
from tests.factories import Marketplace

from ctorendang.domains.sso.models import Connection, EmailDomain, SignOnTrace
from ctorendang.domains.sso.saml.settings import SamlSettings, store_settings
from ctorendang.domains.sso.trace import Check
from ctorendang.domains.sso.trace_storage import read_trace
from ctorendang.infra.auth.actor import AUTHENTICATOR, Actor
from ctorendang.kit.clock import now
from ctorendang.kit.ids import uuid7

IDP = "https://idp.example/metadata"
SSO_URL = "https://idp.example/sso"
SLO_URL = "https://idp.example/slo"
REFERENCE = re.compile(r"\b([B-Z2-9]{4}-[B-Z2-9]{4})\b")


async def connect(
    market: Marketplace, signer: Signer, *, status: str = "active", certificates: tuple[str, ...] = (), **settings: Any
) -> UUID:
    """Make a connection to a provider whose keys are the signer's."""
    connection_id = uuid7()
    usual = {"entity_id": IDP, "sso_url": SSO_URL, "slo_url": SLO_URL}
    given = SamlSettings(certificates=certificates or (signer.certificate,), **(usual | settings))
    async with market.marketplaces.site.product.units.begin(service(market)) as work:
        work.session.add(
            Connection(
                tenant_id=market.id,
                id=connection_id,
                name=f"Corp {connection_id.hex[-8:]}",
                protocol="saml",
                status=status,
                settings=store_settings(given),
            )
        )
        await work.session.flush()
        domain = f"{connection_id.hex[-8:]}.corp.example"
        work.session.add(
            EmailDomain(
                tenant_id=market.id, connection_id=connection_id, domain=domain, token="proven", verified_at=now()
            )
        )
    return connection_id


def visitor(market: Marketplace) -> httpx.AsyncClient:
    """A browser at a network address of its own, so that tests do not use each other's limits up."""
    browser = market.browser()
    client = (f"10.{randrange(256)}.{randrange(256)}.{randrange(1, 255)}", 4711)
    browser._transport = httpx.ASGITransport(market.marketplaces.site.app, client=client)
    return browser


def service(market: Marketplace) -> Actor:
    return Actor.service(market.id, AUTHENTICATOR)


@dataclass
class Scene:
    """One attempt at one connection."""

    market: Marketplace
    connection_id: UUID
    signer: Signer
    browser: httpx.AsyncClient
    entity_id: str = ""
    acs: str = ""
    slo: str = ""
    certificates: list[str] = field(default_factory=list)
    request_id: str | None = None
    state: str = ""

    @property
    def email(self) -> str:
        """An address in the domain that the connection has proven."""
        return f"ada@{self.connection_id.hex[-8:]}.corp.example"

    @property
    def path(self) -> str:
        return f"/sso/{self.connection_id}"

    async def read_metadata(self) -> None:
        """Learn what the product calls itself, as a provider does."""
        answer = await self.browser.get(f"{self.path}/metadata")
        assert answer.status_code == 200, answer.text
        root = etree.fromstring(answer.content)
        names = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}
        self.entity_id = root.get("entityID")
        self.acs = root.find(".//md:AssertionConsumerService", names).get("Location")
        self.slo = root.find(".//md:SingleLogoutService", names).get("Location")
        keys = root.findall(".//md:KeyDescriptor[@use='encryption']//ds:X509Certificate", names)
        heads = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
        self.certificates = [heads.format("\n".join(wrap(key.text, 64))) for key in keys]

    async def depart(self, browser: httpx.AsyncClient | None = None, **query: str) -> None:
        """Begin a sign-in, as a person does."""
        answer = await (browser or self.browser).get(f"{self.path}/login", params=query)
        assert answer.status_code == 303, answer.text
        request, self.state = asked(answer.headers["location"])
        self.request_id = request.get("ID")

    def claims(self, **changes: Any) -> Claims:
        """What an honest provider would say."""
        honest: dict[str, Any] = {
            "issuer": IDP,
            "destination": self.acs,
            "recipient": self.acs,
            "audiences": ((self.entity_id,),),
            "in_response_to": self.request_id,
            "response_in_response_to": self.request_id,
            "attributes": (("email", self.email), ("name", "Ada Corp")),
        }
        return Claims(**(honest | changes))

    def signed(self, **changes: Any) -> Element:
        """An answer with a signed assertion."""
        claims = self.claims(**changes)
        return response(claims, self.signer.sign(assertion(claims)))

    async def send(self, answer: Element | bytes | str | None, **form: str) -> httpx.Response:
        """Bring an answer, as a cross-site form does: without cookies."""
        fields = {"RelayState": self.state} | form
        if answer is not None:
            fields["SAMLResponse"] = answer if isinstance(answer, str) else encode(answer)
        async with visitor(self.market) as courier:
            courier.headers["origin"] = "https://idp.example"
            return await courier.post(f"{self.path}/acs", data={k: v for k, v in fields.items() if v != ""})

    async def sign_on(self, **changes: Any) -> httpx.Response:
        """Sign on honestly; the last answer."""
        await self.depart()
        arrived = await self.send(self.signed(**changes))
        assert arrived.status_code == 303, arrived.text
        return await self.browser.get(arrived.headers["location"])

    async def signed_in(self) -> bool:
        """Whether the browser is somebody here."""
        return (await self.browser.get("/account")).status_code == 200

    async def failed_check(self, answer: httpx.Response) -> Check | None:
        """The check that the trace says has failed, by the reference that the person was shown."""
        found = REFERENCE.search(re.sub(r"<[^>]+>", " ", answer.text))
        assert found, answer.text[:3000]
        return await failed_check(self.market, found[1])


async def failed_check(market: Marketplace, reference: str) -> Check | None:
    """What an administrator reads by a reference."""
    async with market.marketplaces.site.product.units.begin(service(market)) as work:
        row = await work.session.scalar(
            select(SignOnTrace).where(SignOnTrace.tenant_id == market.id, SignOnTrace.reference == reference)
        )
        assert row is not None, reference
        content = await read_trace(work, row)
    failed = [check for check in content.checks if not check.passed]
    assert len(failed) <= 1
    assert row.outcome == ("refused" if failed else "succeeded")
    return failed[0] if failed else None


def asked(url: str) -> tuple[Element, str]:
    """The message in an address, and its RelayState."""
    query = parse_qs(urlsplit(url).query)
    name = "SAMLRequest" if "SAMLRequest" in query else "SAMLResponse"
    message = zlib.decompress(base64.b64decode(query[name][0]), -15)
    return etree.fromstring(message), query.get("RelayState", [""])[0]
