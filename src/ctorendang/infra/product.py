"""The parts of a running product, wired once a process."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.infra.authz.authorize import Grants
from ctorendang.infra.events import Subscriptions
from ctorendang.infra.gateways.gateways import Gateways
from ctorendang.infra.tenancy.directory import TenantDirectory
from ctorendang.infra.work import UnitOfWork, UnitsOfWork
from ctorendang.settings import Settings

Naming = Callable[[UnitOfWork, list[UUID]], Awaitable[dict[UUID, str]]]
"""What things of one kind are called, as far as the actor may know them."""


@dataclass(frozen=True, slots=True)
class Product:
    """What requests and jobs reach for.

    Attributes:
        units: units of work of the app role, for everything that happens within a tenant.
        platform_units: of the platform role, for the console and tenants as code.
        names: what the subjects of the trail are called, by their kind.
    """

    settings: Settings
    grants: Grants
    subscriptions: Subscriptions
    gateways: Gateways
    units: UnitsOfWork
    platform_units: UnitsOfWork
    directory: TenantDirectory
    limiter: AttemptLimiter
    names: Mapping[str, Naming]
