"""Pieces of work for tests, made through the front door."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from tests.factories import PROBLEMS, Marketplace, Person, form_token

from ctorendang.settings import Settings

OWN = """{ myPortfolio { id title role year about link removedAt images { id alt width height url removedAt }
    files { id name mediaType size url removedAt } } }"""
SHOWN = "query($id: ID!) { cto(id: $id) { portfolio { id title images { alt url } files { name url } } } }"


def a_piece(**changes: Any) -> dict[str, Any]:
    """What is said of a piece of work."""
    return {
        "title": "One order system less",
        "role": "Fractional CTO",
        "year": 2024,
        "about": "Every change needed the whole company.\n\nNow it does not.",
        "link": "https://nordfrakt.example/story",
        **changes,
    }


async def add_piece(person: Person, **changes: Any) -> str:
    """One more piece of somebody's work; its id."""
    made = await person.mutate("addPortfolioItem", "... on PortfolioItem { id }" + PROBLEMS, a_piece(**changes))
    assert made["__typename"] == "PortfolioItem", made
    return made["id"]


async def own_portfolio(person: Person) -> list[dict[str, Any]]:
    """Somebody's work as they see it."""
    return (await person.query(OWN))["myPortfolio"]


async def upload_picture(
    browser: httpx.AsyncClient, item_id: str, content: bytes, alt: str = "Two diagrams"
) -> httpx.Response:
    """Send a picture as the page does."""
    data = {"_csrf": form_token((await browser.get("/account")).text), "alt": alt}
    files = {"picture": ("a.png", content, "image/png")}
    return await browser.post(f"/account/profile/portfolio/{item_id}/images", data=data, files=files)


async def upload_file(
    browser: httpx.AsyncClient, item_id: str, content: bytes, name: str = "plan.pdf"
) -> httpx.Response:
    """Send a file as the page does."""
    data = {"_csrf": form_token((await browser.get("/account")).text)}
    files = {"file": (name, content, "application/pdf")}
    return await browser.post(f"/account/profile/portfolio/{item_id}/files", data=data, files=files)


async def work_off_everything(market: Marketplace) -> None:
    """Do what is due now, and what would be due within the next hours."""
    for _ in range(3):
        await market.work_off()
        await market.fetch("update outbox set run_at = now() where done_at is null")
    await market.work_off()


def stored_in(settings: Settings, market: Marketplace) -> set[str]:
    """The names of a tenant's files."""
    folder = Path(unquote(urlsplit(settings.files.url).path)) / str(market.id)
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
