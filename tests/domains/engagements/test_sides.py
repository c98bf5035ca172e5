"""Who is who to an engagement, whatever the database would show them."""

import pytest
from tests.domains.engagements.conftest import Sides

from ctorendang.domains.engagements.models import Engagement
from ctorendang.domains.engagements.status import Side
from ctorendang.domains.engagements.steps import side_of
from ctorendang.kit.clock import now


@pytest.mark.parametrize("introduced", [False, True])
async def test_a_cto_takes_no_side_before_they_are_introduced(sides: Sides, introduced: bool):
    engagement = Engagement(
        client_id=sides.client.id, cto_user_id=sides.cto.person.id, introduced_at=now() if introduced else None
    )
    expected = [
        (sides.client, Side.CLIENT),
        (sides.cto.person, Side.CTO if introduced else None),
        (sides.admin, Side.ADMIN),
        (sides.stranger, None),
        (sides.other_cto.person, None),
    ]
    for person, side in expected:
        async with sides.market.marketplaces.site.product.units.begin(person.actor) as work:
            assert side_of(work, engagement) is side
