"""The steps of the wizard that ask for something, and what a connection's own page asks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from ctorendang.domains.sso.connections.pages import HOME, AnyRequest, refusal_of, show_connection
from ctorendang.domains.sso.connections.role_mapping import RoleMapping
from ctorendang.domains.sso.connections.service import ConnectionService
from ctorendang.domains.sso.connections.setup import ConfigurationService, OidcClient
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.domains.sso.saml.metadata import LARGEST_METADATA
from ctorendang.domains.sso.saml.source import SamlOptions, SamlSource
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.errors import AppError, InvalidInput
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form, FormTooLarge
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages
from ctorendang.infra.web.uploads import UploadTooLarge

Act = Callable[[Form, UUID], Awaitable[Any]]

_MEGABYTES = LARGEST_METADATA // 1_000_000
_TOO_LARGE = {
    "metadata": f"This is too long to paste. Save it as a file of at most {_MEGABYTES} MB, and choose that file above.",
    "file": f"Choose a file of at most {_MEGABYTES} MB. Where it lists many providers, download only your own.",
}


@dataclass(frozen=True, slots=True)
class Wizard:
    """The wizard of one connection, of which a browser has sent a form; what is allowed, services decide."""

    request: AnyRequest
    product: Product
    pages: Pages
    connection_id: str

    @property
    def actor(self) -> Actor:
        """Who sits at the browser."""
        return context_of(self.request).actor

    @property
    def configuration(self) -> ConfigurationService:
        """What sets the connection up."""
        return ConfigurationService(self.product, self.actor)

    async def take(
        self, name: str, act: Act, following: str = "", *, large: str = "", message: str = "Saved."
    ) -> Response[Any]:
        """Do what a form says, and go on; or show it again with what is wrong.

        Args:
            name: of the form, the last segment of its action.
            act: what to do with the form and the connection.
            following: the step after it, unless the form says that it wants to stay; empty for the overview.
            large: the field that may turn out too large to be read: ``metadata``, or ``file`` of an upload.
            message: what the next page says.

        Raises:
            Forbidden: the actor does not administer single sign-on; nothing large is read for them.
        """
        self.product.grants.require(self.actor, SsoPermission.MANAGE)
        try:
            form = await (self._uploaded(large) if large == "file" else self.pages.form(self.request))
        except (FormTooLarge, UploadTooLarge) as error:
            if not large:
                raise
            refused = {"values": {}, "errors": {large: _TOO_LARGE[large]}, "message": "", "name": name}
            return await show_connection(self.request, self.pages, self.connection_id, refused, error.status)
        try:
            await act(form, required_id(self.connection_id))
        except AppError as error:
            refused = {**refusal_of(self.pages, error, form), "name": name}
            return await show_connection(self.request, self.pages, self.connection_id, refused, error.status)
        step = name if form.text("go") == "stay" else following
        return self.go(step, message)

    def go(self, step: str = "", message: str = "", kind: str = "success") -> Response[Any]:
        """On to a step, or to the overview."""
        return self.pages.redirect(f"{HOME}/{self.connection_id}" + (f"?step={step}" if step else ""), message, kind)

    async def change(self, act: Callable[[ConnectionService], Awaitable[Any]]) -> None:
        """Change the connection in a unit of work of its own."""
        async with self.product.units.begin(self.actor) as work:
            await act(ConnectionService(work))

    async def require_form(self) -> None:
        """Let pass what a button of our own pages has sent."""
        await self.pages.form(self.request)

    async def _uploaded(self, name: str) -> Form:
        upload = await self.pages.upload(self.request, name, LARGEST_METADATA)
        return Form([(name, upload.content.decode("utf-8", "replace"))])


def _wizard(
    request: AnyRequest, product: NamedDependency[Product], pages: NamedDependency[Pages], connection_id: FromPath[str]
) -> Wizard:
    return Wizard(request, product, pages, connection_id)


class SetupPages(Controller):
    """What a connection is told."""

    path = f"{HOME}/{{connection_id:str}}"
    guards = [enterprises_only]  # noqa: RUF012
    dependencies = {"wizard": Provide(_wizard, sync_to_thread=False)}  # noqa: RUF012

    @post("/metadata")
    async def metadata(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Take over a SAML provider's metadata: its address, its text, or field by field."""

        async def take(form: Form, found: UUID) -> None:
            await wizard.configuration.set_saml(found, _source(form))

        return await wizard.take("metadata", take, "mapping", large="metadata")

    # The limit stands in ``upload``, where it can say so in words.
    @post("/metadata/file", request_max_body_size=None)
    async def metadata_file(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Take over a SAML provider's metadata from a file."""

        async def take(form: Form, found: UUID) -> None:
            if not form.text("file").strip():
                raise InvalidInput({"file": "Choose the metadata file."})
            await wizard.configuration.set_saml(found, SamlSource(metadata=form.text("file"), uploaded=True))

        return await wizard.take("file", take, "mapping", large="file")

    @post("/options")
    async def options(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Say how we deal with a SAML provider."""

        async def take(form: Form, found: UUID) -> None:
            await wizard.configuration.set_saml_options(found, _options(form))

        return await wizard.take("options", take)

    @post("/client")
    async def client(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Take over what a provider of OpenID Connect or OAuth gave."""

        async def take(form: Form, found: UUID) -> None:
            await wizard.configuration.set_client(found, _client(form))

        return await wizard.take("client", take, "mapping")

    @post("/mapping")
    async def mapping(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Say what people become."""

        async def take(form: Form, found: UUID) -> None:
            await wizard.configuration.map_people(found, _mapping(form))

        return await wizard.take("mapping", take, "test")

    @post("/rename")
    async def rename(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Say what people read on the sign-in page."""

        async def take(form: Form, found: UUID) -> None:
            await wizard.change(lambda service: service.rename(found, form.text("name")))

        return await wizard.take("rename", take, message="The name is saved.")

    @post("/rotate")
    async def rotate(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Sign with our next key, once somebody has said that the provider knows it."""

        async def take(form: Form, found: UUID) -> None:
            if form.text("known") != "yes":
                raise InvalidInput({"known": "Tick this once your provider has our next certificate."})
            await wizard.change(lambda service: service.rotate(found))

        said = "The next certificate is in use, and another one is published."
        return await wizard.take("rotate", take, message=said)

    @post("/refresh")
    async def refresh(self, wizard: NamedDependency[Wizard], connection_id: FromPath[str]) -> Response[Any]:
        """Read the provider's metadata again."""
        await wizard.require_form()
        connection = await wizard.configuration.refresh(required_id(connection_id))
        if connection.metadata_problem:
            return wizard.go("", connection.metadata_problem, "error")
        return wizard.go("", "The provider's metadata is up to date.")


def _source(form: Form) -> SamlSource:
    """What the chosen one of the three forms says; what the others hold does not count.

    Raises:
        InvalidInput: it is empty.
    """
    how = form.text("how")
    if how == "url" and not form.text("metadataUrl").strip():
        form.problems.refuse("metadataUrl", "Paste the metadata address here. It begins with https://")
    if how == "text" and not form.text("metadata").strip():
        form.problems.refuse("metadata", "Paste the metadata, or choose its file above.")
    form.done()
    if how == "url":
        return SamlSource(metadata_url=form.text("metadataUrl"), entity_id=form.text("entityId"))
    if how == "text":
        return SamlSource(metadata=form.text("metadata"), entity_id=form.text("entityId"))
    return SamlSource(
        entity_id=form.text("entityId"),
        sso_url=form.text("ssoUrl"),
        slo_url=form.text("sloUrl"),
        certificates=form.text("certificates"),
    )


def _options(form: Form) -> SamlOptions:
    return SamlOptions(
        sp_entity_id=form.text("spEntityId"),
        sign_requests=bool(form.text("signRequests")),
        force_authn=bool(form.text("forceAuthn")),
        allow_idp_initiated=bool(form.text("allowIdpInitiated")),
        want_encrypted=bool(form.text("wantEncrypted")),
        name_id_format=form.text("nameIdFormat"),
    )


def _client(form: Form) -> OidcClient:
    return OidcClient(
        issuer=form.text("issuer"),
        client_id=form.text("clientId"),
        client_secret=form.text("clientSecret") or None,
        hosted_domain=form.text("hostedDomain"),
    )


def _mapping(form: Form) -> RoleMapping:
    return RoleMapping(
        jit=bool(form.text("jit")),
        default_role=form.text("defaultRole").lower(),
        roles_by_group=[(group, role.lower()) for group, role in form.rows("group", "role")],
        attributes={name: form.text(name) for name in ("email", "name", "groups")},
    )
