"""The process behind the mail catcher: ``python -m ctorendang.infra.stack.inbox``."""

import argparse
import email
import email.policy
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from jinja2 import Environment, PackageLoader, StrictUndefined

_HOSTS = {"127.0.0.1", "localhost", "inbox.localhost"}
_SHOWN = 200
_PAGE_POLICY = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
# The HTML part of a mail is a stranger's page: no script, no request, no share in this page's origin.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
)


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One caught mail, as the page shows it."""

    key: str
    sender: str
    recipients: str
    subject: str
    sent: str
    text: str
    html: str

    @classmethod
    def read(cls, path: Path) -> "CaughtMail":
        """Parse a mail's source; what is missing or malformed is empty."""
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return cls(
            key=path.name,
            sender=str(message["from"] or message["x-mailfrom"] or ""),
            recipients=str(message["to"] or message["x-rcptto"] or ""),
            subject=str(message["subject"] or "(no subject)"),
            sent=str(message["date"] or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    try:
        return str(part.get_content()) if part else ""
    except (LookupError, ValueError):
        return f"(this part cannot be decoded: {part and part.get_content_charset()})"


class InboxServer(ThreadingHTTPServer):
    """Shows the mails of a Maildir folder."""

    daemon_threads = True

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self._folder = folder
        self._templates = Environment(
            loader=PackageLoader("ctorendang.infra.stack", "inbox_page"), autoescape=True, undefined=StrictUndefined
        )

    def paths(self) -> dict[str, Path]:
        """Every caught mail by its key, newest first."""
        files = sorted((self._folder / "new").iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        return {file.name: file for file in files[:_SHOWN]}

    def page(self, key: str | None) -> str | None:
        """The inbox with one mail opened, or none; None where there is no such mail."""
        paths = self.paths()
        if key is not None and key not in paths:
            return None
        mails = [CaughtMail.read(path) for path in paths.values()]
        opened = next((mail for mail in mails if mail.key == key), None)
        return self._templates.get_template("inbox.html").render(mails=mails, opened=opened)

    def style(self) -> str:
        """The page's style sheet."""
        return self._templates.get_template("inbox.css").render()


class _Handler(BaseHTTPRequestHandler):
    server: InboxServer

    def do_GET(self) -> None:
        # A page elsewhere whose name was pointed at this machine must not read links that reset passwords.
        if self.headers.get("Host", "").rpartition(":")[0] not in _HOSTS:
            self._answer(421, "text/plain", "This address is not served here.")
            return
        match self.path.split("?")[0].strip("/").split("/"):
            case [""]:
                self._answer(200, "text/html", self.server.page(None))
            case ["inbox.css"]:
                self._answer(200, "text/css", self.server.style())
            case ["mail", key]:
                self._answer(200, "text/html", self.server.page(key))
            case ["mail", key, "html"]:
                path = self.server.paths().get(key)
                html = f'<base target="_blank">{CaughtMail.read(path).html}' if path else None
                self._answer(200, "text/html", html, policy=_MAIL_POLICY)
            case ["mail", key, "source"]:
                path = self.server.paths().get(key)
                self._answer(200, "text/plain", path.read_text(errors="replace") if path else None)
            case _:
                self._answer(404, "text/plain", None)

    def _answer(self, status: int, kind: str, body: str | None, *, policy: str = _PAGE_POLICY) -> None:
        if body is None:
            status, kind, body = 404, "text/plain", "There is no such mail."
        content = body.encode(errors="replace")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


def main(arguments: Sequence[str] | None = None) -> None:
    """Catch mail and show it until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    catcher = Controller(Mailbox(options.folder / "maildir"), hostname="127.0.0.1", port=options.smtp_port)
    catcher.start()
    try:
        InboxServer(options.page_port, options.folder / "maildir").serve_forever()
    finally:
        catcher.stop()


if __name__ == "__main__":
    main()
