"""Addresses with something in them that makes no sense: it is left out."""

import re

import pytest

from ctorendang.kit.cursor import encode_cursor
from tests.domains.sso.setting_up import create
from tests.factories import sign_in

LISTS = (
    "/ctos",
    "/projects",
    "/account/activity",
    "/admin/audit",
    "/admin/members",
    "/admin/invitations",
    "/admin/security",
    "/admin/sso/{}/attempts",
)
OTHER_LIST = encode_cursor(["a", "b", "c", "d", "e"])


@pytest.mark.parametrize("page", LISTS)
async def test_a_list_whose_address_was_mistyped_is_shown_from_its_beginning(market, client, page):
    admin = await market.join("admin")
    await sign_in(client, admin)
    path = page.format(await create(admin))
    ordinary = await client.get(path)
    assert ordinary.status_code == 200
    for nonsense in ("after=x", f"after={OTHER_LIST}", f"before={OTHER_LIST}", "before=%00", "outcome=x&kind=x"):
        mistyped = await client.get(f"{path}?{nonsense}")
        assert mistyped.status_code == 200, nonsense
        assert headings(mistyped.text) == headings(ordinary.text), nonsense


def headings(page: str) -> list[str]:
    """What stands in a page's table or cards."""
    return re.findall(r"<(?:h1|h2|h3|td|th)[ >][^<]*", page)
