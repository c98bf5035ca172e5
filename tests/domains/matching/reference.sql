-- What match.sql answers, computed for everybody who passes the hard filters, without candidates, without sketches and
-- without a thought for speed: its oracle.
with project as materialized (
    select p.*, v.embedding, v.model, coalesce(p.stage, v.stage) as company_stage,
           least(p.max_hourly_rate, cast(:max_hourly_rate as integer)) as rate_limit
    from projects p
    left join project_vectors v on v.tenant_id = p.tenant_id and v.project_id = p.id
    where p.tenant_id = :tenant_id and p.id = :project_id
),
query as materialized (
    -- Any of the project's words.
    select (select string_agg(quote_literal(lexeme), ' | ')::tsquery
            from unnest(to_tsvector('english', p.title || ' ' || p.description))) as words
    from project p
),
tenant_facts as materialized (
    select count(*) as ctos, coalesce(avg(rating), 4) as mean_rating
    from ctos where tenant_id = :tenant_id and status = 'listed'
),
wanted as materialized (
    -- What was asked for, and what the text suggests; the rarer here, the more it tells people apart.
    select s.skill_id, k.name, k.parent_id, s.asked, s.must,
           s.strength * ln(2 + (select ctos from tenant_facts)::float8 / (1 + (
               select count(*) from cto_skills h where h.tenant_id = :tenant_id and h.skill_id = s.skill_id))) as rarity
    from (
        select skill_id, true as asked, importance = 'must' as must,
               case importance when 'nice' then 0.4 else 1 end::float8 as strength
        from project_skills where tenant_id = :tenant_id and project_id = :project_id
        union all
        select n.skill_id, false, false, n.strength::float8
        from project_needs n
        where n.tenant_id = :tenant_id and n.project_id = :project_id and not exists (
            select from project_skills a
            where a.tenant_id = :tenant_id and a.project_id = :project_id and a.skill_id = n.skill_id)
    ) s
    join skills k on k.id = s.skill_id
),
shares as materialized (
    select skills / total as skills, needs / total as needs, relevance / total as relevance, words / total as words,
           rate / total as rate, availability / total as availability, rating / total as rating,
           freshness / total as freshness, stage / total as stage, industry / total as industry
    from (
        select *, skills + needs + relevance + words + rate + availability + rating + freshness + stage + industry
               as total
        from (
            select case when exists (select from wanted where asked) then cast(:skills as float8) else 0 end as skills,
                   case when exists (select from wanted where not asked) then cast(:needs as float8) else 0 end
                   as needs,
                   case when p.embedding is not null then cast(:relevance as float8) else 0 end as relevance,
                   case when (select words from query) is not null then cast(:words as float8) else 0 end as words,
                   case when p.max_hourly_rate > 0 then cast(:rate as float8) else 0 end as rate,
                   cast(:availability as float8) as availability,
                   cast(:rating as float8) as rating,
                   cast(:freshness as float8) as freshness,
                   case when p.company_stage is not null then cast(:stage as float8) else 0 end as stage,
                   case when p.industry is not null then cast(:industry as float8) else 0 end as industry
            from project p
        ) said
    ) summed
),
eligible as materialized (
    select c.id, c.rating, c.review_count
    from ctos c, project p
    where c.tenant_id = :tenant_id
      and c.status = 'listed'
      and c.user_id <> p.owner_id
      and c.availability >= greatest(1, coalesce(cast(:min_availability as integer), 1))
      and (p.rate_limit is null or c.currency <> p.currency or c.hourly_rate <= p.rate_limit)
      and (cast(:min_rating as numeric) is null or c.rating >= cast(:min_rating as numeric))
      and (cardinality(cast(:must_skills as uuid[])) = 0 or not exists (
          select from unnest(cast(:must_skills as uuid[])) must(skill_id)
          where not exists (
              select from cto_skills h
              where h.tenant_id = :tenant_id and h.cto_id = c.id and h.skill_id = must.skill_id)))
      and not exists (
          select from match_feedback f
          where f.tenant_id = :tenant_id and f.project_id = :project_id and f.cto_id = c.id)
),
candidates as materialized (
    select id as cto_id from eligible
),
held as materialized (
    select h.cto_id, h.skill_id, k.parent_id, h.level
    from candidates c
    join cto_skills h on h.tenant_id = :tenant_id and h.cto_id = c.cto_id
    join skills k on k.id = h.skill_id
    where exists (select from wanted)
),
focus as materialized (
    -- Whoever names very many skills is believed a little less of each.
    select c.cto_id, r.words, k.stages,
           cast(sqrt(least(1, cast(:usual_claims as float8) / greatest(coalesce(k.claims, 0), 1))) as float8) as trust
    from candidates c
    left join cto_readings r on r.tenant_id = :tenant_id and r.cto_id = c.cto_id
    left join cto_sketches k on k.tenant_id = :tenant_id and k.cto_id = c.cto_id
),
credits as materialized (
    select cto_id, skill_id, max(credit) as credit
    from (
        select h.cto_id, w.skill_id, (0.5 + 0.1 * h.level) * f.trust as credit
        from held h join wanted w on w.skill_id = h.skill_id join focus f on f.cto_id = h.cto_id
        union all
        select c.cto_id, w.skill_id, 0.5 * f.trust
        from candidates c
        join cto_mentions m on m.tenant_id = :tenant_id and m.cto_id = c.cto_id
        join wanted w on w.skill_id = m.skill_id
        join focus f on f.cto_id = c.cto_id
        union all
        select h.cto_id, w.skill_id, 0.3 * f.trust
        from held h join wanted w on w.parent_id = h.skill_id join focus f on f.cto_id = h.cto_id
        union all
        select h.cto_id, w.skill_id, 0.3 * f.trust
        from held h join wanted w on w.parent_id = h.parent_id join focus f on f.cto_id = h.cto_id
        union all
        select h.cto_id, w.skill_id, 0.3 * f.trust
        from held h join wanted w on w.skill_id = h.parent_id join focus f on f.cto_id = h.cto_id
    ) found
    group by cto_id, skill_id
),
skilled as materialized (
    select x.cto_id,
           sum(w.rarity * x.credit) filter (where w.asked) / (select sum(rarity) from wanted where asked) as skills,
           sum(w.rarity * x.credit) filter (where not w.asked) / (select sum(rarity) from wanted where not asked)
           as needs
    from credits x join wanted w on w.skill_id = x.skill_id
    group by x.cto_id
),
meant as materialized (
    select v.cto_id, max(- (v.embedding <#> (select embedding from project))) as similarity
    from candidates c join cto_vectors v on v.tenant_id = :tenant_id and v.cto_id = c.cto_id
    where v.model = (select model from project)
    group by v.cto_id
),
valued as materialized (
    select c.id, c.availability as hours, c.rating as stars, c.review_count, c.updated_at, c.published_at, n.trust,
           n.stages,
           case when c.currency = p.currency and p.max_hourly_rate > 0
                then c.hourly_rate::float8 / p.max_hourly_rate end as rate_share,
           -- Rounded, since the order in which a sum is taken must not tell equals apart.
           round(coalesce(s.skills, 0)::numeric, 9)::float8 as skills,
           round(coalesce(s.needs, 0)::numeric, 9)::float8 as needs,
           greatest(0, least(1, (coalesce(m.similarity, 0) - cast(:similarity_low as float8))
                / (cast(:similarity_high as float8) - cast(:similarity_low as float8)))) as relevance,
           least(1, coalesce(ts_rank(n.words, q.words, 1), 0) / cast(:words_high as float8))::float8 as words,
           case when c.currency <> p.currency or coalesce(p.max_hourly_rate, 0) = 0 then 0.5
                else greatest(0.6, least(1, 1 - 2 * (c.hourly_rate::float8 / p.max_hourly_rate - 0.8))) end as rate,
           least(1, c.availability::float8 / coalesce(p.hours_per_week, 20)) as availability,
           ((coalesce(c.rating, 0) * c.review_count + f.mean_rating * 3) / (c.review_count + 3) - 1)::float8 / 4
           as rating,
           -- In whole days, so that a list does not change by itself while somebody looks at it.
           power(0.5, greatest(0, current_date - cast(c.updated_at as date)) / cast(:half_life as float8)) as freshness,
           case when p.company_stage is null or cardinality(coalesce(n.stages, '{}')) = 0 then 0.5
                when p.company_stage = any(n.stages) then 1
                else (select greatest(0, 0.9 - 0.4 * min(abs(array_position(cast(:stages as text[]), stage)
                        - array_position(cast(:stages as text[]), p.company_stage)))) from unnest(n.stages) stage)
           end::float8 as stage,
           case when p.industry = any(c.industries) then 1 else 0 end::float8 as industry
    from focus n
    join ctos c on c.tenant_id = :tenant_id and c.id = n.cto_id
    cross join project p
    cross join query q
    cross join tenant_facts f
    left join skilled s on s.cto_id = c.id
    left join meant m on m.cto_id = c.id
),
best as materialized (
    select v.*
    from valued v cross join shares w
    order by w.skills * v.skills + w.needs * v.needs + w.relevance * v.relevance + w.words * v.words + w.rate * v.rate
           + w.availability * v.availability + w.rating * v.rating + w.freshness * v.freshness + w.stage * v.stage
           + w.industry * v.industry desc, v.id
    limit cast(:first as integer)
)
select b.*, to_jsonb(w) as shares, p.hours_per_week, p.industry as project_industry, p.company_stage,
       n.has, n.near, n.lacks, n.misses, n.suggested, f.ctos, f.mean_rating
from best b cross join shares w cross join project p cross join tenant_facts f
cross join lateral (
    select coalesce(array_agg(w.name order by w.rarity desc, w.name) filter (where w.asked and credit > 0.4 * b.trust), '{}')
           as has,
           coalesce(array_agg(w.name order by w.rarity desc, w.name)
                filter (where w.must and credit > 0 and credit <= 0.4 * b.trust), '{}') as near,
           coalesce(array_agg(w.name order by w.rarity desc, w.name) filter (where w.must and credit is null), '{}') as lacks,
           coalesce(array_agg(w.name order by w.rarity desc, w.name)
                filter (where w.asked and not w.must and coalesce(credit, 0) <= 0.4 * b.trust), '{}') as misses,
           coalesce(array_agg(w.name order by w.rarity desc, w.name)
                filter (where not w.asked and credit > 0.4 * b.trust), '{}') as suggested
    from wanted w left join credits x on x.skill_id = w.skill_id and x.cto_id = b.id
) n
order by w.skills * b.skills + w.needs * b.needs + w.relevance * b.relevance + w.words * b.words + w.rate * b.rate
       + w.availability * b.availability + w.rating * b.rating + w.freshness * b.freshness + w.stage * b.stage
       + w.industry * b.industry desc, b.id
