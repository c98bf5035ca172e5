-- Prepares a PostgreSQL 18 server for the product: roles, the database, its extensions. Run once, by a superuser, with psql:
--
--     export CTORENDANG_OWNER_PASSWORD=... CTORENDANG_APP_PASSWORD=... \
--            CTORENDANG_PLATFORM_PASSWORD=... CTORENDANG_RELAY_PASSWORD=...
--     psql -X -v ON_ERROR_STOP=1 -d postgres -f bootstrap.sql
--
-- It may be run again: what exists stays, and the passwords are set to those given.

\getenv owner_password CTORENDANG_OWNER_PASSWORD
\getenv app_password CTORENDANG_APP_PASSWORD
\getenv platform_password CTORENDANG_PLATFORM_PASSWORD
\getenv relay_password CTORENDANG_RELAY_PASSWORD

select format('create role %I', role)
  from unnest(array['ctorendang_owner', 'ctorendang_app', 'ctorendang_platform', 'ctorendang_relay', 'ctorendang_door']) role
 where not exists (select from pg_roles where rolname = role)
\gexec

-- Nobody here is above row-level security, the owner of the tables included.
alter role ctorendang_owner    login nosuperuser nobypassrls nocreatedb nocreaterole password :'owner_password';
alter role ctorendang_app      login nosuperuser nobypassrls nocreatedb nocreaterole password :'app_password';
alter role ctorendang_platform login nosuperuser nobypassrls nocreatedb nocreaterole password :'platform_password';
alter role ctorendang_relay    login nosuperuser nobypassrls nocreatedb nocreaterole password :'relay_password';
alter role ctorendang_door   nologin nosuperuser nobypassrls nocreatedb nocreaterole;

-- No statement of the product takes long, and a process that hangs must not keep its locks.
alter role ctorendang_app      set statement_timeout = '15s';
alter role ctorendang_platform set statement_timeout = '15s';
alter role ctorendang_relay    set statement_timeout = '15s';
alter role ctorendang_app      set idle_in_transaction_session_timeout = '5min';
alter role ctorendang_platform set idle_in_transaction_session_timeout = '5min';
alter role ctorendang_relay    set idle_in_transaction_session_timeout = '5min';

-- Migrations hand the host look-up to the door; the owner gains nothing else from it.
grant ctorendang_door to ctorendang_owner with inherit false, set true;

select 'create database ctorendang owner ctorendang_owner template template0 encoding ''UTF8'''
 where not exists (select from pg_database where datname = 'ctorendang')
\gexec

revoke all on database ctorendang from public;
grant connect on database ctorendang to ctorendang_app, ctorendang_platform, ctorendang_relay;

\connect ctorendang

create extension if not exists vector;
create extension if not exists pg_trgm;
create extension if not exists btree_gist;

revoke all on schema public from public;
grant usage on schema public to ctorendang_app, ctorendang_platform, ctorendang_relay, ctorendang_door;
