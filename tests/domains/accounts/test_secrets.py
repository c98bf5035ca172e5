"""Secrets are told to whom they belong, and written down nowhere."""

import asyncio
import sys

import httpx
from tests.factories import PASSWORD, PROBLEMS, REFUSALS, TOKENS, Marketplace, form_token, sign_in
from tests.inbox import Inbox
from tests.serving import serving

NEW_PASSWORD = "staple battery horse correct"
NEWER_PASSWORD = "horse staple correct battery"


async def everything_kept(market: Marketplace) -> str:
    """Every row of the tenant as text."""
    tables = await market.fetch(
        "select c.table_name from information_schema.columns c join information_schema.tables t using (table_name)"
        " where c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE' and c.table_schema = 'public'"
    )
    assert {"outbox", "audit_events", "sessions", "email_tokens"} <= {table["table_name"] for table in tables}
    rows = [await market.fetch(f"select r::text from {table['table_name']} r") for table in tables]
    return "\n".join(row[0] for each in rows for row in each)


async def test_the_database_keeps_nothing_that_anybody_could_sign_in_with(market, client, inbox: Inbox):
    person = await market.join("client")
    await sign_in(client, person)
    await market.mutate("requestPasswordReset", "... on Done { message }", {"email": person.email})
    await market.work_off()
    first, last = inbox.secret(person.email, "/verify"), inbox.secret(person.email, "/password/reset")
    pair = await market.mutate("refreshToken", TOKENS + REFUSALS, {"refreshToken": person.refresh_token})
    change = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    token = pair["accessToken"]
    await market.mutate("changePassword", "... on Done { message }" + PROBLEMS, change, token)
    kept = await everything_kept(market)
    secrets = [
        PASSWORD, NEW_PASSWORD, person.access_token, person.refresh_token, client.cookies["session"], first, last,
        token, pair["refreshToken"],
    ]  # fmt: skip
    for secret in secrets:
        assert secret not in kept
        assert secret.encode().hex() not in kept
    assert kept.count("$argon2id$") == 1


async def test_no_secret_reaches_the_logs(market, variables, inbox: Inbox, tmp_path):
    log = tmp_path / "log"
    person = await market.join("client")
    await market.mutate("requestPasswordReset", "... on Done { message }", {"email": person.email})
    await market.work_off()
    secret = inbox.secret(person.email, "/password/reset")
    headers = {"host": market.host, "origin": market.origin, "accept": "text/html"}
    async with (
        serving(variables, log) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as browser,
    ):
        page = await browser.get("/login")
        fields = {"_csrf": form_token(page.text), "email": person.email, "password": PASSWORD}
        signed_in = await browser.post("/login", data=fields)
        assert signed_in.status_code == 303
        await browser.post("/login", data={**fields, "password": NEW_PASSWORD})
        await browser.get(f"/password/reset?token={secret}")
        await browser.get("/account")
        as_program = {"authorization": f"Bearer {person.access_token}", "accept": "application/json"}
        for body in (
            {"query": "{ me { id } }"},
            {"query": f'mutation {{ signIn(input: {{email: "a@b.example", password: "{NEWER_PASSWORD}"}}) {{ x }} }}'},
            {
                "query": "mutation($input: RefreshTokenInput!) { refreshToken(input: $input) { __typename } }",
                "variables": {"input": {"refreshToken": person.refresh_token}},
            },
        ):
            await browser.post("/graphql", json=body, headers=as_program)
        cookie = browser.cookies["session"]
    written = log.read_text()
    assert written.count('"event": "request"') >= 8, written
    for each in (PASSWORD, NEW_PASSWORD, NEWER_PASSWORD, person.access_token, person.refresh_token, secret, cookie):
        assert each not in written
    assert person.email not in written


async def test_passwords_are_hashed_at_the_product_s_own_cost():
    """As RFC 9106 section 4 has it, second choice; the tests' process hashes at less."""
    program = "from ctorendang.domains.accounts.passwords import hash_password; print(hash_password('x'))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert said.startswith(b"$argon2id$v=19$m=65536,t=3,p=4$")
