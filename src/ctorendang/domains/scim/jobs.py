"""What directories do later: let people's roles follow a mapping that was changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ctorendang.domains.scim.bearers import ROLE
from ctorendang.domains.scim.groups import ProvisionedGroups
from ctorendang.domains.scim.repository import DirectoryRepository
from ctorendang.infra.events import Subscription
from ctorendang.infra.work import UnitOfWork


async def _follow_mapping(work: UnitOfWork, payload: Mapping[str, Any]) -> None:
    directory = await DirectoryRepository(work.session).find(work.tenant_id, UUID(payload["directory_id"]))
    if directory is not None:
        await ProvisionedGroups(work, directory).follow_mapping(payload["formerly"])


SUBSCRIPTIONS = (Subscription("directory.groups_mapped", "scim.follow_mapping", _follow_mapping, role=ROLE),)
