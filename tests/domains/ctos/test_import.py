"""Bringing profiles in by page: whoever may, all rows or none."""

import asyncio
import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from tests.domains.ctos.test_import_files import json_file, record
from tests.factories import PASSWORD, PROBLEMS, Marketplace, form_token, sign_in, submit

from ctorendang.cli import main
from ctorendang.domains.ctos.importing.errors import PeopleJoinedMeanwhile, RowsNotAccepted
from ctorendang.domains.ctos.importing.rows import check_file
from ctorendang.domains.ctos.importing.service import ImportService, ImportStatus, status_after
from ctorendang.domains.ctos.status import CtoStatus
from ctorendang.infra.auth.actor import OPERATOR, Actor
from ctorendang.settings import Settings

DIRECTORY = "{ ctos { totalCount edges { node { name headline hourlyRate currency skills { name level } } } } }"


async def upload(market: Marketplace, content: bytes, *roles: str, **fields: str) -> httpx.Response:
    """Send a file as somebody would, and follow where that leads."""
    async with market.browser() as browser:
        await sign_in(browser, await market.join(*(roles or ("admin",))))
        shown = await browser.get("/admin/import" if roles in {(), ("admin",)} else "/account")
        files = {"_csrf": (None, form_token(shown.text)), **{name: (None, value) for name, value in fields.items()}}
        answer = await browser.post("/admin/import", files={**files, "file": ("ctos.jsonl", content)})
        return await browser.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def run(market: Marketplace, content: bytes, status: ImportStatus = ImportStatus.LISTED) -> Any:
    product = market.marketplaces.site.product
    file = check_file(content, "EUR")
    async with product.units.begin(Actor.service(market.id, OPERATOR)) as work:
        return await ImportService(work).run(file, "EUR", status, keep=True)


async def counts(market: Marketplace) -> list[int]:
    """How much there is of everything that an import writes."""
    tables = ("users", "ctos", "cto_skills", "outbox")
    found = [await market.fetch(f"select count(*) from {table} where tenant_id = $1", market.id) for table in tables]
    return [rows[0]["count"] for rows in found]


async def test_a_file_becomes_profiles_in_the_directory(market: Marketplace):
    answer = await upload(market, json_file(record(1), record(2, name="Grace", hourlyRate=20000)))
    assert "2 profiles were added and 0 updated" in answer.text
    found = (await market.graphql(DIRECTORY))["data"]["ctos"]
    assert {each["node"]["name"]: each["node"]["hourlyRate"] for each in found["edges"]} == {
        "Ada 1": 18000,
        "Grace": 20000,
    }
    assert found["edges"][0]["node"]["skills"] == [
        {"name": "Kubernetes", "level": 4},
        {"name": "Terraform", "level": 3},
    ]
    events = await market.fetch("select action, details from audit_events where action like '%import%'")
    assert sorted(event["action"] for event in events) == [
        *["accounts.account.imported"] * 2,
        "ctos.import.finished",
        *["ctos.profile.imported"] * 2,
    ]
    (summary,) = [json.loads(each["details"]) for each in events if each["action"] == "ctos.import.finished"]
    assert summary == {"added": 2, "updated": 0, "status": "listed"}


async def test_csv_cells_that_look_like_formulas_are_refused_and_nothing_is_written(market: Marketplace):
    head = "email,name,headline,bio,skills,hourlyRate,availability,yearsExperience\n"
    answer = await upload(market, (head + "a@b.example,Ada,=1+1,@SUM(A1) <b>,Kubernetes,18000,8,9").encode())
    assert "begins as a formula does" in answer.text
    assert "@SUM(A1) &lt;b&gt;" in answer.text
    assert (await market.fetch("select count(*) from ctos where tenant_id = $1", market.id))[0]["count"] == 0


async def test_checking_changes_nothing(market: Marketplace):
    await market.join("admin")
    before = await market.fetch("select (select count(*) from ctos), (select count(*) from audit_events)")
    answer = await upload(market, json_file(record(1), record(2)), do="check", status="in_review")
    assert answer.status_code == 200
    assert "2 profiles would be added and 0 updated" in answer.text
    assert (await market.fetch("select count(*) from ctos where tenant_id = $1", market.id))[0]["count"] == 0
    assert before[0][0] == 0


async def test_one_bad_cell_and_nothing_is_written(market: Marketplace):
    good = [record(n) for n in range(1, 50)]
    for bad, said in (
        (record(60, hourlyRate=-1), "Use an amount from 0 to 10,000.00"),
        (record(60, skills=[{"name": "Kubernettes"}]), "Kubernettes"),
        (record(60, currency="USD"), "Rates here are in EUR"),
        (record(1), "stands in line 1 already"),
    ):
        answer = await upload(market, json_file(*good, bad))
        assert answer.status_code == 422
        assert said in answer.text
        assert "50" in answer.text
        assert (await counts(market))[1:3] == [0, 0]
    assert await market.fetch("select 1 from users where email like 'ada%'") == []


