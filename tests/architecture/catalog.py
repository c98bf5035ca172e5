"""What must hold of the database's catalog. A rule is one query that names whatever breaks it."""

from dataclasses import dataclass

# Tables without a tenant of their own, and why.
PLATFORM_TABLES = {
    "tenants": "what tenant tables belong to",
    "tenant_domains": "a host belongs to one tenant of the whole platform, so the host is the key",
    "skills": "the taxonomy, the same for everyone; a reference table when the rest is distributed",
    "match_weights": "what components of scores weigh, the same for everyone; tenants' own factors are rows of theirs",
    "alembic_version": "which migrations have run",
}
# Policies that let another role than the app see rows of every tenant, and why.
POLICIES_ACROSS_TENANTS = {
    ("outbox", "ctorendang_relay"): "claims jobs",
    ("audit_events", "ctorendang_platform"): "the console shows and writes a tenant's trail",
    ("users", "ctorendang_platform"): "the console counts them",
    ("ctos", "ctorendang_platform"): "the console counts them",
    ("projects", "ctorendang_platform"): "the console counts them",
    ("tenant_keys", "ctorendang_platform"): "a new master key wraps them anew",
}
# What the platform role may read of tenant tables.
PLATFORM_COLUMNS = {
    "users": {"tenant_id", "id"},
    "ctos": {"tenant_id", "id"},
    "projects": {"tenant_id", "id"},
    "audit_events": {"*"},
    "tenant_keys": {"tenant_id", "id", "master_key_id", "wrapped_key"},
}
ROLES = ("ctorendang_owner", "ctorendang_app", "ctorendang_platform", "ctorendang_relay", "ctorendang_door")

_SCOPE = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)"


def _quoted(names: object) -> str:
    return ", ".join(f"'{name}'" for name in names)  # type: ignore[attr-defined]


_ROLES = _quoted(ROLES)
_PAIRS = ", ".join(f"('{table}', '{role}')" for table, role in POLICIES_ACROSS_TENANTS)
_READABLE = ", ".join(f"('{table}', '{column}')" for table, columns in PLATFORM_COLUMNS.items() for column in columns)

_TABLES = f"""
with tables as (
    select c.oid, c.relname::text as name, c.relrowsecurity, c.relforcerowsecurity, c.relnamespace,
        (select a.attnum from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum > 0
            and not a.attisdropped) as tenant_column
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
), tenant_tables as (
    select * from tables where tenant_column is not null and name not in ({_quoted(PLATFORM_TABLES)})
), policies as (
    select t.name, p.polname::text as policy, p.polpermissive, p.polcmd,
        pg_get_expr(p.polqual, p.polrelid) as visible, pg_get_expr(p.polwithcheck, p.polrelid) as writable,
        coalesce(p.polqual::text, '') || coalesce(p.polwithcheck::text, '') as tree,
        coalesce(r.rolname::text, 'public') as role
    from pg_policy p join tables t on t.oid = p.polrelid
        cross join unnest(p.polroles) granted left join pg_roles r on r.oid = granted
)
"""


@dataclass(frozen=True)
class Rule:
    """A query whose rows are complaints."""

    name: str
    complaints: str
    """Ends in a select of one column, the complaint, which starts with what breaks the rule."""

    @property
    def sql(self) -> str:
        return _TABLES + self.complaints


