"""The storage that the protocol reads from and writes to: one directory, in one unit of work."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from scim2_models import (
    InvalidValueException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    ScimFilter,
    ScimProvider,
    SearchRequest,
    TooManyException,
    UniquenessException,
)
from scim2_server.storage import AsyncScimStorage, SearchPage
from sqlalchemy import Select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.scim.groups import ProvisionedGroups
from ctorendang.domains.scim.models import ScimGroup, ScimUser
from ctorendang.domains.scim.repository import Membership, ResourceRepository
from ctorendang.domains.scim.resources import GroupData, UserData, group_resource, user_resource
from ctorendang.domains.scim.selecting import SORTABLE, id_of, narrow
from ctorendang.domains.scim.users import ProvisionedUsers
from ctorendang.infra.db.session import step_of
from ctorendang.infra.errors import AppError

MOST_EXAMINED = 5_000
"""So many resources are looked at one by one for what the database cannot find or sort by itself."""

_FARTHEST = 2**31


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search comes to for one kind of resource; ``exact`` when the statement finds it and nothing else."""

    kind: ResourceType
    statement: Select[Any]
    scim_filter: ScimFilter[Any] | None
    exact: bool
    order: Sequence[Any]


class DirectoryStorage(AsyncScimStorage):
    """Users and groups of one directory. ``writing`` locks what is read, so that a PATCH is never lost to another."""

    def __init__(
        self,
        provider: ScimProvider,
        session: AsyncSession,
        resources: ResourceRepository,
        users: ProvisionedUsers,
        groups: ProvisionedGroups,
        *,
        writing: bool,
    ) -> None:
        self._provider = provider
        self._session = session
        self._resources = resources
        self._users = users
        self._groups = groups
        self._writing = writing

    @asynccontextmanager
    async def operation(self) -> AsyncIterator[None]:
        """One operation, taken back by itself when it fails; what is refused is said in SCIM's words."""
        try:
            async with step_of(self._session):
                yield
        except AppError as error:
            raise _refusal(error) from error
        except IntegrityError as error:
            raise UniquenessException(detail="Somebody else has just taken this value") from error
        except DataError as error:
            raise InvalidValueException(detail="A value is out of range") from error

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """One resource."""
        if resource_type.name == "User":
            row: ScimUser | ScimGroup = await self._users.get(id_of(resource_id), locked=self._writing)
        else:
            row = await self._groups.get(id_of(resource_id), locked=self._writing)
        return (await self._shown(resource_type, [row], _wants_members(response_parameters)))[0]

    async def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Keep a new resource."""
        if resource_type.name == "User":
            row: ScimUser | ScimGroup = await self._users.create(UserData.of(resource))
        else:
            row = await self._groups.create(GroupData.of(resource))
        return await self._written(resource_type, row)

    async def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Let a resource be as given."""
        resource_id = id_of(resource.id)
        if resource_type.name == "User":
            data = UserData.of(resource)
            row: ScimUser | ScimGroup = await self._users.update(resource_id, data, expected_version)
        else:
            row = await self._groups.update(resource_id, GroupData.of(resource), expected_version)
        return await self._written(resource_type, row)

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """Remove a resource."""
        if resource_type.name == "User":
            await self._users.remove(id_of(resource_id), expected_version)
        else:
            await self._groups.remove(id_of(resource_id), expected_version)

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """A page of what a search finds: users first, then groups, unless something else is asked for."""
        found = [self._find(each, search_request) for each in resource_types]
        in_order = len(found) == 1 or search_request.sort_by is None
        if in_order and all(each.exact and each.order for each in found):
            return await self._page(found, search_request)
        return await self._examined(found, search_request)

    def _find(self, kind: ResourceType, request: SearchRequest[Any]) -> _Found:
        model = self._provider.model_for(kind)
        scim_filter = ScimFilter[model](str(request.filter)) if request.filter is not None else None  # type: ignore[valid-type]
        narrowed = narrow(scim_filter)
        statement: Select[Any] = self._resources.users() if kind.name == "User" else self._resources.groups()
        if narrowed.condition is not None:
            statement = statement.where(narrowed.condition)
        return _Found(kind, statement, scim_filter, narrowed.exact, _order(kind, model, request))

    async def _page(self, found: list[_Found], request: SearchRequest[Any]) -> SearchPage:
        offset, wanted = min(request.start_index_0 or 0, _FARTHEST), request.count or 0
        total = 0
        shown: list[Resource[Any]] = []
        for each in found:
            size = await self._resources.count(each.statement)
            skipped, taken = max(0, offset - total), wanted - len(shown)
            if taken > 0 and skipped < size:
                rows = await self._resources.rows(each.statement, each.order, offset=skipped, limit=taken)
                shown += await self._shown(each.kind, rows, _wants_members(request))
            total += size
        return SearchPage(total, shown)

    async def _examined(self, found: list[_Found], request: SearchRequest[Any]) -> SearchPage:
        """Look at each resource: right for every filter and order, and limited."""
        matching: list[Resource[Any]] = []
        for each in found:
            order: list[Any] = [ScimUser.id if each.kind.name == "User" else ScimGroup.id]
            rows = await self._resources.rows(each.statement, order, limit=MOST_EXAMINED + 1)
            if len(rows) > MOST_EXAMINED:
                raise TooManyException(
                    detail=f"More than {MOST_EXAMINED} resources would have to be looked at: filter by userName,"
                    " externalId, displayName or meta.lastModified"
                )
            shown = await self._shown(each.kind, rows, members=True)
            matching += [one for one in shown if each.scim_filter is None or each.scim_filter.match(one)]
        start = request.start_index_0 or 0
        return SearchPage(len(matching), request.sort(matching)[start : start + (request.count or 0)])

    async def _written(self, kind: ResourceType, row: ScimUser | ScimGroup) -> Resource[Any]:
        await self._session.flush()
        return (await self._shown(kind, [row], members=True))[0]

    async def _shown(self, kind: ResourceType, rows: Sequence[Any], members: bool) -> list[Resource[Any]]:
        model: Any = self._provider.model_for(kind)
        ids = [row.id for row in rows]
        if kind.name == "User":
            groups = _by(await self._resources.memberships(members=ids), "member_id")
            return [user_resource(model, row, groups.get(row.id, ())) for row in rows]
        people = _by(await self._resources.memberships(groups=ids), "group_id") if members else {}
        return [group_resource(model, row, people.get(row.id, ())) for row in rows]


