"""Tenants as code: read whole or refused whole, planned, applied, and watched for drift."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from ctorendang.domains.tenants.applying import Plan, apply, plan
from ctorendang.domains.tenants.declarations import Declaration, InvalidDeclarations, read_declarations
from ctorendang.infra.db.session import Database
from ctorendang.infra.theming.renderer import ThemeRenderer
from ctorendang.settings import Settings
from tests.architecture.sources import REPOSITORY
from tests.factories import Marketplace

THEMES = ThemeRenderer(REPOSITORY / "themes", development=False)


def yaml_of(slug: str, **changes: str) -> str:
    fields = {
        "apiVersion": "ctorendang/v1",
        "slug": slug,
        "name": f"Market {slug}",
        "domains": f"[{slug}.example, www.{slug}.example]",
        "theme": "{name: base}",
    }
    return "".join(f"{name}: {value}\n" for name, value in {**fields, **changes}.items())


@dataclass
class Folder:
    """A folder of tenant files, and the platform that they are applied to."""

    path: Path
    database: Database

    def write(self, name: str, content: str | bytes) -> None:
        (self.path / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self) -> list[Declaration]:
        return read_declarations(self.path, THEMES)

    def problems(self) -> list[str]:
        with pytest.raises(InvalidDeclarations) as refused:
            self.read()
        return [problem.removeprefix(f"{self.path}/") for problem in refused.value.problems]

    async def apply(self) -> Plan:
        return await apply(self.database, self.read())

    async def plan(self) -> Plan:
        return await plan(self.database, self.read())


@pytest.fixture
async def folder(tmp_path: Path, settings: Settings) -> AsyncIterator[Folder]:
    database = Database(settings.database.platform_url, pool_size=1)
    yield Folder(tmp_path, database)
    await database.close()


@pytest.fixture
async def platform(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database.platform_url)
    yield connection
    await connection.close()


@pytest.fixture
def slug() -> str:
    return f"t{uuid4().hex[:12]}"


async def exists(platform: asyncpg.Connection, slug: str) -> bool:
    return await platform.fetchval("select exists (select from tenants where slug = $1)", slug)


REFUSALS = [
    (yaml_of("bad", colour="blue"), "bad.yaml:6: there is no field `colour`"),
    (yaml_of("bad", theme="{name: base, flavour: mint}"), "bad.yaml:5: there is no field `flavour`"),
    (yaml_of("bad") + "name: Again\n", "bad.yaml:6: `name` stands here twice"),
    ("apiVersion: [\n", "bad.yaml:2: "),
    ("slug: bad\n\tname: x\n", "bad.yaml:2: "),
    ("", "bad.yaml:1: "),
    ("- a\n- b\n", "bad.yaml:1: "),
    ("just a text", "bad.yaml:1: "),
    (b"name: M\xfcnchen\n", "bad.yaml:1: the file is not in UTF-8"),
    (b"name: \x00\n", "bad.yaml:1: "),
    (yaml_of("bad", theme="{name: nothing}"), "bad.yaml:5: there is no theme `nothing`"),
    (yaml_of("bad", theme="{name: base, settings: {nothing: 1}}"), "bad.yaml:5: Additional properties"),
    (yaml_of("other"), "bad.yaml:2: the slug must be the file's name, `bad`"),
    (yaml_of("bad", apiVersion="ctorendang/v9"), "bad.yaml:1: "),
    (yaml_of("bad", name="''"), "bad.yaml:3: Fill this in."),
    (yaml_of("bad", name="x" * 81), "bad.yaml:3: Use at most 80 characters."),
    (yaml_of("bad", name="[1]"), "bad.yaml:3: "),
    (yaml_of("bad", currency="euro"), "bad.yaml:6: "),
    (yaml_of("bad", kind="galaxy"), "bad.yaml:6: "),
    (yaml_of("bad", domains="[]"), "bad.yaml:4: name at least one domain"),
    (yaml_of("bad", domains="[Bad.example]"), "bad.yaml:4: `Bad.example` is no host name in lower case"),
    (yaml_of("bad", domains="['bad.example:80']"), "bad.yaml:4: "),
    (yaml_of("bad", domains="[bad.example, bad.example]"), "bad.yaml:4: `bad.example` belongs to bad.yaml already"),
    ("apiVersion: ctorendang/v1\nslug: bad\nname: !!python/object/apply:os.system ['true']\n", "bad.yaml:"),
    ("a: &a [*a]\n", "bad.yaml:"),
    ("'a[': 1\n", "bad.yaml:"),
    ("'': 1\n", "bad.yaml:"),
]


@pytest.mark.parametrize(("content", "said"), REFUSALS)
def test_a_bad_file_is_refused_with_its_name_line_and_reason(folder: Folder, content: str | bytes, said: str):
    folder.write("bad.yaml", content)
    (problem,) = folder.problems()[:1]
    assert problem.startswith(said)
    assert "\n" not in problem


@pytest.mark.parametrize("slug", ["ab", "Bad", "1bad", "bad-", "b" * 41, "bad_one", "bad.one"])
def test_a_slug_is_a_name_that_a_host_could_begin_with(folder: Folder, slug: str):
    folder.write(f"{slug}.yaml", yaml_of(slug, domains="[some.example]"))
    assert [problem for problem in folder.problems() if "use 3 to 40 lower-case letters" in problem]


def test_every_problem_of_every_file_is_told_at_once(folder: Folder):
    folder.write("one.yaml", yaml_of("one", currency="euro", name="''"))
    folder.write("two.yaml", yaml_of("two", colour="blue"))
    assert [problem.split(":")[0] for problem in folder.problems()] == ["one.yaml", "one.yaml", "two.yaml"]


def test_two_files_cannot_claim_one_host(folder: Folder):
    folder.write("one.yaml", yaml_of("one", domains="[shared.example]"))
    folder.write("two.yaml", yaml_of("two", domains="[two.example, shared.example]"))
    assert folder.problems() == ["two.yaml:4: `shared.example` belongs to one.yaml already"]


def test_an_empty_folder_is_refused(folder: Folder):
    with pytest.raises(InvalidDeclarations, match=r"there are no \.yaml files here"):
        folder.read()


async def test_one_bad_file_keeps_the_good_ones_out(folder: Folder, slug: str, platform: asyncpg.Connection):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    folder.write("bad.yaml", yaml_of("bad", colour="blue"))
    with pytest.raises(InvalidDeclarations):
        await folder.apply()
    assert not await exists(platform, slug)


async def test_a_host_of_another_tenant_refuses_the_whole_set(
    folder: Folder, slug: str, platform: asyncpg.Connection, market: Marketplace
):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    folder.write("thief.yaml", yaml_of("thief", domains=f"[thief.example, {market.host}]"))
    for act in (folder.plan, folder.apply):
        with pytest.raises(
            InvalidDeclarations, match=f"thief.yaml.*`{market.host}` belongs to the tenant `{market.slug}`"
        ):
            await act()
    assert not await exists(platform, slug)
    assert not await exists(platform, "thief")


async def test_planning_changes_nothing_and_applying_does_what_was_planned(
    folder: Folder, slug: str, platform: asyncpg.Connection
):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    planned = await folder.plan()
    assert not await exists(platform, slug)
    assert (await folder.apply()).tenants == planned.tenants
    assert [change.field for change in planned.tenants[0].changes]
    hosts = await platform.fetch(
        "select host, is_primary from tenant_domains join tenants on id = tenant_id where slug = $1 order by 2 desc",
        slug,
    )
    assert [tuple(row) for row in hosts] == [(f"{slug}.example", True), (f"www.{slug}.example", False)]


async def test_after_applying_there_is_nothing_to_do(folder: Folder, slug: str, platform: asyncpg.Connection):
    folder.write(f"{slug}.yaml", yaml_of(slug, domains=f"[{slug}.example, z.{slug}.example, a.{slug}.example]"))
    await folder.apply()
    trail = "select count(*) from audit_events join tenants on tenants.id = tenant_id where slug = $1"
    before = await platform.fetchval(trail, slug)
    assert before == 1
    for act in (folder.plan, folder.apply):
        assert [tenant.changes for tenant in (await act()).tenants] == [[]]
    assert await platform.fetchval(trail, slug) == before


async def test_a_changed_file_changes_just_that(folder: Folder, slug: str, platform: asyncpg.Connection):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    await folder.apply()
    tenant_id = await platform.fetchval("select id from tenants where slug = $1", slug)
    folder.write(f"{slug}.yaml", yaml_of(slug, name="Renamed", domains=f"[{slug}.example]"))
    (tenant,) = (await folder.apply()).tenants
    assert [(change.field, change.drifted) for change in tenant.changes] == [("name", False), ("domains", False)]
    assert await platform.fetchval("select name from tenants where id = $1", tenant_id) == "Renamed"
    assert await platform.fetchval("select count(*) from tenant_domains where tenant_id = $1", tenant_id) == 1


async def test_what_was_changed_by_hand_is_told_as_drift(folder: Folder, slug: str, platform: asyncpg.Connection):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    await folder.apply()
    await platform.execute("update tenants set tagline = 'By hand' where slug = $1", slug)
    (tenant,) = (await folder.plan()).tenants
    assert [(change.field, change.live, change.wanted, change.drifted) for change in tenant.changes] == [
        ("tagline", "By hand", "", True)
    ]
    await folder.apply()
    assert [tenant.changes for tenant in (await folder.plan()).tenants] == [[]]


async def test_a_file_that_is_gone_deletes_nothing(folder: Folder, slug: str, platform: asyncpg.Connection):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    await folder.apply()
    other = f"t{uuid4().hex[:12]}"
    folder.write(f"{other}.yaml", yaml_of(other))
    (folder.path / f"{slug}.yaml").unlink()
    assert slug in (await folder.apply()).orphans
    assert await exists(platform, slug)


async def test_applying_leaves_a_trail_in_the_tenant(folder: Folder, slug: str, platform: asyncpg.Connection):
    folder.write(f"{slug}.yaml", yaml_of(slug))
    await folder.apply()
    folder.write(f"{slug}.yaml", yaml_of(slug, tagline="Better"))
    await folder.apply()
    rows = await platform.fetch(
        "select action from audit_events e join tenants t on t.id = e.tenant_id where slug = $1 order by e.id", slug
    )
    assert [row["action"] for row in rows] == ["tenants.tenant.created", "tenants.tenant.applied"]


def test_the_files_in_the_repository_are_good():
    declared = read_declarations(REPOSITORY / "tenants", THEMES)
    assert {each.slug for each in declared} >= {"acme", "northwind", "globex", "console"}
