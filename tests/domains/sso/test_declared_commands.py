"""``ctorendang tenants apply`` with connections: all that can be found out is, before anything is changed."""

import asyncio
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from click.testing import CliRunner, Result
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.setting_up import hosting, metadata_of

from ctorendang.cli import main


@pytest.fixture
def slug() -> str:
    return f"t{uuid4().hex[:12]}"


def declare(folder: Path, slug: str, address: str) -> None:
    connection = f"{{id: {uuid4()}, name: Staff, protocol: saml, metadata_url: '{address}'}}"
    lines = ["apiVersion: ctorendang/v1", f"slug: {slug}", "name: Market", f"domains: [{slug}.example]"]
    (folder / f"{slug}.yaml").write_text("\n".join([*lines, f"sso: {{connections: [{connection}]}}", ""]))


async def apply(folder: Path, variables: dict[str, str]) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["tenants", "apply", str(folder)], env=variables)


async def of_tenant(variables: dict[str, str], slug: str) -> tuple[int, int]:
    """How many tenants there are of this name, and how many connections they have."""
    owner = await asyncpg.connect(variables["CTORENDANG_PLATFORM_DATABASE_URL"])
    try:
        ids = [row["id"] for row in await owner.fetch("select id from tenants where slug = $1", slug)]
    finally:
        await owner.close()
    app = await asyncpg.connect(variables["CTORENDANG_DATABASE_URL"])
    try:
        await app.execute("select set_config('app.tenant_id', $1, false)", str(ids[0]) if ids else "")
        return len(ids), await app.fetchval("select count(*) from sso_connections")
    finally:
        await app.close()


async def test_a_provider_that_cannot_be_asked_leaves_everything_as_it_was(
    tmp_path: Path, variables: dict[str, str], slug: str
):
    with hosting() as host:
        host.status = 404
        declare(tmp_path, slug, host.url)
        refused = await apply(tmp_path, variables)
        assert refused.exit_code == 1
        assert f"{slug}.yaml: connection `Staff`: There is no metadata at this address (HTTP 404)." in refused.stderr
        assert await of_tenant(variables, slug) == (0, 0)


async def test_a_tenant_and_its_connection_are_made_in_one_go(
    tmp_path: Path, variables: dict[str, str], slug: str, provider: Signer
):
    with hosting() as host:
        host.content = metadata_of(provider)
        declare(tmp_path, slug, host.url)
        done = await apply(tmp_path, variables)
        assert done.exit_code == 0, done.output
        assert f"{slug}: single sign-on" in done.stdout
        assert await of_tenant(variables, slug) == (1, 1)
        again = await apply(tmp_path, variables)
        assert (again.exit_code, "single sign-on" in again.stdout, host.asked) == (0, False, 1)
