"""What people have told about how they want to be treated."""

from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class NotificationSetting(Timestamps, TenantModel):
    """That a person wants a kind of notification in a channel, or does not; without a row the catalogue decides."""

    __tablename__ = "notification_settings"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id", "kind", "channel"),
        CheckConstraint("channel = 'email'", name="channel"),
    )

    user_id: Mapped[UUID]
    kind: Mapped[str]
    channel: Mapped[str]
    wanted: Mapped[bool]
