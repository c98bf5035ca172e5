"""What the scim domain offers."""

from ctorendang.domains.scim import models as _models  # noqa: F401
from ctorendang.domains.scim.permissions import ScimPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(name="scim", permissions=ScimPermission)
