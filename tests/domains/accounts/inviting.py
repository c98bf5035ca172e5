"""Invitations, as tests send and accept them."""

import httpx
from tests.factories import PASSWORD, PROBLEMS, Marketplace, Person, form_token
from tests.inbox import Inbox

MADE = "... on MadeInvitations { invitations { id email roles } }" + PROBLEMS
GRACE = "grace@people.example"


async def invite(admin: Person, *emails: str, roles: tuple[str, ...] = ("CLIENT",)) -> dict:
    made = await admin.mutate("invite", MADE, {"emails": list(emails), "roles": list(roles)})
    await admin.market.work_off()
    return made


async def link(admin: Person, inbox: Inbox, email: str = GRACE, *roles: str) -> str:
    """The secret of a new invitation. Addresses are the same in all tests, so only the last mail counts."""
    made = await invite(admin, email, roles=roles or ("CLIENT",))
    assert made["__typename"] == "MadeInvitations", made
    return inbox.secret(email, "/invitation")


async def accept(
    browser: httpx.AsyncClient, token: str, name: str = "Grace Hopper", password: str = PASSWORD
) -> httpx.Response:
    page = await browser.get(f"/invitation?token={token}")
    fields = {"_csrf": form_token(page.text), "token": token, "name": name, "password": password}
    return await browser.post("/invitation", data=fields)


async def join(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    page = await browser.get(f"/invitation?token={token}")
    return await browser.post("/invitation/join", data={"_csrf": form_token(page.text), "token": token})


async def user(market: Marketplace, email: str) -> dict | None:
    rows = await market.fetch("select * from users where email = $1", email)
    return dict(rows[0]) if rows else None