RULES = [
    Rule(
        "every table has a tenant or is a platform table by name",
        f"""select name || ' has no tenant_id' from tables
            where tenant_column is null and name not in ({_quoted(PLATFORM_TABLES)})""",
    ),
    Rule(
        "the primary key is (tenant_id, id)",
        """select name || ' has the primary key ' || coalesce(columns::text, '(none)') from tenant_tables t
            left join lateral (
                select array_agg(a.attname::text order by k.place) as columns
                from pg_constraint p cross join unnest(p.conkey) with ordinality k (attnum, place)
                    join pg_attribute a on a.attrelid = p.conrelid and a.attnum = k.attnum
                where p.conrelid = t.oid and p.contype = 'p'
            ) key on true
            where columns is distinct from array['tenant_id', 'id']""",
    ),
    Rule(
        "foreign keys to tenant tables carry the tenant",
        """select t.name || ' points past its tenant by ' || f.conname from pg_constraint f
            join tenant_tables t on t.oid = f.conrelid join tenant_tables other on other.oid = f.confrelid
            where f.contype = 'f' and not exists (
                select from unnest(f.conkey, f.confkey) pair (here, there)
                where here = t.tenant_column and there = other.tenant_column)""",
    ),
    Rule(
        "what is unique is unique within a tenant",
        """select t.name || ' has the index ' || i.indexrelid::regclass || ', which does not start with tenant_id'
            from pg_index i join tenant_tables t on t.oid = i.indrelid
            where (i.indisunique or i.indisexclusion) and i.indkey[0] <> t.tenant_column""",
    ),
    Rule(
        "row-level security is enabled and forced",
        """select name || ' lacks row-level security' from tables
            where (tenant_column is not null or name = 'tenants') and not (relrowsecurity and relforcerowsecurity)""",
    ),
    Rule(
        "the app role reads and writes rows of its tenant",
        f"""select name || ' has no policy for both reading and writing' from tenant_tables t
            where not exists (
                select from policies p where p.name = t.name and p.role = 'ctorendang_app' and p.polpermissive
                    and p.polcmd = '*' and p.visible = $${_SCOPE}$$ and p.writable = $${_SCOPE}$$)""",
    ),
    Rule(
        "no other policy lets the app role, or everyone, see or write more",
        f"""select p.name || ' is opened by the policy ' || p.policy from policies p join tenant_tables using (name)
            where p.role in ('ctorendang_app', 'public') and p.polpermissive
                and (p.visible is distinct from $${_SCOPE}$$ or p.writable is distinct from $${_SCOPE}$$)""",
    ),
    Rule(
        "other roles see across tenants only where it is written down",
        f"""select p.name || ' is opened to ' || p.role || ' by the policy ' || p.policy
            from policies p join tenant_tables using (name)
            where p.role <> 'ctorendang_app' and p.polpermissive and (p.name, p.role) not in ({_PAIRS})""",
    ),
    Rule(
        "no policy holds a sub-select",
        "select name || ' has a sub-select in the policy ' || policy from policies where tree like '%{SUBLINK %'",
    ),
    Rule(
        "views ask with the asker's rights",
        """select c.relname || ' is a view with its owner''s rights' from pg_class c
            where (c.relkind = 'm' or c.relkind = 'v' and not exists (
                    select from pg_options_to_table(c.reloptions)
                    where option_name = 'security_invoker' and option_value in ('true', 'on', '1', 'yes')))
                and c.relnamespace in (select relnamespace from tables)
                and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')""",
    ),
    Rule(
        "tenant tables have no triggers",
        """select t.name || ' has the trigger ' || g.tgname from pg_trigger g join tenant_tables t on t.oid = g.tgrelid
            where not g.tgisinternal""",
    ),
    Rule(
        "no role is above row-level security",
        f"""select wanted || ' is missing or above row-level security' from unnest(array[{_ROLES}]) wanted
            left join pg_roles r on r.rolname = wanted
            where r.oid is null or r.rolsuper or r.rolbypassrls
                or r.rolcreaterole or r.rolcreatedb or r.rolreplication""",
    ),
    Rule(
        "no role borrows another's rights",
        f"""select member.rolname || ' is a member of ' || role.rolname from pg_auth_members m
            join pg_roles member on member.oid = m.member join pg_roles role on role.oid = m.roleid
            where member.rolname in ({_ROLES}) and (m.inherit_option or m.set_option)
                and not (member.rolname = 'ctorendang_owner' and role.rolname = 'ctorendang_door'
                    and not m.inherit_option)""",
    ),
    Rule(
        "roles that serve own nothing",
        """select r.rolname || ' owns ' || pg_describe_object(d.classid, d.objid, d.objsubid)
            from pg_shdepend d join pg_roles r on r.oid = d.refobjid and d.refclassid = 'pg_authid'::regclass
            where d.deptype = 'o' and d.dbid in (0, (select oid from pg_database where datname = current_database()))
                and (r.rolname in ('ctorendang_app', 'ctorendang_platform', 'ctorendang_relay')
                    or r.rolname = 'ctorendang_door' and not (
                        d.classid = 'pg_proc'::regclass and d.objid = 'tenant_for_host(text)'::regprocedure))""",
    ),
    Rule(
        "the door is the only function that runs with its owner's rights",
        """select p.oid::regprocedure || ' runs with the rights of ' || r.rolname from pg_proc p
            join pg_roles r on r.oid = p.proowner join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
                and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
                and not (p.proname = 'tenant_for_host' and r.rolname = 'ctorendang_door'
                    and exists (
                        select from unnest(p.proconfig) setting where setting like 'search_path=pg_catalog,%'))""",
    ),
    Rule(
        "the relay touches the outbox only",
        """select name || ' is open to the relay' from tables
            where name <> 'outbox' and (
                has_any_column_privilege('ctorendang_relay', oid, 'select, insert, update, references')
                or has_table_privilege('ctorendang_relay', oid, 'delete, truncate, trigger'))""",
    ),
    Rule(
        "the platform reads no private column",
        f"""select t.name || '.' || a.attname || ' is open to the platform' from tenant_tables t
            join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
            where (t.name, a.attname) not in (values {_READABLE}) and (t.name, '*') not in (values {_READABLE})
                and has_column_privilege('ctorendang_platform', t.oid, a.attnum, 'select, update, references')""",
    ),
    Rule(
        "the platform writes no tenant's rows but the trail",
        """select name || ' can be written by the platform' from tenant_tables
            where has_table_privilege('ctorendang_platform', oid, 'update, delete, truncate, trigger')
                or name <> 'audit_events' and has_any_column_privilege('ctorendang_platform', oid, 'insert')""",
    ),
    Rule(
        "the audit trail is only added to",
        """select role || ' can change ' || name
            from tables, unnest(array['ctorendang_app', 'ctorendang_platform']) role
            where name = 'audit_events' and (has_table_privilege(role, oid, 'delete')
                or has_any_column_privilege(role, oid, 'update'))""",
    ),
    Rule(
        "nobody who serves can go around policies",
        f"""select role || ' can truncate or watch ' || name from tables, unnest(array[{_ROLES}]) role
            where role <> 'ctorendang_owner'
                and has_table_privilege(role, oid, 'truncate, trigger, references, maintain')
            union all select role || ' can create objects' from unnest(array[{_ROLES}]) role
            where role <> 'ctorendang_owner' and (has_schema_privilege(role, 'public', 'create')
                or has_database_privilege(role, current_database(), 'create, temp'))""",
    ),
]
