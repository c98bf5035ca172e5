"""The steps of the wizard that ask for something, and what a connection's own page asks."""

from collections.abc import Awaitable, Callable
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
Configure = Callable[[ConfigurationService, Form, UUID], Awaitable[Any]]
Change = Callable[[ConnectionService, Form, UUID], Awaitable[Any]]

_MEGABYTES = LARGEST_METADATA // 1_000_000
_TOO_LARGE = {
    "metadata": f"This is too long to paste. Save it as a file of at most {_MEGABYTES} MB, and choose that file above.",
    "file": f"Choose a file of at most {_MEGABYTES} MB. Where it lists many providers, download only your own.",
}


class Wizard:
    """The wizard of one connection, of which a browser has sent a form."""

    def __init__(self, request: AnyRequest, product: Product, pages: Pages, connection_id: str) -> None:
        self._request = request
        self._product = product
        self._pages = pages
        self._connection_id = connection_id
        self._actor: Actor = context_of(request).actor

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
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        try:
            form = await (self._uploaded(large) if large == "file" else self._pages.form(self._request))
        except (FormTooLarge, UploadTooLarge) as error:
            if not large:
                raise
            refused = {"values": {}, "errors": {large: _TOO_LARGE[large]}, "message": "", "name": name}
            return await show_connection(self._request, self._pages, self._connection_id, refused, error.status)
        try:
            await act(form, required_id(self._connection_id))
        except AppError as error:
            refused = {**refusal_of(self._pages, error, form), "name": name}
            return await show_connection(self._request, self._pages, self._connection_id, refused, error.status)
        step = name if form.text("go") == "stay" else following
        return self._go(step, message)

    async def configure(self, name: str, act: Configure, following: str = "", *, large: str = "") -> Response[Any]:
        """As ``take``, with what sets the connection up."""
        self._product.grants.require(self._actor, SsoPermission.MANAGE)
        service = ConfigurationService(self._product, self._actor)

        async def configure(form: Form, found: UUID) -> None:
            await act(service, form, found)

        return await self.take(name, configure, following, large=large)

    async def change(self, name: str, act: Change, message: str) -> Response[Any]:
        """As ``take``, with what changes the connection in a unit of work of its own."""
        self._product.grants.require(self._actor, SsoPermission.MANAGE)

        async def change(form: Form, found: UUID) -> None:
            async with self._product.units.begin(self._actor) as work:
                await act(ConnectionService(work), form, found)

        return await self.take(name, change, message=message)

    async def refresh(self) -> Response[Any]:
        """Read the provider's metadata again, and say on the overview how that went."""
        self._product.grants.require(self._actor, SsoPermission.REFRESH)
        await self._pages.form(self._request)
        service = ConfigurationService(self._product, self._actor)
        connection = await service.refresh(required_id(self._connection_id))
        if connection.metadata_problem:
            return self._go("", connection.metadata_problem, "error")
        return self._go("", "The provider's metadata is up to date.")

    def _go(self, step: str = "", message: str = "", kind: str = "success") -> Response[Any]:
        """On to a step, or to the overview."""
        path = f"{HOME}/{self._connection_id}" + (f"?step={step}" if step else "")
        return self._pages.redirect(path, message, kind)

    async def _uploaded(self, name: str) -> Form:
        upload = await self._pages.upload(self._request, name, LARGEST_METADATA)
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

        async def take(service: ConfigurationService, form: Form, found: UUID) -> None:
            await service.set_saml(found, _source(form))

        return await wizard.configure("metadata", take, "mapping", large="metadata")

    # The limit stands in ``upload``, where it can say so in words.
    @post("/metadata/file", request_max_body_size=None)
    async def metadata_file(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Take over a SAML provider's metadata from a file."""

        async def take(service: ConfigurationService, form: Form, found: UUID) -> None:
            if not form.text("file").strip():
                raise InvalidInput({"file": "Choose the metadata file."})
            await service.set_saml(found, SamlSource(metadata=form.text("file"), uploaded=True))

        return await wizard.configure("file", take, "mapping", large="file")

    @post("/options")
    async def options(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Say how we deal with a SAML provider."""

        async def take(service: ConfigurationService, form: Form, found: UUID) -> None:
            await service.set_saml_options(found, _options(form))

        return await wizard.configure("options", take)

    @post("/client")
    async def client(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Take over what a provider of OpenID Connect or OAuth gave."""

        async def take(service: ConfigurationService, form: Form, found: UUID) -> None:
            await service.set_client(found, _client(form))

        return await wizard.configure("client", take, "mapping")

    @post("/mapping")
    async def mapping(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Say what people become."""

        async def take(service: ConfigurationService, form: Form, found: UUID) -> None:
            await service.map_people(found, _mapping(form))

        return await wizard.configure("mapping", take, "test")

    @post("/rename")
    async def rename(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Say what people read on the sign-in page."""

        async def rename(service: ConnectionService, form: Form, found: UUID) -> None:
            await service.rename(found, form.text("name"))

        return await wizard.change("rename", rename, "The name is saved.")

    @post("/rotate")
    async def rotate(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Sign with our next key, once somebody has said that the provider knows it."""

        async def rotate(service: ConnectionService, form: Form, found: UUID) -> None:
            if form.text("known") != "yes":
                raise InvalidInput({"known": "Tick this once your provider has our next certificate."})
            await service.rotate(found)

        said = "The next certificate is in use, and another one is published."
        return await wizard.change("rotate", rotate, said)

    @post("/refresh")
    async def refresh(self, wizard: NamedDependency[Wizard]) -> Response[Any]:
        """Read the provider's metadata again."""
        return await wizard.refresh()


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
