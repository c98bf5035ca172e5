"""Who may do what about portfolios, decisions and imports."""

from typing import Any
from uuid import uuid4

from tests.factories import PROBLEMS
from tests.isolation.matrix import A_CTO, ADMIN, Cast, Operation, Prepare, a_profile_in_review, fresh

CTO = "... on Cto { id }" + PROBLEMS
ITEM = "... on PortfolioItem { id }" + PROBLEMS
_INSERT = (
    "insert into cto_portfolio_items (tenant_id, cto_id, place, title, role, year, about, removed_at)"
    " values ($1, $2, 1, 'One system less', 'CTO', 2024, 'It was large.', {removed_at}) returning id"
)
_INSERT_MEDIA = (
    "insert into cto_portfolio_media (tenant_id, item_id, kind, alt, media_type, size, width, height, key, removed_at)"
    " values ($1, $2, 'image', 'A', 'image/webp', 1, 1, 1, $3, {removed_at}) returning id"
)


def what_is_said(**more: Any) -> dict[str, Any]:
    return {
        "title": f"One system less {uuid4().hex[:6]}",
        "role": "CTO",
        "year": 2024,
        "about": "It was large.",
        **more,
    }


async def put_item(cast: Cast, *, removed: bool = False) -> str:
    """The CTO's only piece of work."""
    await cast.market.fetch("delete from cto_portfolio_items")
    statement = _INSERT.format(removed_at="now()" if removed else "null")
    (made,) = await cast.market.fetch(statement, cast.market.id, cast.cto.id)
    return str(made["id"])


async def no_items(cast: Cast) -> dict[str, Any]:
    await cast.market.fetch("delete from cto_portfolio_items")
    return what_is_said()


def an_item(*, removed: bool = False, **more: Any) -> Prepare:
    async def prepare(cast: Cast) -> dict[str, Any]:
        return {"itemId": await put_item(cast, removed=removed), **more}

    return prepare


async def a_changed_item(cast: Cast) -> dict[str, Any]:
    return what_is_said(itemId=await put_item(cast))


async def one_to_read(cast: Cast) -> dict[str, Any]:
    await put_item(cast)
    return {}


async def an_item_to_read(cast: Cast) -> dict[str, Any]:
    return {"id": await put_item(cast)}


def a_picture(name: str, *, removed: bool = False, **more: Any) -> Prepare:
    async def prepare(cast: Cast) -> dict[str, Any]:
        item_id = await put_item(cast)
        statement = _INSERT_MEDIA.format(removed_at="now()" if removed else "null")
        (made,) = await cast.market.fetch(statement, cast.market.id, item_id, uuid4().hex)
        return {name: str(made["id"]), **more}

    return prepare


async def a_decision(cast: Cast) -> dict[str, Any]:
    value = await a_profile_in_review(cast)
    await (await fresh(cast.admin)).mutate("approveCto", CTO, value)
    return value


async def one_decided(cast: Cast) -> dict[str, Any]:
    await a_decision(cast)
    return {}


async def a_file(_: Cast) -> dict[str, Any]:
    email = f"{uuid4().hex}@people.example"
    columns = "email,name,headline,bio,skills,hourlyRate,availability,yearsExperience"
    return {"content": f"{columns}\n{email},Ada,Scales teams,Twelve years,Kubernetes:4,18000,16,12"}


QUERIES = [
    Operation("myPortfolio", "myPortfolio { id title images { url } }", A_CTO, prepare=one_to_read),
    Operation("myPortfolioItem", "myPortfolioItem(id: $id) { id title }", A_CTO, prepare=an_item_to_read),
    Operation("recentDecisions", "recentDecisions { approved cto { id } }", ADMIN, prepare=one_decided),
]

MUTATIONS = [
    Operation("addPortfolioItem", ITEM, A_CTO, prepare=no_items),
    Operation("updatePortfolioItem", ITEM, A_CTO, prepare=a_changed_item),
    Operation("movePortfolioItem", ITEM, A_CTO, prepare=an_item(place=1)),
    Operation("removePortfolioItem", ITEM, A_CTO, prepare=an_item()),
    Operation("restorePortfolioItem", ITEM, A_CTO, prepare=an_item(removed=True)),
    Operation("describePortfolioImage", ITEM, A_CTO, prepare=a_picture("imageId", alt="Two diagrams")),
    Operation("movePortfolioImage", ITEM, A_CTO, prepare=a_picture("imageId", place=1)),
    Operation("removePortfolioMedia", ITEM, A_CTO, prepare=a_picture("mediaId")),
    Operation("restorePortfolioMedia", ITEM, A_CTO, prepare=a_picture("mediaId", removed=True)),
    Operation("undoCtoDecision", CTO, ADMIN, prepare=a_decision),
    Operation("importCtos", "... on CtoImport { added updated }" + PROBLEMS, ADMIN, prepare=a_file),
]
