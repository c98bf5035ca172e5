"""What happens every day without anybody asking: metadata, certificates, domains, forgetting."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.domains.sso.hostile_idp import Signer
from tests.domains.sso.names import Names, answered_by
from tests.domains.sso.setting_up import configure, create, hosting, metadata_of, ready_to_test
from tests.factories import Marketplace, Person
from tests.inbox import Inbox, text_of

from ctorendang.domains.sso import jobs
from ctorendang.domains.sso.saml.certificates import make_key_pair
from ctorendang.infra.auth.actor import AUTHENTICATOR, WORKER, Actor
from ctorendang.infra.jobs.planned import is_planned
from ctorendang.kit.clock import now


@pytest.fixture
async def admin(market: Marketplace) -> Person:
    return await market.join("admin")


async def let_a_day_pass(market: Marketplace) -> None:
    """Make due what is planned, and do it."""
    await market.work_off()
    due = "update outbox set run_at = now() where done_at is null and failed_at is null and handler like 'sso.%'"
    await market.fetch_as("worker", due)
    await market.work_off()


async def planned(market: Marketplace, handler: str) -> int:
    statement = "select count(*) as n from outbox where handler = $1 and done_at is null and run_at > now()"
    return (await market.fetch_as("worker", statement, handler))[0]["n"]


async def settings_of(market: Marketplace, connection_id: str) -> dict:
    (row,) = await market.fetch("select * from sso_connections where id = $1", connection_id)
    return dict(row)


async def test_a_changed_certificate_is_followed_within_a_day(market, admin, provider: Signer):
    with hosting() as host:
        host.content = metadata_of(provider)
        connection_id = await create(admin)
        await configure(admin, connection_id, metadataUrl=host.url)
        newer = Signer()
        host.content = metadata_of(provider, newer)
        await let_a_day_pass(market)
        await market.fetch("update sso_connections set metadata_fetched_at = now() - interval '1 day'")
        await let_a_day_pass(market)
        row = await settings_of(market, connection_id)
    assert row["settings"].count("BEGIN CERTIFICATE") == 2
    assert row["version"] == 2, "following the address that was tested needs no new test"
    assert await planned(market, "sso.want_metadata") == 1


async def test_metadata_that_is_gone_changes_nothing_and_is_told(market, admin, provider: Signer):
    with hosting() as host:
        host.content = metadata_of(provider)
        connection_id = await create(admin)
        await configure(admin, connection_id, metadataUrl=host.url)
        host.status = 500
        await market.fetch("update sso_connections set metadata_fetched_at = now() - interval '1 day'")
        await let_a_day_pass(market)
    row = await settings_of(market, connection_id)
    assert row["settings"].count("BEGIN CERTIFICATE") == 1
    page = "query($id: ID!) { ssoConnection(id: $id) { metadataProblem warnings { message } } }"
    found = (await admin.query(page, id=connection_id))["ssoConnection"]
    assert "500" in found["metadataProblem"]
    assert "cannot be read" in found["warnings"][0]["message"]


@pytest.mark.parametrize(("days", "mails"), [(59, 1), (29, 1), (6, 1), (200, 0), (-2, 1)])
async def test_administrators_hear_of_a_certificate_once(market, admin, inbox: Inbox, provider: Signer, days, mails):
    connection_id = await ready_to_test(admin, provider)
    begins = now() + timedelta(days=days, hours=12) - timedelta(days=5 * 365)
    ending = make_key_pair("idp", begins).certificate
    await market.fetch(
        "update sso_connections set settings = jsonb_set(settings, '{certificates}', to_jsonb(array[$2::text]))"
        " where id = $1",
        connection_id,
        ending,
    )
    await let_a_day_pass(market)
    await let_a_day_pass(market)
    told = [mail for mail in inbox.of(admin.email) if "Single sign-on" in str(mail["subject"])]
    assert len(told) == mails
    if told:
        assert ("has expired" if days < 0 else "expires on") in text_of(told[0])
        assert f"/admin/sso/{connection_id}" in text_of(told[0])


async def test_a_proof_that_is_gone_counts_three_more_days(market, admin, inbox: Inbox, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    domain = f"d{uuid4().hex[:8]}.example"
    await market.fetch(
        "insert into email_domains (tenant_id, connection_id, domain, token, verified_at)"
        " values ($1, $2, $3, 'abc', now())",
        market.id,
        connection_id,
        domain,
    )
    names = answered_by(market, Names({f"_sso-challenge.{domain}": ["sso-verification=abc"]}))
    state = "select verified_at is not null as proven, missing_since is not null as missing from email_domains"
    await let_a_day_pass(market)
    assert dict((await market.fetch(state))[0]) == {"proven": True, "missing": False}
    names.away = True
    await let_a_day_pass(market)
    assert dict((await market.fetch(state))[0]) == {"proven": True, "missing": False}
    names.away, names.records = False, {}
    await let_a_day_pass(market)
    assert dict((await market.fetch(state))[0]) == {"proven": True, "missing": True}
    await market.fetch("update email_domains set missing_since = now() - interval '3 days'")
    await let_a_day_pass(market)
    assert dict((await market.fetch(state))[0]) == {"proven": False, "missing": True}
    said = [text_of(mail) for mail in inbox.of(admin.email) if "Single sign-on" in str(mail["subject"])]
    assert ["within three days" in text for text in said] == [True, False]


async def test_what_is_over_is_forgotten(market, admin, provider: Signer):
    connection_id = await ready_to_test(admin, provider)
    for reference, expires in (("OLD-TRACE", "-1 hour"), ("NEW-TRACE", "1 hour")):
        await market.fetch(
            "insert into sso_traces"
            " (tenant_id, connection_id, reference, kind, outcome, summary, sealed_trace, expires_at)"
            " values ($1, $2, $3, 'x', 'refused', 'x', '', now() + $4::text::interval)",
            market.id,
            connection_id,
            reference,
            expires,
        )
    await let_a_day_pass(market)
    rows = await market.fetch("select reference from sso_traces")
    assert [row["reference"] for row in rows] == ["NEW-TRACE"]


async def test_each_day_is_planned_once(market, admin):
    for number in range(3):
        await create(admin, f"Provider {number}")
    for _ in range(2):
        await let_a_day_pass(market)
    for handler in ("sso.want_metadata", "sso.watch_certificates", "sso.check_domains", "sso.forget"):
        assert await planned(market, handler) == 1


class SlowNames(Names):
    """Name servers of which some never answer."""

    def __init__(self, *dead: str) -> None:
        super().__init__(everything=["sso-verification=abc"])
        self.dead = dead
        self.at_once = self.most_at_once = 0

    async def txt(self, name: str) -> list[str]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(60 if name.endswith(self.dead) else 0.05)
            return await super().txt(name)
        finally:
            self.at_once -= 1


async def test_domains_are_looked_up_some_at_once_and_for_so_long(market, admin, provider: Signer, monkeypatch):
    monkeypatch.setattr(jobs, "_LOOKUP_SECONDS", 2)
    connection_id = await ready_to_test(admin, provider)
    await market.fetch(
        "insert into email_domains (tenant_id, connection_id, domain, token, verified_at)"
        " select $1, $2, 'n' || n || '-' || $3::text || '.example', 'abc', now() from generate_series(10, 39) n",
        *(market.id, connection_id, uuid4().hex[:8]),
    )
    dead = [row["domain"] for row in await market.fetch("select domain from email_domains order by domain limit 2")]
    names = answered_by(market, SlowNames(*dead))
    await let_a_day_pass(market)
    checked = await market.fetch("select domain from email_domains where checked_at is not null")
    assert len(checked) == 28
    assert not {row["domain"] for row in checked} & set(dead)
    assert 1 < names.most_at_once <= 10
    assert await planned(market, "sso.check_domains") == 1


async def test_two_workers_that_start_together_plan_a_day_once(market):
    units = market.marketplaces.site.product.units
    for begin, role in ((jobs._begin_day, WORKER), (begin_purge, AUTHENTICATOR)):

        async def start(begin=begin, role=role) -> None:
            async with units.begin(Actor.service(market.id, role)) as work:
                await begin(work, {})

        async with units.begin(Actor.service(market.id, role)) as first:
            await begin(first, {})
            second = asyncio.create_task(start())
            await asyncio.sleep(0.3)
        await second
    for handler in ("sso.want_metadata", "sso.watch_certificates", "sso.check_domains", "sso.forget", "accounts.purge"):
        rows = "select count(*) as n from outbox where handler = $1 and done_at is null"
        assert (await market.fetch_as("worker", rows, handler))[0]["n"] == 1, handler


async def begin_purge(work, _) -> None:
    if not await is_planned(work, "accounts.purge"):
        work.publish("accounts.purge_due", {})
