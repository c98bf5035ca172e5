-- The CTOs that fit a project, scored. Hard filters, then candidates by meaning, by skills and by reputation, then the
-- candidates' components. Everything names the tenant, so that row-level security becomes a one-time filter.
-- The order is by the same sum that scoring.score() adds up from the components.
with project as materialized (
    select p.*, v.embedding, v.model,
           least(p.max_hourly_rate, cast(:max_hourly_rate as integer)) as rate_limit
    from projects p
    left join project_vectors v on v.tenant_id = p.tenant_id and v.project_id = p.id
    where p.tenant_id = :tenant_id and p.id = :project_id
),
tenant_facts as materialized (
    select count(*) as ctos, coalesce(avg(rating), 4) as mean_rating
    from ctos where tenant_id = :tenant_id and status = 'listed'
),
wanted as materialized (
    select s.skill_id, k.name, k.parent_id,
           ln(2 + (select ctos from tenant_facts)::float8 / (1 + (
               select count(*) from cto_skills h where h.tenant_id = :tenant_id and h.skill_id = s.skill_id))) as rarity
    from project_skills s join skills k on k.id = s.skill_id
    where s.tenant_id = :tenant_id and s.project_id = :project_id
),
shares as materialized (
    select skills / total as skills, relevance / total as relevance, rate / total as rate,
           availability / total as availability, rating / total as rating, industry / total as industry
    from (
        select *, skills + relevance + rate + availability + rating + industry as total
        from (
            select case when exists (select from wanted) then cast(:skills as float8) else 0 end as skills,
                   case when p.embedding is not null then cast(:relevance as float8) else 0 end as relevance,
                   case when p.max_hourly_rate > 0 then cast(:rate as float8) else 0 end as rate,
                   cast(:availability as float8) as availability,
                   cast(:rating as float8) as rating,
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
      and not exists (
          select from unnest(cast(:must_skills as uuid[])) must(skill_id)
          where not exists (
              select from cto_skills h
              where h.tenant_id = :tenant_id and h.cto_id = c.id and h.skill_id = must.skill_id))
),
by_meaning as materialized (
    -- Of a CTO's sections the nearest counts. Two sections each: the nearest CTOs are among twice as many nearest sections.
    select cto_id
    from (
        select v.cto_id, v.embedding <#> (select embedding from project) as distance
        from cto_vectors v
        where v.tenant_id = :tenant_id
          and v.model = (select model from project)
          and v.availability >= greatest(1, coalesce(cast(:min_availability as integer), 1))
          and v.hourly_rate <= coalesce((select rate_limit from project), 2147483647)
        order by distance
        limit 2 * cast(:nearest as integer)
    ) nearest
    group by cto_id
),
by_skills as materialized (
    select h.cto_id, sum(w.rarity * h.level) as strength
    from wanted w
    join cto_skills h on h.tenant_id = :tenant_id and h.skill_id = w.skill_id
    join eligible c on c.id = h.cto_id
    group by h.cto_id
    order by strength desc
    limit :candidates
),
by_reputation as materialized (
    select id as cto_id from eligible order by rating desc nulls last, review_count desc, id limit :candidates
),
candidates as materialized (
    select cto_id from by_meaning join eligible e on e.id = cto_id
    union select cto_id from by_skills
    union select cto_id from by_reputation
),
held as materialized (
    select h.cto_id, h.skill_id, k.parent_id, h.level
    from candidates c
    join cto_skills h on h.tenant_id = :tenant_id and h.cto_id = c.cto_id
    join skills k on k.id = h.skill_id
    where exists (select from wanted)
),
credits as materialized (
    select c.cto_id, w.name, w.rarity,
           coalesce(max(0.5 + 0.1 * h.level) filter (where h.skill_id = w.skill_id),
                    max(0.3) filter (where h.skill_id = w.parent_id or h.parent_id in (w.parent_id, w.skill_id)),
                    0) as credit
    from candidates c cross join wanted w left join held h on h.cto_id = c.cto_id
    group by c.cto_id, w.skill_id, w.name, w.rarity
),
skilled as materialized (
    select cto_id,
           sum(rarity * credit) / sum(rarity) as value,
           coalesce(array_agg(name order by rarity desc) filter (where credit > 0.3), '{}') as has,
           coalesce(array_agg(name order by rarity desc) filter (where credit = 0.3), '{}') as near,
           coalesce(array_agg(name order by rarity desc) filter (where credit = 0), '{}') as lacks
    from credits group by cto_id
),
meant as materialized (
    select v.cto_id, max(- (v.embedding <#> (select embedding from project))) as similarity
    from candidates c join cto_vectors v on v.tenant_id = :tenant_id and v.cto_id = c.cto_id
    where v.model = (select model from project)
    group by v.cto_id
),
valued as (
    select c.id, c.availability as hours, c.rating as stars, c.review_count,
           coalesce(s.has, '{}') as has, coalesce(s.near, '{}') as near, coalesce(s.lacks, '{}') as lacks,
           case when c.currency = p.currency and p.max_hourly_rate > 0
                then c.hourly_rate::float8 / p.max_hourly_rate end as rate_share,
           coalesce(s.value, 0)::float8 as skills,
           greatest(0, least(1, (coalesce(m.similarity, 0) - cast(:similarity_low as float8))
                / (cast(:similarity_high as float8) - cast(:similarity_low as float8)))) as relevance,
           case when c.currency <> p.currency or coalesce(p.max_hourly_rate, 0) = 0 then 0.5
                else greatest(0.6, least(1, 1 - 2 * (c.hourly_rate::float8 / p.max_hourly_rate - 0.8))) end as rate,
           least(1, c.availability::float8 / coalesce(p.hours_per_week, 20)) as availability,
           ((coalesce(c.rating, 0) * c.review_count + f.mean_rating * 3) / (c.review_count + 3) - 1)::float8 / 4 as rating,
           case when p.industry = any(c.industries) then 1 else 0 end::float8 as industry
    from candidates n
    join ctos c on c.tenant_id = :tenant_id and c.id = n.cto_id
    cross join project p
    cross join tenant_facts f
    left join skilled s on s.cto_id = c.id
    left join meant m on m.cto_id = c.id
)
select v.*, to_jsonb(w) as shares, p.hours_per_week, p.industry as project_industry
from valued v cross join shares w cross join project p
order by w.skills * v.skills + w.relevance * v.relevance + w.rate * v.rate + w.availability * v.availability
       + w.rating * v.rating + w.industry * v.industry desc, v.id
limit :first
