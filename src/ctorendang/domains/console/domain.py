"""What the console domain offers."""

from ctorendang.domains.console.pages import ConsolePages, HomePage
from ctorendang.domains.console.permissions import ConsolePermission
from ctorendang.infra.domain import Domain

DOMAIN = Domain(
    name="console",
    permissions=ConsolePermission,
    controllers=(HomePage, ConsolePages),
)
