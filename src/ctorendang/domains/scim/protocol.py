"""SCIM 2.0 (RFC 7644) over our storage: the library's core, and where this service decides for itself."""

from http import HTTPStatus
from typing import Any

import structlog
from scim2_models import Context, Error, Resource, ResourceType, ResponseParameters, SCIMException
from scim2_server.conditions import Conditions
from scim2_server.handler import AsyncScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from ctorendang.domains.scim.dialects import understood
from ctorendang.domains.scim.groups import ProvisionedGroups
from ctorendang.domains.scim.models import ScimDirectory
from ctorendang.domains.scim.repository import ResourceRepository
from ctorendang.domains.scim.schemas import provider
from ctorendang.domains.scim.storage import DirectoryStorage
from ctorendang.domains.scim.users import ProvisionedUsers
from ctorendang.infra.work import UnitOfWork

_log = structlog.get_logger(__name__)


class Answers(ScimService):
    """How requests are read and answered."""

    def patch_response(
        self, base_url: str, resource: Resource[Any], response_parameters: ResponseParameters[Any]
    ) -> ScimResponse:
        """A PATCH is answered with what it came to: Entra ID does not do with less."""
        published = self.publish(base_url, resource)
        return self.resource_response(published, Context.RESOURCE_PATCH_RESPONSE, response_parameters)

    def bulk_failure(self, outcome: dict[str, Any], exception: Exception) -> dict[str, Any]:
        """An operation of many that failed; what nobody had foreseen is for the log."""
        if not isinstance(exception, SCIMException):
            _log.error("a bulk operation failed", exc_info=exception)
        return super().bulk_failure(outcome, exception)


class Handler(AsyncScimHandler):
    """Which steps a request takes."""

    async def replace_resource(
        self, resource_type: ResourceType, current: Resource[Any], replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any]:
        """A replacement that does not say whether somebody is active leaves that as it is."""
        if "active" in type(replacement).model_fields and getattr(replacement, "active", None) is None:
            replacement = replacement.model_copy(update={"active": getattr(current, "active", None)})
        return await super().replace_resource(resource_type, current, replacement, conditions)


async def answer(work: UnitOfWork, directory: ScimDirectory, request: ScimRequest) -> ScimResponse:
    """What a directory's request comes to, within its unit of work.

    Raises:
        SCIMException: it is refused, and nothing of it may stay.
    """
    service = Answers(provider())
    storage = DirectoryStorage(
        service.provider,
        work.session,
        ResourceRepository(work.session, work.tenant_id, directory.id),
        ProvisionedUsers(work, directory),
        ProvisionedGroups(work, directory),
        writing=request.method not in {"GET", "HEAD"},
    )
    with service.provider:
        request.body = understood(request.method, request.path, request.body)
    return await Handler(service, storage).handle(request)


def refused(exception: SCIMException) -> ScimResponse:
    """What a refusal looks like to a directory."""
    return Answers(provider()).error_response(exception)


def refused_with(status: int, detail: str, headers: dict[str, str] | None = None) -> ScimResponse:
    """A refusal that is no part of the protocol: too large, too often, not now."""
    error = Error(status=status, detail=detail)
    return ScimResponse(HTTPStatus(status), error.model_dump(), dict(headers or {}))
