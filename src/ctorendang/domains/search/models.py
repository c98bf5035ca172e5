"""What the index was last told, and what people look for again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class SearchDocument(TenantModel):
    """What the index was last told of a CTO; the id is the profile's.

    Whoever writes to the index holds this row, and reads the profile only then: of two jobs the one that writes last
    has read last. It outlives the profile, so that what is gone can still be removed from the index.

    Attributes:
        version: grows with every write; the document carries it.
        checksum: of the document as written, None when it was removed.
    """

    __tablename__ = "search_documents"

    version: Mapped[int] = mapped_column(server_default=text("0"))
    checksum: Mapped[str | None]
    written_at: Mapped[datetime | None]


class SavedSearch(Timestamps, TenantModel):
    """What a person looks for again and again.

    Attributes:
        query: as ``CtoQuery.to_json`` says it, with the order.
        alerts: whether new results are mailed.
        seen: who was found already, while there are alerts.
        removed_at: when its person removed it; for a while that can be undone.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (
        within_tenant("user_id", "users", ondelete="CASCADE"),
        CheckConstraint("length(name) between 1 and 80", name="name_length"),
        Index(None, "tenant_id", "user_id", "id"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    query: Mapped[dict[str, Any]]
    alerts: Mapped[bool] = mapped_column(server_default=text("true"))
    seen: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    checked_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
