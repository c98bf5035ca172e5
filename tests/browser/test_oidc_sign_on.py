"""Signing on and out at an OpenID provider in Chromium, with its rules on cookies, forms and redirects."""

import pytest
from tests.domains.sso.oidc_visit import connect, provider
from tests.domains.sso.real_op import RealOp

pytestmark = pytest.mark.browser


class Local(RealOp):
    """Sends browsers back to the port that the web process of this run really has."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.web_port = port

    def answer(self, *asked):
        answer = super().answer(*asked)
        return answer.replace(":8000/", f":{self.web_port}/", 1) if isinstance(answer, str) else answer


async def test_somebody_signs_on_and_out_here_and_at_the_provider(windows, live_market, port):
    with provider(Local(port)) as op:
        connected = await connect(live_market, op, name="Acme Workforce")
        window = await windows()
        page = await window.open(f"/sso/{connected.id}/login?next=/projects")
        assert page.url == f"{window.base}/projects"
        await page.locator("details[data-menu] summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.wait_for_url(f"{window.base}/")
        assert await page.get_by_text("You are signed out here and at your organisation.").is_visible()
        assert op.calls["/end-session"] == 1
        assert (await page.goto(f"{window.base}/account")).status == 401
        window.problems.clear()  # that the account is closed is an error in the console


async def test_without_scripts_a_button_leads_on_to_the_provider(windows, live_market, port):
    with provider(Local(port)) as op:
        connected = await connect(live_market, op, name="Acme Workforce")
        window = await windows(java_script_enabled=False)
        page = await window.open(f"/sso/{connected.id}/login?next=/account")
        await page.locator("details[data-menu] summary").click()
        await page.get_by_role("button", name="Sign out").click()
        assert "Acme Workforce" in await page.title()
        await page.get_by_role("link", name="Continue").click()
        await page.wait_for_url(f"{window.base}/")
        assert op.calls["/end-session"] == 1
