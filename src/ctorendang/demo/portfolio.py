"""Pieces of work that some demo CTOs show, with a picture that is drawn for them."""

import io
import secrets
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from ctorendang.demo.market import Candidate, Market
from ctorendang.demo.rows import TenantRows
from ctorendang.domains.ctos.portfolio.media import SIDES, keys_of
from ctorendang.infra.gateways.gateways import Files, NotConfigured
from ctorendang.kit.ids import uuid7

ITEM_COLUMNS = ("tenant_id", "id", "cto_id", "place", "title", "role", "year", "about")
MEDIA_COLUMNS = (
    "tenant_id", "item_id", "kind", "alt", "media_type", "size", "width", "height", "key",
)  # fmt: skip
# So many CTOs show something, the one to sign in as first.
_SHOWING = 9
_SHAPE = 10 / 16
# Background, line, bars before and after.
_PALETTES = (
    ("#eef1f4", "#c9d1d9", "#9aa7b4", "#2f5d8a"),
    ("#f4f1ea", "#d8d0c0", "#b9ad95", "#2d6a4f"),
    ("#f1eef8", "#d5cdea", "#b3a6d6", "#5b3fa8"),
)
_ABOUT = (
    "I came when everybody knew the problem and nobody owned it. We measured first, agreed on the one figure that"
    " matters, and changed the smallest thing that moved it. {changed}\n\nThe team has kept it that way since; what I"
    " left behind is a page of decisions and a screen on the wall."
)


class Portfolio:
    """Rows of shown work; the pictures are stored on the way."""

    def __init__(self, files: Files, tenant_id: UUID) -> None:
        self._files = files
        self._tenant_id = tenant_id
        self.items: list[tuple[Any, ...]] = []
        self.media: list[tuple[Any, ...]] = []

    async def show(self, market: Market, rows: TenantRows) -> None:
        """Have the first CTOs show what their profiles speak of."""
        listed = [
            (cto_id, one)
            for one, cto_id in zip(market.candidates, rows.cto_ids, strict=True)
            if one.status == "listed" and one.published_at is not None
        ]
        for number, (cto_id, candidate) in enumerate(listed[:_SHOWING]):
            for place, row in enumerate(_told(candidate, most=2 if number == 0 else 1), 1):
                item_id = uuid7(candidate.published_at)
                self.items.append((self._tenant_id, item_id, cto_id, place, *row))
                await self._illustrate(item_id, (number + place) % len(_PALETTES))

    async def _illustrate(self, item_id: UUID, variant: int) -> None:
        key = f"{self._tenant_id}/portfolio/{item_id}/{secrets.token_hex(16)}"
        sizes = drawn(variant)
        try:
            for name, content in zip(keys_of(key, "image"), sizes, strict=True):
                await self._files.put(name, content)
        except NotConfigured:
            return
        largest = (len(sizes[-1]), SIDES[-1], round(SIDES[-1] * _SHAPE), key)
        alt = "Bars of twelve months: high and uneven before the change, low and even after it"
        self.media.append((self._tenant_id, item_id, "image", alt, "image/webp", *largest))


def _told(candidate: Candidate, *, most: int) -> Iterator[tuple[str, str, int, str]]:
    """Title, role, year and text of what changed at the places of a career."""
    places = [place for place in candidate.career.experience if place.changed and place.ended]
    for place in places[:most]:
        title = place.changed.split(";")[0].split(",")[0].rstrip(".")
        yield (
            f"{title}, at {place.company}"[:120],
            place.role,
            place.ended or 2020,
            _ABOUT.format(changed=place.changed),
        )


@cache
def drawn(variant: int) -> tuple[bytes, ...]:
    """A chart of twelve months in every size that the product keeps, the smallest first."""
    random = Random(variant)  # noqa: S311 - draws a picture
    page, line, before, after = _PALETTES[variant]
    width = SIDES[-1]
    height = round(width * _SHAPE)
    image = Image.new("RGB", (width, height), page)
    pen = ImageDraw.Draw(image)
    margin, step = width // 12, width * 10 // 144
    floor = height - margin
    for part in range(1, 5):
        pen.line([(margin, floor - part * floor // 6), (width - margin, floor - part * floor // 6)], fill=line, width=3)
    for month in range(12):
        share = random.uniform(0.5, 0.8) if month < 5 else max(0.16, 0.6 - 0.09 * (month - 4))
        left = margin + month * step
        pen.rounded_rectangle(
            (left, floor - round(share * floor), left + step * 2 // 3, floor), 8, fill=before if month < 5 else after
        )
    pen.line([(margin, floor), (width - margin, floor)], fill=before, width=6)
    return tuple(_encoded(image.resize((side, round(side * _SHAPE)), Image.Resampling.LANCZOS)) for side in SIDES)


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
