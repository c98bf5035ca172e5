"""People with passkeys."""

from dataclasses import dataclass

import httpx
from tests.domains.accounts.factor_steps import shown_codes
from tests.domains.accounts.soft_authenticator import SoftAuthenticator, add_passkey
from tests.factories import Marketplace, Person, sign_in


@dataclass
class Holder:
    """Somebody who has a passkey, signed in in a browser."""

    person: Person
    browser: httpx.AsyncClient
    device: SoftAuthenticator
    codes: list[str]


async def holder_in(market: Marketplace, browser: httpx.AsyncClient, *roles: str) -> Holder:
    person = await market.join(*(roles or ("client",)))
    await sign_in(browser, person)
    device = SoftAuthenticator(market.origin)
    answer = await add_passkey(browser, device)
    assert answer.status_code == 200, answer.text
    return Holder(person, browser, device, shown_codes(answer.text))
