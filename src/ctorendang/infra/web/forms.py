"""Forms from browsers: read with care, and only from pages of one's own."""

import re
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from ctorendang.infra.errors import AppError, Forbidden
from ctorendang.infra.validation import Fields
from ctorendang.infra.web.context import RequestContext, context_of
from ctorendang.kit.crypto import same

# Two for each of the groups that a mapping may have, and some more.
_MOST_FIELDS = 500
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_AMOUNT = re.compile(r"-?[0-9]{1,10}(\.[0-9]{0,2}0*)?")


class FormNotUnderstood(AppError):
    """The body is no form, or not in UTF-8."""

    code = "form_not_understood"
    status = 400


class FormTypeNotSupported(AppError):
    """The body says that it is something else than a form."""

    code = "form_type_not_supported"
    status = 415


class FormTooLarge(AppError):
    """The body is larger than what its address takes."""

    code = "form_too_large"
    status = 413

    def __init__(self) -> None:
        super().__init__("This is too large. Send less at once.")


class Form:
    """The fields of a form, each with one or several values."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)
        self.problems = Fields()

    @property
    def values(self) -> dict[str, str | list[str]]:
        """What was typed, for showing it again."""
        shown = {
            name: values for name, values in self._values.items() if name != "_csrf" and "password" not in name.lower()
        }
        return {name: values[0] if len(values) == 1 else values for name, values in shown.items()}

    def text(self, name: str) -> str:
        """One value, empty when the field is missing."""
        return self._values.get(name, [""])[0]

    def optional(self, name: str) -> str | None:
        """One value, None when the field is missing."""
        return self.text(name) if name in self._values else None

    def all(self, name: str) -> list[str]:
        """Every value of a repeated field, without empty ones."""
        return [value for value in self._values.get(name, []) if value.strip()]

    def rows(self, *names: str) -> list[tuple[str, ...]]:
        """Fields that belong together by position, without rows whose first field is empty; missing ones are empty."""
        columns = (self._values.get(name, []) for name in names)
        return [row for row in zip_longest(*columns, fillvalue="") if row[0].strip()]

    def number(self, name: str) -> int | None:
        """A whole number, None for an empty field; anything else is a problem."""
        return self.parse_number(name, self.text(name))

    def parse_number(self, name: str, text: str) -> int | None:
        """A whole number typed in a field of this name."""
        typed = text.strip().replace(",", "").replace(" ", "")
        if not typed:
            return None
        if not _WHOLE.fullmatch(typed):
            self.problems.refuse(name, "Use a whole number.")
            return None
        return int(typed)

    def money(self, name: str) -> int | None:
        """An amount in whole units as typed (180 or 180.50), in minor units; None for an empty field."""
        typed = self.text(name).strip().replace(",", "").replace(" ", "")
        if not typed:
            return None
        if not _AMOUNT.fullmatch(typed):
            self.problems.refuse(name, "Use an amount such as 180 or 180.50.")
            return None
        return int(Decimal(typed) * 100)

    def day(self, name: str) -> date | None:
        """A day as browsers send it (2026-01-31), None for an empty field."""
        typed = self.text(name).strip()
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.problems.refuse(name, "Use a date such as 2026-01-31.")
            return None

    def done(self) -> None:
        """Go on if everything could be read.

        Raises:
            InvalidInput: some fields could not.
        """
        self.problems.done()


async def read_form(request: Request[Any, Any, Any], token: str) -> Form:
    """The form that a page of this site has sent.

    Args:
        request: a POST.
        token: what the page's form must have carried.

    Raises:
        Forbidden: another site has sent it, or the token is missing or old.
        FormNotUnderstood: the body is not UTF-8 or has too many fields.
        FormTooLarge: the body is larger than the address takes.
        FormTypeNotSupported: the body is no form.
    """
    require_own_origin(request, context_of(request))
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise FormTypeNotSupported("Send the form as a browser does (application/x-www-form-urlencoded).")
    try:
        body = (await request.body()).decode("utf-8")
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except RequestEntityTooLarge:
        raise FormTooLarge from None
    except (UnicodeError, ValueError):
        raise FormNotUnderstood("The form could not be read. Reload the page and send it again.") from None
    form = Form(pairs)
    sent = request.headers.get("x-csrf-token") or form.text("_csrf")
    if not same(sent, token):
        raise Forbidden("This page has been open for too long. Reload it and try again.")
    return form


def require_own_origin(request: Request[Any, Any, Any], context: RequestContext) -> None:
    """Let pass what a browser sends from this very site.

    Raises:
        Forbidden: the request comes from elsewhere, or does not say from where.
    """
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    # Compared as text: not everything that is sent can be taken apart as an address.
    if not f"{source}/".lower().startswith(f"{context.origin}/"):
        raise Forbidden("This request did not come from this site. Open the page here and try again.")
