"""The parts of a running product, wired once a process."""

from dataclasses import dataclass

from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.infra.authz.authorize import Grants
from ctorendang.infra.events import Subscriptions
from ctorendang.infra.gateways.gateways import Gateways
from ctorendang.infra.tenancy.directory import TenantDirectory
from ctorendang.infra.work import UnitsOfWork
from ctorendang.settings import Settings


@dataclass(frozen=True, slots=True)
class Product:
    """What requests and jobs reach for.

    Attributes:
        units: units of work of the app role, for everything that happens within a tenant.
        platform_units: of the platform role, for the console and tenants as code.
    """

    settings: Settings
    grants: Grants
    subscriptions: Subscriptions
    gateways: Gateways
    units: UnitsOfWork
    platform_units: UnitsOfWork
    directory: TenantDirectory
    limiter: AttemptLimiter
