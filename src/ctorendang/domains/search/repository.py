"""Finding CTOs in Postgres: by full text, by the taxonomy, and by what was meant where somebody has mistyped."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from ctorendang.domains.ctos.languages import CODES, LANGUAGES
from ctorendang.domains.ctos.models import Cto, CtoSkill, Skill
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.domains.ctos.taxonomy import slug_of
from ctorendang.domains.search.query import CtoQuery, SearchOrder, Window
from ctorendang.domains.search.results import MOST_COUNTS, NOTHING, Found, ordered
from ctorendang.domains.search.spelling import vocabulary_of
from ctorendang.domains.search.synonyms import Alternatives, Phrase, Synonyms
from ctorendang.domains.search.time_zones import minutes_apart
from ctorendang.infra.validation import beginning
from ctorendang.kit.clock import now

_MOST_SKILLS = 2_000
_FARTHEST = 24 * 60
_COUNTED = ("skills", "industries", "stages", "languages", "time_zones")


@dataclass(frozen=True, slots=True)
class _Text:
    """What the words of a query come to: a condition, and how well it is met."""

    condition: ColumnElement[bool]
    rank: ColumnElement[Any]


class PostgresEngine:
    """Always there and always current; mistyped words are looked for only where nothing else is found."""

    def __init__(self, session: AsyncSession, synonyms: Synonyms) -> None:
        self._session = session
        self._synonyms = synonyms

    async def find(self, tenant_id: UUID, query: CtoQuery, order: SearchOrder, part: Window) -> Found:
        """A part of a result, with counts."""
        if query.hopeless:
            return NOTHING
        found = await self._find(tenant_id, query, order, part, mistyped=False)
        if not found.total and query.words:
            found = await self._find(tenant_id, query, order, part, mistyped=True)
        return found

    async def _find(
        self, tenant_id: UUID, query: CtoQuery, order: SearchOrder, part: Window, *, mistyped: bool
    ) -> Found:
        text = await self._text(tenant_id, query, mistyped=mistyped)
        statement = _statement(tenant_id, query, order, part, text)
        row = (await self._session.execute(statement)).one()
        return Found(
            ids=[UUID(each) for each in row.ids or ()],
            total=row.total,
            skills=ordered(list((row.skills or {}).items())),
            industries=ordered(list((row.industries or {}).items())),
            stages=ordered(list((row.stages or {}).items())),
            languages=ordered([(LANGUAGES.get(code, code), times) for code, times in (row.languages or {}).items()]),
            time_zones=ordered(list((row.time_zones or {}).items())),
        )

    async def count(self, tenant_id: UUID, queries: Sequence[CtoQuery]) -> list[int]:
        """How many each of several queries finds."""
        return [(await self.find(tenant_id, query, SearchOrder.RATING, Window(0, 0))).total for query in queries]

    async def _text(self, tenant_id: UUID, query: CtoQuery, *, mistyped: bool) -> _Text | None:
        alternatives = self._synonyms.read(query.words)
        if mistyped:
            vocabulary = await vocabulary_of(self._session, tenant_id)
            alternatives = [self._synonyms.meant(each, vocabulary.nearest) for each in alternatives]
        if not alternatives:
            return None
        skills = await self._skills(alternatives)
        conditions, ranks = [], []
        for each, skill_ids in zip(alternatives, skills, strict=True):
            words = _tsquery(each)
            spelled = [_pattern(phrase, open_=False) for phrase in each.phrases if _has_signs(phrase)]
            named = Cto.id.in_(
                select(CtoSkill.cto_id).where(CtoSkill.tenant_id == tenant_id, CtoSkill.skill_id.in_(skill_ids))
            )
            found: list[ColumnElement[bool]] = [Cto.words.op("@@")(words)]
            # Words such as "the" stand in no index: they are found everywhere.
            if not spelled:
                found.append(func.numnode(words) == 0)
            found += [column.op("~*")(pattern) for pattern in spelled for column in (Cto.headline, Cto.bio)]
            if skill_ids:
                found.append(named)
            conditions.append(or_(*found))
            ranks.append(func.ts_rank(Cto.words, words) + (cast(named, Integer) if skill_ids else 0))
        return _Text(and_(*conditions), sum(ranks[1:], ranks[0]))

    async def _skills(self, alternatives: Sequence[Alternatives]) -> list[list[UUID]]:
        """The skills that each may name."""
        patterns = [[_pattern(phrase, open_=each.open and not place) for place, phrase in enumerate(each.phrases)]
                    for each in alternatives]  # fmt: skip
        tests: list[ColumnElement[bool]] = [Skill.name.op("~*")(pattern) for group in patterns for pattern in group]
        statement = select(Skill.id, Skill.name).where(or_(*tests)).limit(_MOST_SKILLS)
        rows = (await self._session.execute(statement)).mappings().all()
        return [
            [
                row["id"]
                for row in rows
                if any(re.search(pattern.replace(r"\m", r"\b"), row["name"], re.IGNORECASE) for pattern in group)
            ]
            for group in patterns
        ]


def _has_signs(phrase: Phrase) -> bool:
    """Whether it is one that full text cannot tell from another: C++ from C."""
    return any("+" in word or "#" in word for word in phrase)


def _pattern(phrase: Phrase, *, open_: bool) -> str:
    """A regular expression, to Postgres and (with ``\\b`` for ``\\m``) to Python, for a phrase among other words."""
    words = r"[^\w+#]+".join(re.sub(r"([.+*?^$(){}\[\]|\\])", r"\\\1", word) for word in phrase)
    return rf"\m{words}" + ("" if open_ else r"(?![\w+#])")


def _tsquery(alternatives: Alternatives) -> ColumnElement[Any]:
    parts: list[ColumnElement[Any]] = [cast("", TSQUERY)]
    for place, phrase in enumerate(alternatives.phrases):
        if _has_signs(phrase):
            continue
        if alternatives.open and not place and len(phrase) == 1:
            parts.append(func.to_tsquery("english", beginning(phrase[0])))
        parts.append(func.phraseto_tsquery("english", " ".join(phrase)))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||", return_type=TSQUERY())(part)
    return whole


def _conditions(tenant_id: UUID, query: CtoQuery) -> list[ColumnElement[bool]]:
    """All but the text, the industries and the stages."""
    conditions = [Cto.tenant_id == tenant_id, Cto.status == CtoStatus.LISTED]
    for name in query.skills:
        having = (
            select(CtoSkill.cto_id)
            .join(Skill, Skill.id == CtoSkill.skill_id)
            .where(CtoSkill.tenant_id == tenant_id, Skill.slug == slug_of(name))
        )
        conditions.append(Cto.id.in_(having))
    conditions += [Cto.languages.contains([{"name": CODES.get(name.lower(), "")}]) for name in query.languages]
    if query.max_hourly_rate is not None:
        conditions.append(Cto.hourly_rate <= query.max_hourly_rate)
    if query.min_availability is not None:
        conditions.append(Cto.availability >= query.min_availability)
    if query.min_years is not None:
        conditions.append(Cto.years_experience >= query.min_years)
    if query.min_rating is not None:
        conditions.append(func.coalesce(Cto.rating, 0) >= cast(query.min_rating, Numeric))
    if query.time_zone is not None and query.max_hours_apart is not None:
        near = [zone for zone, minutes in _apart(query.time_zone).items() if minutes <= query.max_hours_apart * 60]
        conditions.append(Cto.time_zone == any_(literal(near, ARRAY(Text))))
    return conditions


def _apart(zone: str) -> Mapping[str, int]:
    return minutes_apart(zone, now())


def _keys(query: CtoQuery, order: SearchOrder, text: _Text | None) -> list[tuple[ColumnElement[Any], bool]]:
    """What to sort by, and whether the largest comes first; the id makes it complete."""
    rating = func.coalesce(Cto.rating, 0)
    rated = [(rating, True), (Cto.review_count.expression, True)]
    if order is SearchOrder.TIME_ZONE and query.time_zone is not None:
        away = bindparam("apart", dict(_apart(query.time_zone)), type_=JSONB)[Cto.time_zone].astext
        return [(func.coalesce(cast(away, Integer), _FARTHEST), False), (rating, True), (Cto.id.expression, False)]
    if order is SearchOrder.RELEVANCE and text is not None:
        return [(text.rank, True), (rating, True), (Cto.id.expression, False)]
    leading: dict[SearchOrder, list[tuple[ColumnElement[Any], bool]]] = {
        SearchOrder.RATE_ASC: [(Cto.hourly_rate.expression, False)],
        SearchOrder.RATE_DESC: [(Cto.hourly_rate.expression, True)],
        SearchOrder.EXPERIENCE: [(Cto.years_experience.expression, True)],
        SearchOrder.NEWEST: [],
        SearchOrder.NAME: [(func.lower(Cto.name), False)],
    }
    return [*leading.get(order, rated), (Cto.id.expression, order is SearchOrder.NEWEST)]


def _statement(tenant_id: UUID, query: CtoQuery, order: SearchOrder, part: Window, text: _Text | None) -> Select[Any]:
    conditions = _conditions(tenant_id, query) + ([text.condition] if text else [])
    keys = _keys(query, order, text)
    in_industry = Cto.industries.overlap(list(query.industries)) if query.industries else true()
    at_stage = Cto.stages.overlap(list(query.stages)) if query.stages else true()
    found = (
        select(
            Cto.id,
            Cto.industries,
            Cto.stages,
            Cto.languages,
            Cto.time_zone,
            in_industry.label("in_industry"),
            at_stage.label("at_stage"),
            and_(in_industry, at_stage).label("chosen"),
            *(key.label(f"key_{place}") for place, (key, _) in enumerate(keys)),
        )
        .where(*conditions)
        .cte("found")
    )
    sorting = [found.c[f"key_{place}"].desc() if down else found.c[f"key_{place}"].asc()
               for place, (_, down) in enumerate(keys)]  # fmt: skip
    page = select(found.c.id).where(found.c.chosen).order_by(*sorting).offset(part.start).limit(part.size).subquery()
    return select(
        select(func.jsonb_agg(page.c.id)).scalar_subquery().label("ids"),
        select(func.count()).select_from(found).where(found.c.chosen).scalar_subquery().label("total"),
        *_counts(tenant_id, found, wanted=part.size > 0),
    )


def _counts(tenant_id: UUID, found: CTE, *, wanted: bool) -> list[ColumnElement[Any]]:
    """Counts by value, unless only a number is asked for."""
    if not wanted:
        return [literal(None, JSONB).label(name) for name in _COUNTED]
    by_id = (
        select(CtoSkill.skill_id, func.count().label("times"))
        .join(found, found.c.id == CtoSkill.cto_id)
        .where(CtoSkill.tenant_id == tenant_id, found.c.chosen)
        .group_by(CtoSkill.skill_id)
        .order_by(func.count().desc())
        .limit(MOST_COUNTS * 2)
        .subquery()
    )
    skills = select(Skill.name.label("value"), by_id.c.times).join(by_id, by_id.c.skill_id == Skill.id).subquery()
    counted = {
        "skills": skills,
        # A further industry or stage widens the result, so each is counted as if none had been asked for.
        "industries": _times(found.c.industries, func.unnest, found.c.at_stage),
        "stages": _times(found.c.stages, func.unnest, found.c.in_industry),
        "languages": _times(found.c.languages, _spoken, found.c.chosen),
        "time_zones": _times(found.c.time_zone, lambda zone: zone, found.c.chosen),
    }
    return [
        select(func.jsonb_object_agg(counted[name].c.value, counted[name].c.times)).scalar_subquery().label(name)
        for name in _COUNTED
    ]


def _spoken(languages: ColumnElement[Any]) -> ColumnElement[Any]:
    name: ColumnElement[Any] = func.jsonb_array_elements(languages, type_=JSONB)["name"].astext
    return name


def _times(
    column: ColumnElement[Any],
    values: Callable[[ColumnElement[Any]], ColumnElement[Any]],
    condition: ColumnElement[bool],
) -> Subquery:
    """How often each value occurs where a condition holds.

    Many people have the same list of values, so that whole lists are counted first and taken apart then.
    """
    same = select(column.label("whole"), func.count().label("people")).where(condition).group_by(column).subquery()
    each = select(values(same.c.whole).label("value"), same.c.people).subquery()
    times = cast(func.sum(each.c.people), Integer).label("times")
    return select(each.c.value, times).group_by(each.c.value).subquery()
