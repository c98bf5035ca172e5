"""What somebody typed into a form that wants to know first who they are, kept until they are back at it.

It stays in their own browser, signed and out of scripts' reach: never in an address, and never a secret.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from ctorendang.infra.web.forms import Form

DRAFT = "draft"
"""The cookie that holds it."""

LIFETIME = 900
"""Seconds: confirming takes less, and nobody else is to find it there tomorrow."""

# Browsers keep 4096 bytes a cookie (RFC 6265 section 6.1); page and signature want some of them.
_MOST = 2_800
LONGEST_DRAFT = 3_900
_SECRET = re.compile(r"password|secret|token|code|credential|^_csrf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was sent and not yet taken.

    Attributes:
        user: whose it is: the browser may be somebody else's by then.
        page: the path, with its query, of the page that the form is on.
        action: the path that the form is sent to.
        values: what was typed, without secrets; none where it was too much to keep.
    """

    user: str
    page: str
    action: str
    values: dict[str, str | list[str]]

    @classmethod
    def of(cls, user: str, page: str, action: str, form: Form | None) -> "Draft":
        """From what the browser has sent."""
        typed = {name: value for name, value in form.values.items() if not _SECRET.search(name)} if form else {}
        if len(quote(msgspec.json.encode(typed), safe="")) > _MOST:
            typed = {}
        return cls(user, page, action, typed)

    def text(self) -> str:
        """For the cookie."""
        return msgspec.json.encode(self).decode()

    def form(self) -> dict[str, Any] | None:
        """As a page shows it again, with nothing wrong; None where there is nothing to show."""
        if not self.values:
            return None
        # As on a refused form: a page with several knows one by the last part of its address.
        name = "" if self.action == self.page.partition("?")[0] else self.action.rpartition("/")[2]
        return {"values": self.values, "errors": {}, "message": "", "name": name, "action": self.action}

    def said(self) -> dict[str, str]:
        """What the page tells once the person has confirmed who they are."""
        kept = " What you typed is still here." if self.values else ""
        return {"kind": "info", "message": f"Thank you, that is confirmed.{kept} Now press the button again."}


def read_draft(text: str) -> Draft:
    """What ``Draft.text`` has written, and nobody else: see ``Pages.signed_cookie``."""
    return msgspec.json.decode(text, type=Draft)
