"""What the sso domain offers."""

from ctorendang.domains.sso import models as _models  # noqa: F401
from ctorendang.domains.sso.permissions import SsoPermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(name="sso", permissions=SsoPermission)
