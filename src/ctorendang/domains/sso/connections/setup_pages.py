"""The steps of the wizard that ask for something."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ctorendang.domains.sso.connections.pages import HOME, show_connection
from ctorendang.domains.sso.connections.role_mapping import RoleMapping
from ctorendang.domains.sso.connections.setup import ConfigurationService, OidcClient
from ctorendang.domains.sso.models import Connection
from ctorendang.domains.sso.saml.metadata import LARGEST_METADATA
from ctorendang.domains.sso.saml.source import SamlOptions, SamlSource
from ctorendang.infra.errors import AppError
from ctorendang.infra.graphql.types import required_id
from ctorendang.infra.product import Product
from ctorendang.infra.web.context import context_of
from ctorendang.infra.web.forms import Form
from ctorendang.infra.web.guards import enterprises_only
from ctorendang.infra.web.pages import Pages

AnyRequest = Request[Any, Any, Any]
Act = Callable[[ConfigurationService, UUID], Awaitable[Connection]]


class SetupPages(Controller):
    """What a connection is told."""

    path = f"{HOME}/{{connection_id:str}}"
    guards = [enterprises_only]  # noqa: RUF012

    @post("/metadata")
    async def metadata(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take over a SAML provider's metadata: its address, its text, or field by field."""
        form = await pages.form(request)
        by_hand = form.text("how") == "hand"
        source = SamlSource(
            metadata_url=form.text("metadataUrl") if form.text("how") == "url" else "",
            metadata=form.text("metadata") if form.text("how") == "text" else "",
            entity_id=form.text("entityId"),
            sso_url=form.text("ssoUrl") if by_hand else "",
            slo_url=form.text("sloUrl") if by_hand else "",
            certificates=form.text("certificates") if by_hand else "",
        )
        if form.text("how") == "url" and not source.metadata_url.strip():
            form.problems.refuse("metadataUrl", "Fill this in.")
        if form.text("how") == "text" and not source.metadata.strip():
            form.problems.refuse("metadata", "Paste the metadata, or choose its file above.")
        return await _step(
            request,
            (product, pages, connection_id, form, "metadata"),
            "mapping",
            lambda service, found: service.set_saml(found, source),
        )

    @post("/metadata/file")
    async def metadata_file(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take over a SAML provider's metadata from a file."""
        upload = await pages.upload(request, "file", LARGEST_METADATA)
        if not upload.content.strip():
            upload.form.problems.refuse("file", "Choose the metadata file.")
        source = SamlSource(metadata=upload.content.decode("utf-8", "replace"))
        return await _step(
            request,
            (product, pages, connection_id, upload.form, "file"),
            "mapping",
            lambda service, found: service.set_saml(found, source),
        )

    @post("/options")
    async def options(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Say how we deal with a SAML provider."""
        form = await pages.form(request)
        options = SamlOptions(
            sp_entity_id=form.text("spEntityId"),
            sign_requests=bool(form.text("signRequests")),
            force_authn=bool(form.text("forceAuthn")),
            allow_idp_initiated=bool(form.text("allowIdpInitiated")),
            want_encrypted=bool(form.text("wantEncrypted")),
            name_id_format=form.text("nameIdFormat"),
        )
        return await _step(
            request,
            (product, pages, connection_id, form, "options"),
            "",
            lambda service, found: service.set_saml_options(found, options),
        )

    @post("/client")
    async def client(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Take over what a provider of OpenID Connect or OAuth gave."""
        form = await pages.form(request)
        client = OidcClient(
            issuer=form.text("issuer"),
            client_id=form.text("clientId"),
            client_secret=form.text("clientSecret") or None,
            hosted_domain=form.text("hostedDomain"),
        )
        return await _step(
            request,
            (product, pages, connection_id, form, "client"),
            "mapping",
            lambda service, found: service.set_client(found, client),
        )

    @post("/mapping")
    async def mapping(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Say what people become."""
        form = await pages.form(request)
        mapping = RoleMapping(
            jit=bool(form.text("jit")),
            default_role=form.text("defaultRole").lower(),
            roles_by_group=[(group, role.lower()) for group, role in form.rows("group", "role")],
            attributes={name: form.text(name) for name in ("email", "name", "groups")},
        )
        return await _step(
            request,
            (product, pages, connection_id, form, "mapping"),
            "mapping" if form.text("go") == "stay" else "test",
            lambda service, found: service.map_people(found, mapping),
        )

    @post("/refresh")
    async def refresh(
        self,
        request: AnyRequest,
        product: NamedDependency[Product],
        pages: NamedDependency[Pages],
        connection_id: FromPath[str],
    ) -> Response[Any]:
        """Read the provider's metadata again."""
        await pages.form(request)
        actor = context_of(request).actor
        connection = await ConfigurationService(product, actor).refresh(required_id(connection_id))
        if connection.metadata_problem:
            return pages.redirect(f"{HOME}/{connection_id}", connection.metadata_problem, "error")
        return pages.redirect(f"{HOME}/{connection_id}", "The provider's metadata is up to date.")


async def _step(
    request: AnyRequest, where: tuple[Product, Pages, str, Form, str], following: str, act: Act
) -> Response[Any]:
    """Do what a form of the wizard says: on to the next step, or the form again with what is wrong."""
    product, pages, connection_id, form, name = where
    try:
        form.done()
        await act(ConfigurationService(product, context_of(request).actor), required_id(connection_id))
    except AppError as error:
        refused = {**pages.refused(error, form), "name": name}
        return await show_connection(request, pages, connection_id, refused, error.status)
    return pages.redirect(f"{HOME}/{connection_id}" + (f"?step={following}" if following else ""), "Saved.")