async def test_problems_are_told_up_to_a_number_and_counted_beyond(market: Marketplace):
    answer = await upload(market, json_file(*(record(n, availability=99, skills=[]) for n in range(150))))
    assert "300 cells need another look" in answer.text
    assert "The first 200 of 300" in answer.text
    assert answer.text.count("<code>skills</code>") == 100


async def test_whoever_is_here_already_is_updated(market: Marketplace):
    listed, ids = await market.listed_cto(headline="Before"), []
    for headline in ("After", "Later"):
        row = record(email=listed.person.email.upper(), name="Another Name", headline=headline)
        assert "0 profiles were added and 1 updated" in (await upload(market, json_file(row))).text
        (node,) = (await market.graphql("{ ctos { edges { node { id name headline skills { name } } } } }"))["data"][
            "ctos"
        ]["edges"]
        ids.append(node["node"]["id"])
        assert node["node"]["headline"] == headline
        assert node["node"]["name"] == "Ada Person"  # who has signed in keeps their name
    assert set(ids) == {str(listed.id)}


async def test_whom_a_directory_keeps_is_not_renamed(market: Marketplace):
    row = record(email="kept@people.example", name="As The Directory Says")
    await run(market, json_file(row))
    await market.fetch("update users set managed = true where email = 'kept@people.example'")
    await run(market, json_file({**row, "name": "As The File Says"}))
    names = await market.fetch("select u.name, c.name as shown from users u join ctos c on c.user_id = u.id")
    assert [tuple(each) for each in names] == [("As The Directory Says", "As The Directory Says")]


async def test_an_imported_person_is_renamed_until_they_come(market: Marketplace):
    await run(market, json_file(record(1)))
    await run(market, json_file(record(1, name="Ada Renamed", skills=[{"name": "Rust", "level": 5}])))
    (node,) = (await market.graphql(DIRECTORY))["data"]["ctos"]["edges"]
    assert (node["node"]["name"], node["node"]["skills"]) == ("Ada Renamed", [{"name": "Rust", "level": 5}])


@pytest.mark.parametrize("wanted", ImportStatus)
def test_an_import_hides_nobody_and_brings_nobody_back(wanted: ImportStatus):
    after = {before: status_after(before, wanted) for before in CtoStatus}
    assert after == {
        CtoStatus.DRAFT: wanted.value,
        CtoStatus.IN_REVIEW: wanted.value,
        CtoStatus.LISTED: CtoStatus.LISTED,
        CtoStatus.PAUSED: CtoStatus.PAUSED,
    }


async def test_profiles_can_come_in_for_review(market: Marketplace):
    await upload(market, json_file(record(1)), status="in_review")
    assert (await market.graphql("{ ctos { totalCount } }"))["data"]["ctos"]["totalCount"] == 0
    (cto,) = await market.fetch("select status, published_at from ctos")
    assert tuple(cto) == ("in_review", None)


async def test_members_who_are_no_ctos_or_are_shut_out_are_refused(market: Marketplace):
    client, shut, admin = await market.join("client"), await market.join("cto"), await market.join("admin")
    await admin.mutate("suspendMember", "... on Member { id }" + PROBLEMS, {"memberId": str(shut.id)})
    answer = await upload(market, json_file(record(email=client.email), record(2, email=shut.email)))
    assert "This member is no CTO here" in answer.text
    assert "This member is suspended" in answer.text
    assert (await counts(market))[1] == 0


async def test_others_are_turned_away(market: Marketplace):
    for role in ("client", "cto"):
        assert (await upload(market, json_file(record(1)), role)).status_code == 403
        async with market.browser() as browser:
            await sign_in(browser, await market.join(role))
            assert (await browser.get("/admin/import")).status_code == 403
    assert (await counts(market))[1] == 0


async def test_an_import_stays_in_its_tenant(market: Marketplace, other_market: Marketplace):
    await run(market, json_file(record(1, name="Here")))
    await run(other_market, json_file(record(1, name="There")))
    for each, name in ((market, "Here"), (other_market, "There")):
        (node,) = (await each.graphql(DIRECTORY))["data"]["ctos"]["edges"]
        assert node["node"]["name"] == name


