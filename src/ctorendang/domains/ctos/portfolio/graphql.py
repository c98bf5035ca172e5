"""Shown work in GraphQL: what can be read."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry

from ctorendang.domains.ctos.portfolio.media import SIDES, file_path, image_path
from ctorendang.domains.ctos.portfolio.models import PortfolioMedia
from ctorendang.domains.ctos.portfolio.repository import ShownItem
from ctorendang.domains.ctos.portfolio.service import PortfolioService
from ctorendang.infra.graphql.types import Info, parse_id
from ctorendang.infra.work import UnitOfWork


@strawberry.enum(description="How large a picture of a portfolio is wanted.")
class PortfolioImageSize(Enum):
    """By the longer side; no picture is enlarged."""

    SMALL = strawberry.enum_value("small", description="640 pixels at most.")
    LARGE = strawberry.enum_value("large", description="1600 pixels at most.")


@strawberry.type(name="PortfolioImage", description="A picture that goes with a piece of work.")
class PortfolioImageType:
    """A WebP."""

    row: strawberry.Private[PortfolioMedia]
    cto_id: strawberry.Private[UUID]
    id: strawberry.ID
    alt: str = strawberry.field(description="What it shows, for those who cannot see it.")
    width: int = strawberry.field(description="Of the large size, in pixels.")
    height: int
    removed_at: datetime | None = strawberry.field(description="Set on one's own that can still be brought back.")

    @classmethod
    def of(cls, row: PortfolioMedia, cto_id: UUID) -> "PortfolioImageType":
        """From its row."""
        return cls(
            row=row,
            cto_id=cto_id,
            id=strawberry.ID(str(row.id)),
            alt=row.alt,
            width=row.width or 0,
            height=row.height or 0,
            removed_at=row.removed_at,
        )

    @strawberry.field
    def url(self, size: PortfolioImageSize = PortfolioImageSize.SMALL) -> str:
        """Path on this host, for those who see the profile."""
        return image_path(self.cto_id, self.row, SIDES[0] if size is PortfolioImageSize.SMALL else SIDES[1])


@strawberry.type(name="PortfolioFile", description="A file that goes with a piece of work.")
class PortfolioFileType:
    """To be saved."""

    id: strawberry.ID
    name: str
    media_type: str
    size: int = strawberry.field(description="Bytes.")
    url: str = strawberry.field(description="Path on this host, for those who see the profile.")
    removed_at: datetime | None = strawberry.field(description="Set on one's own that can still be brought back.")

    @classmethod
    def of(cls, row: PortfolioMedia, cto_id: UUID) -> "PortfolioFileType":
        """From its row."""
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            url=file_path(cto_id, row),
            removed_at=row.removed_at,
        )


@strawberry.type(name="PortfolioItem", description="A piece of work that a CTO shows.")
class PortfolioItemType:
    """What it was, with pictures and files."""

    id: strawberry.ID
    title: str
    role: str = strawberry.field(description="What the CTO was there.")
    year: int
    about: str = strawberry.field(description="What it was about, in plain text.")
    link: str | None = strawberry.field(description="Where more is told, by HTTPS.")
    images: list[PortfolioImageType] = strawberry.field(description="In their order; the first one is the cover.")
    files: list[PortfolioFileType] = strawberry.field(description="Oldest first.")
    removed_at: datetime | None = strawberry.field(description="Set on one's own that can still be brought back.")

    @classmethod
    def of(cls, shown: ShownItem) -> "PortfolioItemType":
        """From its rows."""
        item = shown.item
        return cls(
            id=strawberry.ID(str(item.id)),
            title=item.title,
            role=item.role,
            year=item.year,
            about=item.about,
            link=item.link,
            images=[PortfolioImageType.of(row, item.cto_id) for row in shown.images],
            files=[PortfolioFileType.of(row, item.cto_id) for row in shown.files],
            removed_at=item.removed_at,
        )


async def portfolios(work: UnitOfWork, cto_ids: list[UUID]) -> dict[UUID, list[ShownItem]]:
    """The work of several CTOs, in their order."""
    return await PortfolioService(work).of_ctos(cto_ids)


@strawberry.type
class PortfolioQueries:
    """Roots about one's own work."""

    @strawberry.field
    async def my_portfolio(self, info: Info) -> list[PortfolioItemType]:
        """The work that one shows, in its order, with what was removed within the hour; for CTOs."""
        found = await info.context.use(lambda work: PortfolioService(work).own())
        return [PortfolioItemType.of(each) for each in found]

    @strawberry.field
    async def my_portfolio_item(self, info: Info, id: strawberry.ID) -> PortfolioItemType | None:
        """A piece of one's own work, null when there is none with this id; for CTOs."""
        item_id = parse_id(id)
        found = await info.context.use(lambda work: PortfolioService(work).own())
        return next((PortfolioItemType.of(each) for each in found if each.item.id == item_id), None)
