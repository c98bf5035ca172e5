-- The CTOs that fit a project, scored. Candidates are who promises most by a rough score, who knows most of what is wanted,
-- by words and, where these are few, by reputation, or those who were chosen; whoever is one passes the hard filters as
-- the profile stands now. Then the candidates' components.
--
-- Everything names the tenant, so that row-level security becomes a one-time filter. What is `materialized` or has
-- `offset 0` keeps the planner from another order of joins: these are good in tenants of ten as of 20,000, and so one
-- plan serves all, and need not be made anew each time. The order is by the same sum that scoring.score() adds up.
with project as materialized (
    select p.owner_id, p.currency, p.max_hourly_rate, p.hours_per_week, p.industry, v.embedding, v.model,
           coalesce(p.stage, v.stage) as company_stage,
           least(p.max_hourly_rate, cast(:max_hourly_rate as integer)) as rate_limit,
           binary_quantize(v.embedding) as signs,
           -- Any of the project's words.
           (select string_agg(quote_literal(lexeme), ' | ')::tsquery
            from unnest(to_tsvector('english', p.title || ' ' || p.description))) as words
    from projects p
    left join project_vectors v on v.tenant_id = p.tenant_id and v.project_id = p.id
    where p.tenant_id = :tenant_id and p.id = :project_id
),
tenant_facts as materialized (
    -- Counted, unless it is known from a moment ago.
    select coalesce(cast(:ctos as bigint), count(*)) as ctos,
           coalesce(cast(:mean_rating as float8), avg(rating)::float8, 4) as mean_rating
    from ctos where tenant_id = :tenant_id and status = 'listed' and cast(:ctos as bigint) is null
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
totals as materialized (
    select sum(rarity) filter (where asked) as asked, sum(rarity) filter (where not asked) as suggested from wanted
),
said as materialized (
    -- What a project does not say weighs nothing.
    select case when t.asked is null then 0 else cast(:skills as float8) end as skills,
           case when t.suggested is null then 0 else cast(:needs as float8) end as needs,
           case when p.embedding is null then 0 else cast(:relevance as float8) end as relevance,
           case when p.words is null then 0 else cast(:words as float8) end as words,
           case when p.max_hourly_rate > 0 then cast(:rate as float8) else 0 end as rate,
           cast(:availability as float8) as availability,
           cast(:rating as float8) as rating,
           cast(:freshness as float8) as freshness,
           case when p.company_stage is null then 0 else cast(:stage as float8) end as stage,
           case when p.industry is null then 0 else cast(:industry as float8) end as industry
    from project p, totals t
),
shares as materialized (
    -- The rest shares its weight.
    select skills / total as skills, needs / total as needs, relevance / total as relevance, words / total as words,
           rate / total as rate, availability / total as availability, rating / total as rating,
           freshness / total as freshness, stage / total as stage, industry / total as industry
    from (
        select *, skills + needs + relevance + words + rate + availability + rating + freshness + stage + industry
               as total
        from said
    ) summed
),
gains as materialized (
    -- What a wanted skill, covered in full, adds to the score.
    select w.skill_id,
           w.rarity * case when w.asked then s.skills / t.asked else s.needs / t.suggested end as gain
    from wanted w cross join totals t cross join shares s
),
factors as materialized (
    -- What the rough score is worked out with. Texts whose signs differ in d of n bits have about the similarity
    -- cos(pi d / n), for which a straight line does here.
    select p.signs, p.company_stage, p.currency, coalesce(p.rate_limit, 2147483647) as rate_limit,
           coalesce(p.hours_per_week, 20) as hours, s.availability / coalesce(p.hours_per_week, 20) as an_hour,
           s.stage / 2 as same_stage, s.relevance,
           s.relevance * (pi() / 2 - cast(:similarity_low as float8))
               / (cast(:similarity_high as float8) - cast(:similarity_low as float8)) as same_signs,
           s.relevance * pi() / length(p.signs)
               / (cast(:similarity_high as float8) - cast(:similarity_low as float8)) as a_sign
    from project p cross join shares s
),
related as materialized (
    -- Whose skills count a little for a wanted one: the broader, its other parts, and its own.
    select w.skill_id as wanted_id, k.id as held_id from wanted w join skills k on k.id = w.parent_id
    union
    select w.skill_id, k.id from wanted w join skills k on k.parent_id = w.parent_id
    union
    select w.skill_id, k.id from wanted w join skills k on k.parent_id = w.skill_id
),
eligible as not materialized (
    select c.id, c.rating, c.review_count
    from ctos c
    where c.tenant_id = :tenant_id
      and c.status = 'listed'
      and c.user_id <> (select owner_id from project)
      and c.availability >= greatest(1, coalesce(cast(:min_availability as integer), 1))
      and (c.hourly_rate <= coalesce((select rate_limit from project), 2147483647)
           or c.currency <> (select currency from project))
      and (cast(:min_rating as numeric) is null or c.rating >= cast(:min_rating as numeric))
      and (cardinality(cast(:must_skills as uuid[])) = 0 or not exists (
          select from unnest(cast(:must_skills as uuid[])) must(skill_id)
          where not exists (
              select from cto_skills h
              where h.tenant_id = :tenant_id and h.cto_id = c.id and h.skill_id = must.skill_id)))
      and c.id <> all (array(
          select f.cto_id from match_feedback f where f.tenant_id = :tenant_id and f.project_id = :project_id))
),
named as materialized (
    -- What the skills that people name are worth; half of that where they are merely spoken of, which is often both.
    select cto_id, sum(gain) as gain
    from (
        select h.cto_id, g.gain * (cast(0.5 as float8) + cast(0.1 as float8) * h.level) as gain
        from gains g join cto_skills h on h.tenant_id = :tenant_id and h.skill_id = g.skill_id
        union all
        select m.cto_id, g.gain * cast(0.25 as float8)
        from gains g join cto_mentions m on m.tenant_id = :tenant_id and m.skill_id = g.skill_id
    ) found
    group by cto_id
),
promising as materialized (
    -- The score as far as sketches and named skills tell it: of a CTO's sections the nearest counts, by signs alone.
    -- Factors are asked for one by one, since joined to each row they would make every row wider.
    select k.cto_id,
           (select an_hour from factors) * least(k.availability, (select hours from factors))
           + case when (select company_stage from factors) = any(k.stages)
                  then (select same_stage from factors) else 0 end
           + case when k.model = (select model from project)
                  then greatest(0, least(
                      (select relevance from factors),
                      (select same_signs from factors) - (select a_sign from factors) * least(
                          k.headline <~> (select signs from factors), k.bio <~> (select signs from factors),
                          k.experience <~> (select signs from factors), k.skills <~> (select signs from factors))))
                  else 0 end
           + coalesce(n.gain * sqrt(least(1, cast(:usual_claims as float8) / greatest(k.claims, 1))), 0) as promise
    from cto_sketches k left join named n on n.cto_id = k.cto_id
    where k.tenant_id = :tenant_id
      and k.availability >= greatest(1, coalesce(cast(:min_availability as integer), 1))
      and (k.hourly_rate <= (select rate_limit from factors) or k.currency <> (select currency from factors))
    order by promise desc, cto_id
    limit cast(:promising as integer)
),
by_promise as materialized (
    select n.cto_id
    from (select * from promising order by promise desc, cto_id) n
    cross join lateral (select from eligible e where e.id = n.cto_id offset 0) e
    order by n.promise desc, n.cto_id
    limit cast(:candidates as integer)
),
by_skills as materialized (
    -- Whom no model has read yet has no sketch, and is found all the same.
    select n.cto_id
    from (select * from named order by gain desc, cto_id limit cast(:promising as integer)) n
    cross join lateral (select from eligible e where e.id = n.cto_id offset 0) e
    order by n.gain desc, n.cto_id
    limit cast(:candidates as integer) / 4
),
by_words as materialized (
    -- No index serves this under row-level security, so only tenants are searched where reading all of them is quick.
    select r.cto_id
    from cto_readings r join eligible e on e.id = r.cto_id
    where r.tenant_id = :tenant_id
      and (select ctos from tenant_facts) <= cast(:most_searched as integer)
      and r.words @@ (select words from project)
    order by ts_rank(r.words, (select words from project), 1) desc, r.cto_id
    limit cast(:candidates as integer)
),
found as materialized (
    select cto_id from by_promise where cardinality(cast(:chosen as uuid[])) = 0
    union select cto_id from by_skills where cardinality(cast(:chosen as uuid[])) = 0
    union select cto_id from by_words where cardinality(cast(:chosen as uuid[])) = 0
),
candidates as materialized (
    select cto_id from found
    union
    select n.cto_id
    from unnest(cast(:chosen as uuid[])) n(cto_id)
    cross join lateral (select from eligible e where e.id = n.cto_id offset 0) e
    union
    -- No list is shorter than it need be.
    (select id from eligible
     where cardinality(cast(:chosen as uuid[])) = 0
     order by rating desc nulls last, review_count desc, id
     limit greatest(0, greatest(cast(:candidates as integer), cast(:first as integer)) - (select count(*) from found)))
),
held as materialized (
    -- Whatever the candidates know: what is related to what is wanted counts as well.
    select c.cto_id, h.skill_id, h.level
    from candidates c
    cross join lateral (
        select h.skill_id, h.level from cto_skills h where h.tenant_id = :tenant_id and h.cto_id = c.cto_id offset 0
    ) h
),
credits as materialized (
    -- How well each wanted skill is covered, before trust.
    select cto_id, skill_id, max(credit) as credit
    from (
        select h.cto_id, h.skill_id, cast(0.5 as float8) + cast(0.1 as float8) * h.level as credit
        from held h join wanted w on w.skill_id = h.skill_id
        union all
        -- What is merely spoken of has no level.
        select c.cto_id, m.skill_id, cast(0.5 as float8)
        from candidates c
        cross join lateral (
            select m.skill_id from cto_mentions m where m.tenant_id = :tenant_id and m.cto_id = c.cto_id offset 0
        ) m
        join wanted w on w.skill_id = m.skill_id
        union all
        select h.cto_id, r.wanted_id, cast(0.3 as float8)
        from held h join related r on r.held_id = h.skill_id
    ) found
    group by cto_id, skill_id
),
skilled as materialized (
    select x.cto_id, sum(w.rarity * x.credit) filter (where w.asked) as skills,
           sum(w.rarity * x.credit) filter (where not w.asked) as needs
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
    select c.id, c.availability as hours, c.rating as stars, c.review_count, c.updated_at, c.published_at, n.stages,
           case when c.currency = p.currency and p.max_hourly_rate > 0
                then c.hourly_rate::float8 / p.max_hourly_rate end as rate_share,
           -- Rounded, since the order in which a sum is taken must not tell equals apart.
           round(coalesce(s.skills * coalesce(n.trust, 1) / t.asked, 0)::numeric, 9)::float8 as skills,
           round(coalesce(s.needs * coalesce(n.trust, 1) / t.suggested, 0)::numeric, 9)::float8 as needs,
           greatest(0, least(1, (coalesce(m.similarity, 0) - cast(:similarity_low as float8))
                / (cast(:similarity_high as float8) - cast(:similarity_low as float8)))) as relevance,
           case when c.currency <> p.currency or coalesce(p.max_hourly_rate, 0) = 0 then 0.5
                else greatest(0.6, least(1, 1 - 2 * (c.hourly_rate::float8 / p.max_hourly_rate - 0.8))) end as rate,
           least(1, c.availability::float8 / coalesce(p.hours_per_week, 20)) as availability,
           ((coalesce(c.rating::float8, 0) * c.review_count + f.mean_rating * 3) / (c.review_count + 3) - 1) / 4
           as rating,
           -- In whole days, so that a list does not change by itself while somebody looks at it.
           power(0.5, greatest(0, current_date - cast(c.updated_at as date)) / cast(:half_life as float8)) as freshness,
           case when p.company_stage is null or cardinality(coalesce(n.stages, '{}')) = 0 then 0.5
                when p.company_stage = any(n.stages) then 1
                else (select greatest(0, 0.9 - 0.4 * min(abs(array_position(cast(:stages as text[]), stage)
                        - array_position(cast(:stages as text[]), p.company_stage)))) from unnest(n.stages) stage)
           end::float8 as stage,
           case when p.industry = any(c.industries) then 1 else 0 end::float8 as industry
    from candidates d
    join ctos c on c.tenant_id = :tenant_id and c.id = d.cto_id
    left join lateral (
        -- Whoever names very many skills is believed a little less of each.
        select r.stages, sqrt(least(1, cast(:usual_claims as float8) / greatest(r.claims, 1))) as trust
        from cto_sketches r where r.tenant_id = :tenant_id and r.cto_id = d.cto_id
    ) n on true
    cross join project p
    cross join tenant_facts f
    cross join totals t
    left join skilled s on s.cto_id = c.id
    left join meant m on m.cto_id = c.id
),
bounded as materialized (
    select v.*, w.skills * v.skills + w.needs * v.needs + w.relevance * v.relevance + w.rate * v.rate
           + w.availability * v.availability + w.rating * v.rating + w.freshness * v.freshness + w.stage * v.stage
           + w.industry * v.industry as least_score
    from valued v cross join shares w
),
spoken as materialized (
    -- Words are dear to rank and weigh little: only of those is it asked whom they could still bring onto the list.
    select b.*, least(1, coalesce(ts_rank(r.words, p.words, 1), 0) / cast(:words_high as float8))::float8 as words
    from bounded b cross join shares w cross join project p
    left join cto_readings r on r.tenant_id = :tenant_id and r.cto_id = b.id
    where b.least_score + w.words + 1e-9 >= coalesce((
        select least_score from bounded order by least_score desc
        offset greatest(0, cast(:first as integer) - 1) limit 1), 0)
),
best as materialized (
    select s.*
    from spoken s cross join shares w
    order by w.skills * s.skills + w.needs * s.needs + w.relevance * s.relevance + w.words * s.words + w.rate * s.rate
           + w.availability * s.availability + w.rating * s.rating + w.freshness * s.freshness + w.stage * s.stage
           + w.industry * s.industry desc, s.id
    limit cast(:first as integer)
),
noted as materialized (
    select b.id,
           array_agg(w.name order by w.rarity desc, w.name) filter (where w.asked and x.credit > 0.4) as has,
           array_agg(w.name order by w.rarity desc, w.name) filter (where w.must and x.credit <= 0.4) as near,
           array_agg(w.name order by w.rarity desc, w.name) filter (where w.must and x.credit is null) as lacks,
           array_agg(w.name order by w.rarity desc, w.name)
               filter (where w.asked and not w.must and coalesce(x.credit, 0) <= 0.4) as misses,
           array_agg(w.name order by w.rarity desc, w.name) filter (where not w.asked and x.credit > 0.4) as suggested
    from best b cross join wanted w left join credits x on x.skill_id = w.skill_id and x.cto_id = b.id
    group by b.id
)
select b.id, b.hours, b.stars, b.review_count, b.updated_at, b.published_at, b.stages, b.rate_share, b.skills,
       b.needs, b.relevance, b.words, b.rate, b.availability, b.rating, b.freshness, b.stage, b.industry,
       to_jsonb(w) as shares, p.hours_per_week, p.industry as project_industry, p.company_stage,
       coalesce(n.has, '{}') as has, coalesce(n.near, '{}') as near, coalesce(n.lacks, '{}') as lacks,
       coalesce(n.misses, '{}') as misses, coalesce(n.suggested, '{}') as suggested, f.ctos, f.mean_rating
from best b cross join shares w cross join project p cross join tenant_facts f left join noted n on n.id = b.id
order by w.skills * b.skills + w.needs * b.needs + w.relevance * b.relevance + w.words * b.words + w.rate * b.rate
       + w.availability * b.availability + w.rating * b.rating + w.freshness * b.freshness + w.stage * b.stage
       + w.industry * b.industry desc, b.id
