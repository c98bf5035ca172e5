"""Shown work in GraphQL: what can be written. Pictures and files are added with the forms of the page only."""

from typing import Annotated

import strawberry

from ctorendang.domains.ctos.portfolio.draft import ItemDraft
from ctorendang.domains.ctos.portfolio.graphql import PortfolioItemType
from ctorendang.domains.ctos.portfolio.media import MediaService
from ctorendang.domains.ctos.portfolio.service import PortfolioService
from ctorendang.infra.graphql.refusals import mutation
from ctorendang.infra.graphql.types import Info, InvalidInput, Refusal, required_id

PortfolioItemResult = Annotated[PortfolioItemType | Refusal | InvalidInput, strawberry.union("PortfolioItemResult")]


@strawberry.input
class AddPortfolioItemInput:
    """What is said of a piece of work."""

    title: str
    role: str
    year: int
    about: str
    link: str = strawberry.field(default="", description="By HTTPS, or empty.")


@strawberry.input
class UpdatePortfolioItemInput:
    """Which piece of work, and everything that is said of it from now on."""

    item_id: strawberry.ID
    title: str
    role: str
    year: int
    about: str
    link: str = strawberry.field(default="", description="By HTTPS, or empty.")


@strawberry.input
class MovePortfolioItemInput:
    """Which piece of work, and where it goes."""

    item_id: strawberry.ID
    place: int = strawberry.field(description="1 is the first; beyond the last is the last.")


@strawberry.input
class RemovePortfolioItemInput:
    """Which piece of work."""

    item_id: strawberry.ID


@strawberry.input
class RestorePortfolioItemInput:
    """Which piece of work."""

    item_id: strawberry.ID


@strawberry.input
class DescribePortfolioImageInput:
    """Which picture, and what it shows."""

    image_id: strawberry.ID
    alt: str


@strawberry.input
class MovePortfolioImageInput:
    """Which picture, and where it goes."""

    image_id: strawberry.ID
    place: int = strawberry.field(description="1 is the cover; beyond the last is the last.")


@strawberry.input
class RemovePortfolioMediaInput:
    """Which picture or file."""

    media_id: strawberry.ID


@strawberry.input
class RestorePortfolioMediaInput:
    """Which picture or file."""

    media_id: strawberry.ID


@strawberry.type
class PortfolioMutations:
    """Roots that change one's own portfolio; for CTOs."""

    @mutation
    async def add_portfolio_item(self, info: Info, input: AddPortfolioItemInput) -> PortfolioItemResult:
        """Show one more piece of work, behind the others."""
        draft = ItemDraft(input.title, input.role, input.year, input.about, input.link)
        return PortfolioItemType.of(await info.context.use(lambda work: PortfolioService(work).add(draft)))

    @mutation
    async def update_portfolio_item(self, info: Info, input: UpdatePortfolioItemInput) -> PortfolioItemResult:
        """Tell a piece of work anew."""
        item_id = required_id(input.item_id)
        draft = ItemDraft(input.title, input.role, input.year, input.about, input.link)
        return PortfolioItemType.of(await info.context.use(lambda work: PortfolioService(work).change(item_id, draft)))

    @mutation
    async def move_portfolio_item(self, info: Info, input: MovePortfolioItemInput) -> PortfolioItemResult:
        """Put a piece of work elsewhere among one's own."""
        item_id = required_id(input.item_id)
        moved = await info.context.use(lambda work: PortfolioService(work).move(item_id, input.place))
        return PortfolioItemType.of(moved)

    @mutation
    async def remove_portfolio_item(self, info: Info, input: RemovePortfolioItemInput) -> PortfolioItemResult:
        """Take a piece of work away; for an hour it can be brought back."""
        item_id = required_id(input.item_id)
        return PortfolioItemType.of(await info.context.use(lambda work: PortfolioService(work).remove(item_id)))

    @mutation
    async def restore_portfolio_item(self, info: Info, input: RestorePortfolioItemInput) -> PortfolioItemResult:
        """Bring a removed piece of work back."""
        item_id = required_id(input.item_id)
        return PortfolioItemType.of(await info.context.use(lambda work: PortfolioService(work).restore(item_id)))

    @mutation
    async def describe_portfolio_image(self, info: Info, input: DescribePortfolioImageInput) -> PortfolioItemResult:
        """Say anew what a picture shows; the piece of work that it goes with."""
        image_id = required_id(input.image_id)
        found = await info.context.use(lambda work: MediaService(work).describe(image_id, input.alt))
        return PortfolioItemType.of(found)

    @mutation
    async def move_portfolio_image(self, info: Info, input: MovePortfolioImageInput) -> PortfolioItemResult:
        """Put a picture elsewhere among those of its piece of work, which is answered."""
        image_id = required_id(input.image_id)
        moved = await info.context.use(lambda work: MediaService(work).move(image_id, input.place))
        return PortfolioItemType.of(moved)

    @mutation
    async def remove_portfolio_media(self, info: Info, input: RemovePortfolioMediaInput) -> PortfolioItemResult:
        """Take a picture or file away; for an hour it can be brought back."""
        media_id = required_id(input.media_id)
        return PortfolioItemType.of(await info.context.use(lambda work: MediaService(work).remove(media_id)))

    @mutation
    async def restore_portfolio_media(self, info: Info, input: RestorePortfolioMediaInput) -> PortfolioItemResult:
        """Bring a removed picture or file back."""
        media_id = required_id(input.media_id)
        return PortfolioItemType.of(await info.context.use(lambda work: MediaService(work).restore(media_id)))