async def test_the_same_file_twice_at_once_is_in_once(market: Marketplace):
    content = json_file(*(record(n) for n in range(40)))
    results = await asyncio.gather(*(run(market, content) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(each, PeopleJoinedMeanwhile) or not isinstance(each, BaseException) for each in results)
    assert (await market.graphql("{ ctos { totalCount } }"))["data"]["ctos"]["totalCount"] == 40


async def test_imported_people_are_read_and_come_in_by_their_mail(market: Marketplace):
    await run(market, json_file(record(1, email=f"ada@{market.slug}.example")))
    due = await market.fetch("select handler, bulk from outbox where event = 'ctos.imported'")
    assert {(row["handler"], row["bulk"]) for row in due} >= {("ctos.have_imported_read", True)}
    await market.work_off()
    assert len(await market.fetch("select 1 from cto_vectors where tenant_id = $1", market.id)) >= 1
    refused = await market.mutate(
        "signIn", "... on Refusal { code }", {"email": f"ada@{market.slug}.example", "password": PASSWORD}
    )
    assert refused["code"]
    async with market.browser() as browser:
        answer = await submit(browser, "/password/forgot", "/password/forgot", {"email": f"ada@{market.slug}.example"})
        assert answer.status_code < 400


async def test_a_missing_or_huge_file_or_a_strange_status_is_refused(market: Marketplace):
    assert "Choose a file with something in it" in (await upload(market, b"")).text
    assert "Choose where the profiles" in (await upload(market, json_file(record(1)), status="draft")).text
    huge = await upload(market, b"x" * 20_100_000)
    assert (huge.status_code, "at most 20 MB" in huge.text) == (413, True)


async def test_ten_thousand_rows_take_less_than_a_minute(market: Marketplace):
    content = json_file(*(record(n, bio="Has built and led teams in payments. " * 20) for n in range(10_000)))
    began = time.monotonic()
    outcome = await run(market, content)
    took = time.monotonic() - began
    # Whoever works off jobs next on this database would have the model read ten thousand texts: a quarter of an hour.
    await market.fetch("update outbox set done_at = now() where done_at is null")
    await market.fetch("delete from ctos")
    assert outcome.added == 10_000
    # A minute of a machine that has nothing else to do: of a busy one we get a part.
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert took < 60 * busy


async def test_plans_that_were_made_for_small_tables_are_not_used_for_many_rows(market: Marketplace):
    read = text("select sum(seq_tup_read) from pg_stat_xact_user_tables where relname in ('users', 'ctos')")
    indexes = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
    async with market.marketplaces.site.product.units.begin(Actor.service(market.id, OPERATOR)) as work:
        for switch, rows in (("off", range(20)), ("on", range(20, 520))):
            for name in indexes:
                await work.session.execute(text(f"set local {name} = {switch}"))
            before = await work.session.scalar(read)
            file = check_file(json_file(*(record(n) for n in rows)), "EUR")
            await ImportService(work).run(file, "EUR", ImportStatus.LISTED, keep=True)
            after = await work.session.scalar(read)
    # By foreign keys of a thousand skills alone it would be half a million.
    assert after - before < 100_000


async def test_thousands_of_bad_rows_are_told_in_one_go(market: Marketplace):
    with pytest.raises(RowsNotAccepted) as refused:
        await run(market, json_file(*(record(n, skills=[{"name": f"Nonsense {n}"}]) for n in range(10_000))))
    assert (refused.value.total, len(refused.value.problems)) == (10_000, 200)


async def command(settings: Settings, *arguments: str) -> Result:
    variables = {
        "CTORENDANG_DATABASE_URL": settings.database.url,
        "CTORENDANG_PLATFORM_DATABASE_URL": settings.database.platform_url,
        "CTORENDANG_REDIS_URL": settings.redis.url,
        "CTORENDANG_SECRET_KEY": settings.secret_key,
        "CTORENDANG_MASTER_KEYS": ",".join(
            f"{each.id}:{base64.urlsafe_b64encode(each.key).decode().rstrip('=')}" for each in settings.master_keys
        ),
        "CTORENDANG_ENVIRONMENT": "development",
    }
    return await asyncio.to_thread(CliRunner().invoke, main, ["ctos", "import", *arguments], env=variables)


async def test_the_command_imports_and_tells_what_is_wrong(market: Marketplace, settings: Settings, tmp_path: Path):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.csv"
    good.write_bytes(json_file(record(1), record(2)))
    bad.write_text(
        "email,name,headline,bio,skills,hourlyRate,availability,yearsExperience\na@b.example,A,x,y,No such,1,2,3"
    )
    tenant = ("--tenant", market.slug)
    checked = await command(settings, *tenant, "--dry-run", str(good))
    assert (checked.exit_code, checked.output) == (0, "2 profiles would be added and 0 would be updated.\n")
    imported = await command(settings, *tenant, "--status", "in_review", str(good))
    assert (imported.exit_code, imported.output) == (0, "2 profiles were added and 0 were updated.\n")
    refused = await command(settings, *tenant, str(bad))
    assert refused.exit_code == 1
    assert "bad.csv:2: skills: “No such” is not a skill we know" in refused.output
    nobody = await command(settings, "--tenant", "no-such", str(good))
    assert (nobody.exit_code, "There is no tenant no-such" in nobody.output) == (1, True)
    rows = await market.fetch("select status, count(*) from ctos where tenant_id = $1 group by 1", market.id)
    assert [tuple(row) for row in rows] == [("in_review", 2)]
