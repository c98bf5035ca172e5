"""Whether newcomers are seen, and what that costs."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from ctorendang.domains.matching.evaluation.metrics import ndcg
from ctorendang.domains.matching.evaluation.world import World
from ctorendang.domains.matching.listing import Listing
from ctorendang.domains.matching.places import PlaceService
from ctorendang.domains.matching.repository import MatchRepository
from ctorendang.infra.auth.actor import WORKER, Actor

_PATIENCE = 20
"""Relevant projects within which a newcomer is to be among the first ten once."""
_NEW_FOR = 90


async def chances(world: World) -> str:
    """Post the briefs one after another, and see when newcomers to whom some are relevant come up; in words."""
    new = {cto.key for cto in world.sample.ctos if not cto.stars and cto.age < _NEW_FOR and cto.availability > 0}
    waited: Counter[str] = Counter()
    seen: set[str] = set()
    plain: list[float] = []
    given: list[float] = []
    for brief in world.sample.briefs:
        grades = world.sample.grades[brief.key]
        without, with_ = await _lists(world, world.projects[brief.key])
        if grades:
            plain.append(ndcg(without, grades))
            given.append(ndcg(with_, grades))
        for key in (new & set(grades)) - seen:
            waited[key] += 1
            if key in with_:
                seen.add(key)
    relevant = set(waited)
    late = [key for key in relevant if waited[key] > _PATIENCE or (key not in seen and waited[key] == _PATIENCE)]
    never = [key for key in relevant - seen if waited[key] < _PATIENCE]
    cost = 100 * (1 - sum(given) / sum(plain))
    return (
        f"Newcomers to whom a brief is relevant: {len(relevant)}; seen among the first ten: {len(seen)}, later than"
        f" within {_PATIENCE} relevant briefs: {len(late)}, not yet within the fewer that there were: {len(never)};"
        f" cost {cost:.1f}% of nDCG@10 (goals: 0 later, at most 1%)"
    )


async def _lists(world: World, project_id: UUID) -> tuple[Sequence[str], Sequence[str]]:
    """The first ten of a project without and with the chance for newcomers; then the places are kept."""
    async with world.product.units.begin(Actor.service(world.tenant_id, WORKER)) as work:
        repository = MatchRepository(work.session, world.tenant_id)
        plain = await repository.best(project_id, 10, await repository.weights())
        listed = await Listing(work.session, world.tenant_id).first(project_id, 10)
        await PlaceService(work).refresh(project_id)
        return [world.ctos[row.id] for row in plain], [world.ctos[row.id] for row in listed.rows]
