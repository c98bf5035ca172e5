"""Addresses that lead to a tenant."""

from dataclasses import dataclass

from ctorendang.infra.tenancy.tenant import Tenant

_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Links:
    """Makes absolute addresses, for mails and redirects that leave the request behind."""

    scheme: str
    port: int

    def to(self, tenant: Tenant) -> str:
        """The tenant's address, without a trailing slash."""
        port = "" if self.port == _USUAL_PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{tenant.host}{port}"
