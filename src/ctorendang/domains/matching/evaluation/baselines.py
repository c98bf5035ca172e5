"""What the pipeline is held against: single legs, chance, reputation, and a fusion that weighs all legs alike.

Every baseline ranks the CTOs that pass the hard filters, as the pipeline does, so none is beaten by filters alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from uuid import UUID

from sqlalchemy import text

from ctorendang.domains.matching.evaluation.sample import VisibleBrief
from ctorendang.domains.matching.evaluation.world import World

LEGS = ("text only", "vector only", "skill graph only", "popularity")
"""Single legs; the pipeline must not be worse than the best of them anywhere."""
BASELINES = ("random", *LEGS, "equal-weight fusion")

# As reciprocal rank fusion was published (Cormack et al., 2009).
_RRF = 60

_VECTOR = text(
    "select v.cto_id from cto_vectors v join project_vectors p"
    " on p.tenant_id = v.tenant_id and p.project_id = :project_id and p.model = v.model"
    " where v.tenant_id = :tenant_id group by v.cto_id order by min(v.embedding <#> p.embedding), v.cto_id"
)
_TEXT = text("""
    with query as materialized (
        select string_agg(quote_literal(lexeme), ' | ')::tsquery as words
        from projects, unnest(to_tsvector('english', title || ' ' || description))
        where tenant_id = :tenant_id and id = :project_id
    ), profiles as (
        select c.id, to_tsvector(
            'english', c.headline || ' ' || c.bio || ' ' || coalesce(string_agg(s.name, ' '), '')) as words
        from ctos c
        left join cto_skills h on h.tenant_id = c.tenant_id and h.cto_id = c.id
        left join skills s on s.id = h.skill_id
        where c.tenant_id = :tenant_id group by c.tenant_id, c.id
    )
    select p.id from profiles p, query q order by ts_rank(p.words, q.words, 1) desc, p.id
""")
_SKILLS = text("""
    with wanted as (
        select skill_id, 1 as strength from project_skills where tenant_id = :tenant_id and project_id = :project_id
        union all
        select skill_id, strength from project_needs where tenant_id = :tenant_id and project_id = :project_id
    ), rare as (
        select w.skill_id, w.strength * ln(2 + 1000.0 / (1 + (
            select count(*) from cto_skills h where h.tenant_id = :tenant_id and h.skill_id = w.skill_id))) as weight
        from wanted w
    ), named as (
        select h.cto_id, r.weight * h.level as part
        from rare r join cto_skills h on h.tenant_id = :tenant_id and h.skill_id = r.skill_id
        union all
        select m.cto_id, r.weight * 2
        from rare r join cto_mentions m on m.tenant_id = :tenant_id and m.skill_id = r.skill_id
    )
    select c.id from ctos c left join named n on n.cto_id = c.id
    where c.tenant_id = :tenant_id group by c.id order by coalesce(sum(n.part), 0) desc, c.id
""")
_STATEMENTS = {"text only": _TEXT, "vector only": _VECTOR, "skill graph only": _SKILLS}


async def rankings(world: World, brief: VisibleBrief) -> dict[str, list[str]]:
    """Every baseline's answer to a brief, in full."""
    eligible = {cto.key for cto in world.sample.eligible(brief)}
    found = {name: await _leg(world, name, world.projects[brief.key], eligible) for name in _STATEMENTS}
    fused = _fuse(list(found.values()))
    popular = sorted(
        (cto for cto in world.sample.eligible(brief)), key=lambda cto: (-(cto.rating or 0), -len(cto.stars), cto.key)
    )
    chance = sorted(eligible)
    Random(brief.key).shuffle(chance)  # noqa: S311 - decides about nobody's security
    return {
        "random": chance,
        **found,
        "popularity": [cto.key for cto in popular],
        "equal-weight fusion": fused,
    }


async def _leg(world: World, name: str, project_id: UUID, eligible: set[str]) -> list[str]:
    async with world.product.units.begin(world.administrator) as work:
        parameters = {"tenant_id": world.tenant_id, "project_id": project_id}
        ids = (await work.session.execute(_STATEMENTS[name], parameters)).scalars().all()
    return [key for key in (world.ctos[id_] for id_ in ids) if key in eligible]


def _fuse(legs: Sequence[Sequence[str]]) -> list[str]:
    scores: defaultdict[str, float] = defaultdict(float)
    for leg in legs:
        for place, key in enumerate(leg, 1):
            scores[key] += 1 / (_RRF + place)
    return sorted(scores, key=lambda key: (-scores[key], key))
