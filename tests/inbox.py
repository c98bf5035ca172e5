"""Mail, as its readers get it."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Inbox:
    """A mail server that keeps what it is given."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def of(self, address: str) -> list[EmailMessage]:
        """The mails to one address, oldest first."""
        return [mail for mail in self.mails if mail["To"] == address]

    def secret(self, address: str, path: str) -> str:
        """The secret in the newest mail to an address that links to a path."""
        links = [
            found[1]
            for mail in self.of(address)
            for found in re.finditer(rf"{re.escape(path)}\?token=([\w-]+)", text_of(mail))
        ]
        assert links, f"no mail to {address} links to {path}"
        return links[-1]


def text_of(mail: EmailMessage) -> str:
    """What a plain reader sees."""
    body = mail.get_body(["plain"])
    assert body is not None
    return body.get_content()
