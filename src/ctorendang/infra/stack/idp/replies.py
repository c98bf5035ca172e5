"""What the provider answers, and its pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

# Forms go to tenants of this machine as well; nothing else is asked of anybody else.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self' http://*.localhost:*"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Pages:
    """The provider's pages."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("ctorendang.infra.stack", "idp_page"), autoescape=True, undefined=StrictUndefined
        )

    def show(self, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> Reply:
        """A page."""
        html = self._templates.get_template(f"{name}.html").render(**values)
        return Reply(status, "text/html", html.encode(), headers or {})

    def file(self, name: str, kind: str) -> Reply:
        """What pages refer to."""
        return Reply(200, kind, self._templates.get_template(name).render().encode())


def redirect(address: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Send a browser on."""
    return Reply(303, "text/plain", b"", {"Location": address, **(headers or {})})


def as_json(value: object, status: int = 200) -> Reply:
    """For programs."""
    return Reply(status, "application/json", json.dumps(value).encode())
