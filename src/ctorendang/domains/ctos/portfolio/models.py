"""Pieces of work that CTOs show, and what goes with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ctorendang.infra.db.base import TenantModel, Timestamps, within_tenant


class PortfolioItem(Timestamps, TenantModel):
    """A piece of work; seen by others as far as the profile is.

    Attributes:
        place: among the CTO's own, from the smallest.
        year: in which it was done.
        link: where more is told, by HTTPS.
        removed_at: when its owner took it away; for a while it can be brought back, then it is deleted.
    """

    __tablename__ = "cto_portfolio_items"
    __table_args__ = (
        within_tenant("cto_id", "ctos", ondelete="CASCADE"),
        CheckConstraint("year between 1960 and 2100", name="year"),
        CheckConstraint("link ~ '^https://'", name="link_is_https"),
        Index(None, "tenant_id", "cto_id", "place"),
    )

    cto_id: Mapped[UUID]
    place: Mapped[int]
    title: Mapped[str]
    role: Mapped[str]
    year: Mapped[int]
    about: Mapped[str]
    link: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class PortfolioMedia(Timestamps, TenantModel):
    """A picture or file that goes with a piece of work; its bytes are in the object store under ``key``.

    Attributes:
        place: of an image, among those of its piece of work, from the smallest; of equal ones the older is first.
        kind: ``image``, which was drawn anew in several sizes, or ``file``, which is as it came.
        name: of a file, to save it under, with the ending of what it is; empty for images.
        alt: of an image, what it shows, for those who cannot see it; empty for files.
        media_type: what it was found to be, never what a browser said.
        size: bytes; of an image, its largest size.
        width: of an image's largest size, in pixels, as ``height`` is; None for files.
        removed_at: as of the piece of work.
    """

    __tablename__ = "cto_portfolio_media"
    __table_args__ = (
        within_tenant("item_id", "cto_portfolio_items", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("kind in ('image', 'file')", name="kind"),
        CheckConstraint("size between 1 and 10000000", name="size"),
        CheckConstraint(
            "(kind = 'image') = (width is not null) and (width is null) = (height is null)", name="images_have_sides"
        ),
        Index(None, "tenant_id", "item_id", "id"),
    )

    item_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(server_default=text("0"))
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    alt: Mapped[str] = mapped_column(server_default="")
    media_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    key: Mapped[str]
    removed_at: Mapped[datetime | None]
