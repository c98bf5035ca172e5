"""Mail through a real SMTP server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP

from ctorendang.infra.gateways.gateways import Mail, NotConfigured
from ctorendang.infra.gateways.mail import MailRefused, MailServerUnavailable, create_mailer
from ctorendang.settings import InvalidSetting, MailSettings

SENDER = "no-reply@mail.acme.example"


class Inbox:
    """Takes mails, or answers with ``refusal``."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.greetings: list[str] = []
        self.refusal = ""

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"


@pytest.fixture
def inbox():
    return Inbox()


@asynccontextmanager
async def listening(inbox: Inbox, **options: object) -> AsyncIterator[str]:
    """The server's ``host:port``."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, **options), "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def mailer(inbox):
    async with listening(inbox) as address:
        yield create_mailer(MailSettings(smtp_url=f"smtp://{address}", sender=SENDER))


def a_mail(**changes: str) -> Mail:
    fields = {
        "id": "0198c0de-0001",
        "to": "ada@client.example",
        "sender_name": "Acme Täch, Inc.",
        "subject": "Your matches – ten CTOs",
        "text": "Grüße\n",
        "html": "<p>Grüße</p>",
    }
    return Mail(**fields | changes)


async def test_a_mail_arrives_as_text_and_html_from_the_tenant(mailer, inbox):
    await mailer.send(a_mail())
    (message,) = inbox.received
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Acme Täch, Inc.", SENDER)
    assert message["To"] == "ada@client.example"
    assert message["Subject"] == "Your matches – ten CTOs"
    assert message.get_body(["plain"]).get_content().strip() == "Grüße"
    assert message.get_body(["html"]).get_content().strip() == "<p>Grüße</p>"


async def test_repetitions_can_be_told_from_other_mails(mailer, inbox):
    for id_ in ("a:1", "a:1", "a 1"):
        await mailer.send(a_mail(id=id_))
    first, repeated, other = [message["Message-ID"] for message in inbox.received]
    assert first == repeated == "<a%3A1@mail.acme.example>"
    assert other != first


@pytest.mark.parametrize("field", ["id", "sender_name", "subject"])
async def test_no_field_can_add_a_header_or_a_reader(mailer, inbox, field):
    await mailer.send(a_mail(**{field: "Hello\r\nBcc: eve@evil.example\r\n\r\n<script>\u2028\x00" + "long " * 100}))
    (message,) = inbox.received
    assert set(message.keys()) == {
        "Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert inbox.recipients == [["ada@client.example"]]
    assert len(message["From"].addresses) == 1
    assert message.get_body(["plain"]).get_content().strip() == "Grüße"


@pytest.mark.parametrize(
    "address",
    [
        "ada@client.example, eve@evil.example",
        "ada@client.example\r\nBcc: eve@evil.example",
        "Ada <ada@client.example>",
        "ada",
        "",
        "ada@",
        "@client.example",
        "ada@client.example>",
    ],
)
async def test_what_is_not_one_address_is_refused(mailer, inbox, address):
    with pytest.raises(MailRefused):
        await mailer.send(a_mail(to=address))
    assert inbox.received == []


async def test_nothing_tells_the_platform_or_the_machine(mailer, inbox):
    await mailer.send(a_mail())
    (message,) = inbox.received
    assert inbox.greetings == ["mail.acme.example"]
    assert "ctorendang" not in message.as_string().lower()


async def test_a_refusal_for_now_leaves_the_mail_waiting(mailer, inbox):
    inbox.refusal = "451 greylisted ada@client.example"
    with pytest.raises(MailServerUnavailable, match="451") as refusal:
        await mailer.send(a_mail())
    assert "ada" not in str(refusal.value)


async def test_a_refusal_for_good_is_told_apart(mailer, inbox):
    inbox.refusal = "550 no such mailbox"
    with pytest.raises(MailRefused, match="550"):
        await mailer.send(a_mail())


async def test_a_server_that_is_away_is_unavailable():
    with pytest.raises(OSError, match="mail server"):
        await create_mailer(MailSettings(smtp_url="smtp://127.0.0.1:1", sender=SENDER)).send(a_mail())


async def test_no_server_at_all_is_told_apart():
    with pytest.raises(NotConfigured, match="CTORENDANG_SMTP_URL"):
        await create_mailer(MailSettings(smtp_url="", sender=SENDER)).send(a_mail())


async def test_a_password_is_never_sent_in_the_clear(inbox):
    async with listening(inbox, auth_require_tls=False) as address:
        mailer = create_mailer(MailSettings(smtp_url=f"smtp://user:secret@{address}", sender=SENDER))
        with pytest.raises(MailServerUnavailable) as refusal:
            await mailer.send(a_mail())
    assert "secret" not in str(refusal.value)
    assert inbox.received == []


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example:25", "smtp://"])
def test_an_unusable_address_is_refused_at_the_start(url):
    with pytest.raises(InvalidSetting, match="CTORENDANG_SMTP_URL"):
        create_mailer(MailSettings(smtp_url=url, sender=SENDER))
