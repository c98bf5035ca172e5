"""Identity providers as code: the section ``sso`` of a tenant's file."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.architecture.sources import REPOSITORY
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.saml_scene import IDP, SSO_URL, visitor
from tests.domains.sso.setting_up import CONNECTION, hosting, metadata_of, scene_of
from tests.factories import Marketplace, Person

from ctorendang.domains.sso.connections.declared import DeclaredConnections
from ctorendang.domains.tenants.declarations import Declaration, InvalidDeclarations, read_declarations
from ctorendang.domains.tenants.declared_sso import DeclaredSso
from ctorendang.infra.theming.renderer import ThemeRenderer

THEMES = ThemeRenderer(REPOSITORY / "themes", development=False)
HEAD = "apiVersion: ctorendang/v1\nslug: bad\nname: Bad\ndomains: [bad.example]\nsso:\n  connections:\n"
ID = "018f0000-0000-7000-8000-00000000ac3e"
SAML = f"    - id: {ID}\n      name: Staff\n      protocol: saml\n"
OIDC = (
    f"    - id: {ID}\n      name: Staff\n      protocol: oidc\n      issuer: https://id.example\n      client_id: abc\n"
)


def problems(folder: Path, section: str) -> list[str]:
    (folder / "bad.yaml").write_text(HEAD + section)
    with pytest.raises(InvalidDeclarations) as refused:
        read_declarations(folder, THEMES)
    return [problem.removeprefix(f"{folder}/") for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (SAML, "bad.yaml:7: say `metadata_url`, or `entity_id`, `sso_url` and `certificates`"),
        (
            SAML + "      metadata_url: http://id.example/metadata\n",
            "bad.yaml:10: `http://id.example/metadata` is no https",
        ),
        (
            SAML + "      metadata_url: https://id.example/m\n      colour: red\n",
            "bad.yaml:11: there is no field `colour`",
        ),
        (SAML.replace(ID, "1") + "      metadata_url: https://id.example/m\n", "bad.yaml:7: "),
        (
            SAML + "      metadata_url: https://id.example/m\n      provider: github\n",
            "bad.yaml:9: github does not offer",
        ),
        (SAML + "      metadata_url: https://id.example/m\n      default_role: king\n", "bad.yaml:11: "),
        (SAML + "      metadata_url: https://id.example/m\n      default_role: admin\n", "bad.yaml:11: "),
        (SAML + "      metadata_url: https://id.example/m\n      mapping: {leads: [king]}\n", "bad.yaml:11: "),
        (
            SAML + "      metadata_url: https://id.example/m\n      domains: [{name: Corp.example}]\n",
            "bad.yaml:11: `Corp",
        ),
        (OIDC, "bad.yaml:7: use `env:` and the name of a variable"),
        (OIDC + "      secret_ref: my-secret\n", "bad.yaml:12: use `env:`"),
        (OIDC.replace("      client_id: abc\n", "") + "      secret_ref: env:S\n", "bad.yaml:7: say `client_id`"),
        (
            OIDC.replace("      issuer: https://id.example\n", "") + "      secret_ref: env:S\n",
            "bad.yaml:7: say `issuer`",
        ),
        (
            OIDC + "      secret_ref: env:S\n" + OIDC.replace("Staff", "More") + "      secret_ref: env:S\n",
            "bad.yaml:13: the id",
        ),
    ],
)
def test_a_bad_value_is_refused_with_its_line(tmp_path: Path, section: str, said: str):
    assert problems(tmp_path, section)[0].startswith(said)


def test_the_platform_has_none(tmp_path: Path):
    section = SAML + "      metadata_url: https://id.example/m\nkind: platform\n"
    assert "the platform itself has no single sign-on" in problems(tmp_path, section)[0]


def declared(market: Marketplace, *connections: dict[str, Any]) -> Declaration:
    """A tenant's file with these connections."""
    return Declaration(
        api_version="ctorendang/v1",
        slug=market.slug,
        name="Market",
        domains=[market.host],
        sso=msgspec.convert({"connections": list(connections)}, DeclaredSso),
    )


