"""Every root of the schema, asked by everybody: who is let in, and that whoever is not has changed nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ctorendang.infra.auth.actor import Actor
from ctorendang.kit.ids import uuid7
from ctorendang.settings import Settings
from ctorendang.wiring import create_schema
from tests.factories import Marketplace, Marketplaces, project
from tests.isolation import (
    matrix,
    matrix_access,
    matrix_calendar,
    matrix_ctos,
    matrix_dashboards,
    matrix_engagements,
    matrix_factors,
    matrix_matching,
    matrix_people,
    matrix_projects,
    matrix_scim,
    matrix_search,
    matrix_sso,
)
from tests.isolation.matrix import EVERYBODY, PROJECT, Cast, Operation, open_session_as
from tests.isolation.snapshot import Onlooker, Snapshot
from tests.stack import SharedStack

PARTS = (
    matrix,
    matrix_access,
    matrix_calendar,
    matrix_ctos,
    matrix_dashboards,
    matrix_engagements,
    matrix_factors,
    matrix_matching,
    matrix_people,
    matrix_projects,
    matrix_scim,
    matrix_search,
    matrix_sso,
)
QUERIES = [operation for part in PARTS for operation in part.QUERIES]
MUTATIONS = [operation for part in PARTS for operation in part.MUTATIONS]
STRANGERS = {"visitor", "foreign admin"}
ANY_KEY_READS = {"tenant", "me", "industries", "notificationSettings"}


@pytest.fixture(scope="module")
async def cast(marketplaces: Marketplaces) -> Cast:
    market = await marketplaces.open()
    cast = Cast(
        market,
        client=await market.join("client"),
        other_client=await market.join("client"),
        cto=await market.listed_cto(),
        admin=await market.join("admin"),
        foreign_admin=await (await marketplaces.open()).join("admin"),
        member=await market.join("client"),
    )
    created = await cast.client.mutate("createProject", PROJECT, project(skills=["Kubernetes"]))
    cast.project_id = created["id"]
    await market.work_off()
    return cast


@pytest.fixture(scope="module")
async def onlooker(shared_stack: SharedStack, settings: Settings, cast: Cast) -> AsyncIterator[Onlooker]:
    tenants = [cast.market.id, cast.foreign_admin.market.id]
    onlooker = await Onlooker.of(shared_stack.superuser_url, settings.database.url, tenants)
    yield onlooker
    await onlooker.close()


@pytest.fixture(autouse=True)
async def room_for_connections(cast: Cast) -> None:
    """A tenant may have so many; what earlier operations were prepared with is not wanted any more."""
    await cast.market.fetch("delete from sso_connections")


def roots(kind: str) -> set[str]:
    """The root fields of the schema."""
    return set(create_schema()._schema.get_type(kind).fields)


def test_the_matrix_holds_every_root_of_the_schema():
    assert {operation.root for operation in QUERIES} == roots("Query")
    assert {operation.root for operation in MUTATIONS} == roots("Mutation")


async def run_query(cast: Cast, operation: Operation, caller: str) -> dict[str, Any]:
    variables = await operation.prepare(cast)
    document = f"query{'($id: ID!)' if variables else ''} {{ {operation.call} }}"
    return await cast.market.graphql(document, await cast.token(caller), **variables)


@pytest.mark.parametrize("caller", sorted(EVERYBODY))
@pytest.mark.parametrize("operation", QUERIES, ids=lambda operation: operation.root)
async def test_a_query_is_answered_for(operation: Operation, caller: str, cast: Cast):
    answer = await run_query(cast, operation, caller)
    codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
    found = (answer["data"] or {}).get(operation.root)
    if caller in operation.allowed:
        assert (codes, empty(found)) == (set(), False), answer
    elif caller in operation.blind:
        assert codes <= {"not_found"}, answer
        assert empty(found), answer
    else:
        assert codes == {refusal(operation, caller)}, answer
        assert empty(found)


def empty(found: Any) -> bool:
    return not found or (isinstance(found, dict) and found.get("edges") == [])


@pytest.mark.parametrize(
    "operation", [each for each in QUERIES if each.root not in ANY_KEY_READS], ids=lambda o: o.root
)
async def test_a_key_without_the_scope_reads_nothing(operation: Operation, cast: Cast):
    for caller in sorted(operation.allowed - STRANGERS - ({"admin"} if operation.root == "auditEvents" else set())):
        variables = await operation.prepare(cast)
        document = f"query{'($id: ID!)' if variables else ''} {{ {operation.call} }}"
        answer = await cast.market.graphql(document, await cast.key(caller), **variables)
        assert {error["extensions"]["code"] for error in answer.get("errors", ())} == {"forbidden"}, (caller, answer)
        assert not (answer["data"] or {}).get(operation.root)


async def test_queries_change_nothing(cast: Cast, onlooker: Onlooker):
    tokens = {caller: await cast.token(caller) for caller in EVERYBODY}
    prepared = [(operation, await operation.prepare(cast)) for operation in QUERIES]
    before = await onlooker.take()
    for operation, variables in prepared:
        document = f"query{'($id: ID!)' if variables else ''} {{ {operation.call} }}"
        for token in tokens.values():
            await cast.market.graphql(document, token, **variables)
    assert (await onlooker.take()).changed_since(before) == {}


@pytest.mark.parametrize("operation", MUTATIONS, ids=lambda operation: operation.root)
async def test_a_mutation_is_done_and_audited_for(operation: Operation, cast: Cast, onlooker: Onlooker):
    for caller in sorted(operation.allowed):
        value = await operation.prepare(cast) or None
        token = await cast.token(caller)
        before = await onlooker.take()
        answer = await cast.market.mutate(operation.root, operation.call, value, token)
        assert answer["__typename"] not in {"Refusal", "InvalidInput"}, (caller, answer)
        left_a_trail(before, await onlooker.take(), audited=operation.audited)


@pytest.mark.parametrize("operation", MUTATIONS, ids=lambda operation: operation.root)
async def test_a_mutation_changes_nothing_for_others(operation: Operation, cast: Cast, onlooker: Onlooker):
    value = await operation.prepare(cast) or None
    tokens = {caller: await cast.token(caller) for caller in sorted(EVERYBODY - operation.allowed)}
    before = await onlooker.take() if tokens else None
    for caller, token in tokens.items():
        answer = await cast.market.mutate(operation.root, operation.call, value, token)
        assert answer["__typename"] == "Refusal", (caller, answer)
        assert answer["code"] == refusal(operation, caller), caller
    if before:
        assert (await onlooker.take()).changed_since(before) == {}


async def test_a_key_without_the_scope_changes_nothing(cast: Cast, onlooker: Onlooker):
    keys = {caller: await cast.key(caller) for caller in sorted(EVERYBODY - STRANGERS)}
    prepared = [(operation, await operation.prepare(cast) or None) for operation in MUTATIONS]
    before = await onlooker.take()
    for operation, value in prepared:
        for caller in sorted(operation.allowed - STRANGERS):
            answer = await cast.market.mutate(operation.root, operation.call, value, keys[caller])
            told = (answer["__typename"], answer.get("code"))
            assert told == ("Refusal", "forbidden"), (operation.root, caller, answer)
    assert (await onlooker.take()).changed_since(before) == {}


def refusal(operation: Operation, caller: str) -> str:
    """What somebody is told who may not."""
    if caller in operation.blind:
        return "not_found"
    return "sign_in_required" if caller in STRANGERS else "forbidden"


def left_a_trail(before: Snapshot, after: Snapshot, *, audited: bool) -> None:
    """Something has changed, and every transaction that changed something has written into the trail."""
    changed = after.changed_since(before)
    assert changed, "the mutation did nothing, so this proves nothing"
    trail = {transaction for (table, _), transaction in changed.items() if table == "audit_events"}
    unaudited = {row for row, transaction in changed.items() if transaction is not None and transaction not in trail}
    if audited:
        assert trail
        assert unaudited == set()
    else:
        assert {table for table, _ in changed} == {"outbox"}


@pytest.fixture
async def platform_token(console: Marketplace) -> str:
    """A platform administrator's, signed in on the console as a program would be if it could."""
    user_id = uuid7()
    await console.fetch(
        "insert into users (tenant_id, id, email, name, roles) values ($1, $2, $3, 'Root', '{platform_admin}')",
        console.id,
        user_id,
        f"{user_id}@platform.example",
    )
    credential = "insert into password_credentials (tenant_id, user_id, password_hash) values ($1, $2, 'none fits')"
    await console.fetch(credential, console.id, user_id)
    root = Actor(console.id, user_id, frozenset({"platform_admin"}), name="Root")
    return (await open_session_as(console, root)).access_token


