"""The tenants' data keys."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel


class TenantKey(TenantModel):
    """What a tenant's secrets are sealed with; of no use to anybody who lacks the master key.

    Attributes:
        master_key_id: the master key that wrapped it; its key is in the environment alone.
    """

    __tablename__ = "tenant_keys"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    master_key_id: Mapped[str]
    wrapped_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def __repr__(self) -> str:
        return f"<TenantKey of {self.tenant_id}>"