def by_hand(signer: Signer, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "name": "Staff",
        "protocol": "saml",
        "entity_id": IDP,
        "sso_url": SSO_URL,
        "certificates": [signer.certificate],
        **changes,
    }


@pytest.fixture
def applier(market: Marketplace) -> DeclaredConnections:
    return DeclaredConnections(market.marketplaces.site.product, {"STAFF_SECRET": "a secret that only two know"})


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def test_what_is_declared_signs_people_in(market, applier, provider: Signer):
    connection = by_hand(provider, mapping={"leads": ["cto"]})
    connection["domains"] = [{"name": f"{UUID(connection['id']).hex[-8:]}.corp.example", "verified": True}]
    assert await applier.plan(market.id, declared(market, connection))
    await applier.apply(market.id, declared(market, connection))
    assert await applier.plan(market.id, declared(market, connection)) == []
    async with visitor(market) as browser:
        scene = await scene_of(market, browser, provider, connection["id"])
        attributes = (("email", scene.email), ("groups", "leads"))
        assert (await scene.sign_on(attributes=attributes)).status_code == 303
    (row,) = await market.fetch("select roles from users where email = $1", scene.email)
    assert row["roles"] == ["cto"]


async def test_metadata_is_read_when_the_file_is_applied(market, applier, provider: Signer):
    with hosting() as host:
        host.content = metadata_of(provider)
        connection = {"id": str(uuid4()), "name": "Staff", "protocol": "saml", "metadata_url": host.url}
        await applier.apply(market.id, declared(market, connection))
        asked = host.asked
        assert await applier.apply(market.id, declared(market, connection)) == []
        assert host.asked == asked
        host.status = 404
        connection["metadata_url"] = host.url + "/elsewhere"
        with pytest.raises(
            InvalidDeclarations,
            match=rf"{market.slug}.yaml: connection `Staff`: There is no metadata at this address \(HTTP 404\)",
        ):
            await applier.apply(market.id, declared(market, connection))


async def test_a_managed_connection_is_changed_by_its_file_alone(market, applier, admin: Person, provider: Signer):
    connection = by_hand(provider)
    await applier.apply(market.id, declared(market, connection))
    which = {"connectionId": connection["id"]}
    for mutation, value in {
        "renameSsoConnection": {"name": "Mine"},
        "configureSaml": {"metadata": metadata_of(provider)},
        "setSamlOptions": {"allowIdpInitiated": True},
        "mapSsoPeople": {"defaultRole": "CTO"},
        "disableSsoConnection": {},
        "deleteSsoConnection": {},
    }.items():
        selection = "... on Refusal { code }" if mutation == "deleteSsoConnection" else CONNECTION
        assert (await admin.mutate(mutation, selection, {**which, **value}))["code"] == "connection_is_managed", (
            mutation
        )
    claimed = await admin.mutate("claimEmailDomain", "... on Refusal { code }", {**which, "domain": "corp.example"})
    assert claimed["code"] == "connection_is_managed"


async def test_the_plan_shows_what_would_change(market, applier, provider: Signer):
    connection = by_hand(provider)
    await applier.apply(market.id, declared(market, connection))
    await market.fetch("update sso_connections set jit = false")
    changes = await applier.plan(market.id, declared(market, connection))
    assert [(each.field, each.live, each.wanted, each.drifted) for each in changes] == [
        ("sso.Staff.jit", False, True, True)
    ]
    await applier.apply(market.id, declared(market, connection))
    assert await applier.plan(market.id, declared(market, connection)) == []


async def test_a_seed_is_made_once_and_free_then(market, applier, admin: Person, provider: Signer):
    connection = by_hand(provider, ownership="seed")
    await applier.apply(market.id, declared(market, connection))
    renamed = await admin.mutate("renameSsoConnection", CONNECTION, {"connectionId": connection["id"], "name": "Mine"})
    assert renamed["name"] == "Mine"
    assert await applier.apply(market.id, declared(market, connection)) == []