async def test_the_console_has_no_graphql_for_anyone(
    console: Marketplace, platform_token: str, cast: Cast, onlooker: Onlooker
):
    operations = [(operation, await operation.prepare(cast)) for operation in MUTATIONS]
    before = await onlooker.take()
    for token in (None, platform_token):
        for operation in QUERIES:
            answer = await console.post_graphql(
                f"query($id: ID!) {{ {operation.call} }}", {"id": cast.project_id}, token
            )
            assert answer.status_code == 404
        for operation, value in operations:
            name = operation.root[0].upper() + operation.root[1:]
            document = f"mutation($input: {name}Input!) {{ {operation.root}(input: $input) {{ __typename }} }}"
            assert (await console.post_graphql(document, {"input": value}, token)).status_code == 404
    assert (await onlooker.take()).changed_since(before) == {}


async def test_a_platform_administrator_is_nobody_in_a_marketplace(cast: Cast, platform_token: str):
    answer = await cast.market.graphql("{ me { id } members { totalCount } }", platform_token)
    assert answer["errors"][0]["extensions"]["code"] == "sign_in_required"
    assert (await cast.market.graphql("{ me { id } }", platform_token))["data"] == {"me": None}


async def test_the_console_shows_tenants_to_platform_administrators_only(
    console: Marketplace, platform_token: str, cast: Cast
):
    async with console.browser() as visitor:
        assert (await visitor.get("/tenants")).headers["location"] == "/login"
        assert (await visitor.get(f"/tenants/{cast.market.slug}")).status_code == 401
    async with console.browser(authorization=f"Bearer {platform_token}") as admin:
        assert (await admin.get(f"/tenants/{cast.market.slug}")).status_code == 200
    for caller in ("admin", "foreign admin"):
        async with console.browser(authorization=f"Bearer {await cast.token(caller)}") as stranger:
            assert (await stranger.get("/tenants")).headers["location"] == "/login"
            assert (await stranger.get(f"/tenants/{cast.market.slug}")).status_code == 401
    async with cast.market.browser(authorization=f"Bearer {await cast.token('admin')}") as admin:
        assert (await admin.get("/tenants")).status_code == 404
        assert (await admin.get(f"/tenants/{cast.market.slug}")).status_code == 404


async def test_looking_in_from_the_console_is_written_into_the_tenants_trail(
    console: Marketplace, platform_token: str, cast: Cast
):
    seen = "select count(*) as times from audit_events where action = 'console.tenant.viewed'"
    (before,) = await cast.market.fetch(seen)
    async with console.browser(authorization=f"Bearer {platform_token}") as admin:
        await admin.get(f"/tenants/{cast.market.slug}")
    (after,) = await cast.market.fetch(seen)
    assert after["times"] == before["times"] + 1
