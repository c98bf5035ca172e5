"""The tenant of a request."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class TenantKind(StrEnum):
    """An enterprise's marketplace, or the platform's own console."""

    ENTERPRISE = "enterprise"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Tenant:
    """What every request knows of its tenant.

    Attributes:
        host: the primary host, under which links in mails point.
        theme: name of a theme package.
        theme_settings: values for it.
    """

    id: UUID
    slug: str
    name: str
    kind: TenantKind
    host: str
    tagline: str
    currency: str
    locale: str
    theme: str
    theme_settings: dict[str, Any] = field(hash=False)

    def view(self) -> dict[str, str]:
        """What templates may see of it."""
        return {name: getattr(self, name) for name in ("slug", "name", "tagline", "currency", "locale")}