async def test_one_that_is_no_longer_declared_stays_and_is_free(market, applier, admin: Person, provider: Signer):
    connection = by_hand(provider)
    await applier.apply(market.id, declared(market, connection))
    changes = await applier.apply(market.id, declared(market))
    assert [(each.field, each.wanted) for each in changes] == [("sso.Staff.ownership", "seed")]
    found = (await admin.query("{ ssoConnections { managed status } }"))["ssoConnections"]
    assert found == [{"managed": False, "status": "ACTIVE"}]


async def test_a_secret_comes_from_the_environment_and_is_never_shown(market, applier, admin: Person):
    connection = {
        "id": str(uuid4()),
        "name": "GitHub",
        "protocol": "oauth",
        "provider": "github",
        "client_id": "abc",
        "secret_ref": "env:STAFF_SECRET",
    }
    changes = await applier.apply(market.id, declared(market, connection))
    assert "only two know" not in str(changes)
    (row,) = await market.fetch("select sso_connections::text as row, sealed_secret from sso_connections")
    assert "only two know" not in row["row"]
    assert row["sealed_secret"]
    assert await applier.plan(market.id, declared(market, connection)) == []
    elsewhere = DeclaredConnections(market.marketplaces.site.product, {"STAFF_SECRET": "another"})
    assert [each.field for each in await elsewhere.plan(market.id, declared(market, connection))] == [
        "sso.GitHub.secret"
    ]
    with pytest.raises(InvalidDeclarations, match="the variable STAFF_SECRET is not set"):
        await DeclaredConnections(market.marketplaces.site.product, {}).plan(market.id, declared(market, connection))


async def test_a_public_mail_provider_is_nobodys_domain(market, applier, provider: Signer):
    connection = by_hand(provider, domains=[{"name": "gmail.com", "verified": True}])
    with pytest.raises(InvalidDeclarations, match="Anybody can have an address there"):
        await applier.apply(market.id, declared(market, connection))


async def enforce(market: Marketplace, connection: dict[str, Any], scope: str, *domains: str) -> None:
    await market.fetch(
        "insert into access_policies (tenant_id, sso_scope, sso_domains, sso_connection_id) values ($1, $2, $3, $4)",
        *(market.id, scope, list(domains), UUID(connection["id"])),
    )


async def test_what_is_enforced_is_not_turned_off(market, applier, provider: Signer):
    connection = by_hand(provider)
    await applier.apply(market.id, declared(market, connection))
    await enforce(market, connection, "everyone")
    for act in (applier.plan, applier.apply):
        with pytest.raises(InvalidDeclarations, match=r"yaml: connection `Staff`: people must sign in through it"):
            await act(market.id, declared(market, {**connection, "enabled": False}))
    assert await applier.plan(market.id, declared(market, connection)) == []
    await market.fetch("update access_policies set sso_scope = 'off'")
    assert await applier.apply(market.id, declared(market, {**connection, "enabled": False}))


async def test_a_domain_whose_people_are_bound_is_not_taken_away(market, applier, provider: Signer):
    name = f"d{uuid4().hex[:8]}.corp.example"
    connection = by_hand(provider, domains=[{"name": name, "verified": True}])
    await applier.apply(market.id, declared(market, connection))
    await enforce(market, connection, "domains", name)
    for act in (applier.plan, applier.apply):
        with pytest.raises(
            InvalidDeclarations, match=rf"yaml: connection `Staff`: people of `{name}` must sign in through it"
        ):
            await act(market.id, declared(market, {**connection, "domains": []}))
    assert len(await market.fetch("select 1 from email_domains")) == 1
    await market.fetch("update access_policies set sso_scope = 'off'")
    assert await applier.apply(market.id, declared(market, {**connection, "domains": []}))