def _order(kind: ResourceType, model: Any, request: SearchRequest[Any]) -> Sequence[Any]:
    """How to sort in SQL; empty when that cannot be done."""
    key = ScimUser.id if kind.name == "User" else ScimGroup.id
    if request.sort_by is None:
        return [key]
    binding = request.sort_binding(model)
    column = SORTABLE.get(binding.urn) if binding else None
    if column is None:
        return []
    descending = request.sort_order == SearchRequest.SortOrder.descending
    return [column.desc(), key] if descending else [column, key]


def _by(memberships: list[Membership], name: str) -> dict[Any, list[Membership]]:
    found: dict[Any, list[Membership]] = {}
    for each in memberships:
        found.setdefault(getattr(each, name), []).append(each)
    return found


def _wants_members(parameters: ResponseParameters[Any] | None) -> bool:
    """Whether a group's members will be shown; providers leave them out, since there may be very many."""
    if parameters is None:
        return True
    if parameters.attributes:
        return any(str(each).casefold().rpartition(":")[2].startswith("members") for each in parameters.attributes)
    excluded = parameters.excluded_attributes or []
    return not any(str(each).casefold().rpartition(":")[2] == "members" for each in excluded)


def _refusal(error: AppError) -> SCIMException:
    if error.code == "email_not_available":
        return UniquenessException(detail="Another account here has this e-mail address")
    refusal = SCIMException(detail=error.detail)
    refusal.status = error.status
    return refusal
