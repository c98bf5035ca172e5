"""Mail over SMTP."""

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from urllib.parse import quote, unquote, urlsplit

import aiosmtplib

from ctorendang.infra.gateways.gateways import Mail, Mailer, NotConfigured
from ctorendang.settings import InvalidSetting, MailSettings

_SECONDS = 20.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class MailRefused(Exception):
    """The server will never take this mail; the message says why."""


class MailServerUnavailable(OSError):
    """The mail server cannot be reached, or it refuses for now."""


class SmtpMailer:
    """Hands mails to one SMTP server, a connection a mail.

    ``smtp://`` is encrypted where the server offers it, and always before a password is sent; ``smtps://`` is from the
    start.
    """

    def __init__(self, url: str, sender: str) -> None:
        address = urlsplit(url)
        if address.scheme not in {"smtp", "smtps"} or not address.hostname:
            raise InvalidSetting("CTORENDANG_SMTP_URL must look like smtp://[user:password@]host:port.")
        self._sender = Address(addr_spec=sender)
        self._host = address.hostname
        self._encrypted = address.scheme == "smtps"
        self._port = address.port or (465 if self._encrypted else 25)
        self._user = unquote(address.username) if address.username else None
        self._password = unquote(address.password) if address.password else None

    async def send(self, mail: Mail) -> None:
        """Send one mail.

        Raises:
            MailServerUnavailable: the server cannot be reached or refuses for now.
            MailRefused: the address is not one, or the server refuses for good.
        """
        message = compose(mail, self._sender)
        try:
            await aiosmtplib.send(
                message,
                # The one address, not the header: a list smuggled into it would reach more people.
                recipients=[mail.to],
                sender=self._sender.addr_spec,
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._encrypted,
                start_tls=False if self._encrypted else (True if self._user else None),
                # What it greets with: the machine's own name is nobody's business.
                local_hostname=self._sender.domain,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0].code) from error
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise _refusal(error.code) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailServerUnavailable(f"The mail server cannot be used: {error}") from error


class NoMailer:
    """Stands where no mail server is configured: every mail stays in the outbox until there is one."""

    async def send(self, mail: Mail) -> None:
        """Refuse.

        Raises:
            NotConfigured: always.
        """
        raise NotConfigured("No mail server is configured: set CTORENDANG_SMTP_URL.")


def create_mailer(settings: MailSettings) -> Mailer:
    """The configured server, or one that keeps mails waiting.

    Raises:
        InvalidSetting: the server's address cannot be used.
    """
    return SmtpMailer(settings.smtp_url, settings.sender) if settings.smtp_url else NoMailer()


def compose(mail: Mail, sender: Address) -> EmailMessage:
    """The mail as text and HTML, with headers that hold one line each whatever the mail's fields hold.

    Raises:
        MailRefused: the recipient is not one address.
    """
    message = EmailMessage(policy=SMTP)
    # The same for every attempt, and reversible, so that a repetition can be told from another mail.
    message["Message-ID"] = f"<{quote(mail.id, safe='')}@{sender.domain}>"
    message["Date"] = localtime()
    message["From"] = Address(_one_line(mail.sender_name), addr_spec=sender.addr_spec)
    message["To"] = _recipient(mail.to)
    message["Subject"] = _one_line(mail.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for each in mail.attachments:
        main, _, sub = each.media_type.partition("/")
        message.add_attachment(each.content, maintype=main, subtype=sub, filename=_one_line(each.name))
    return message


def _one_line(value: str) -> str:
    return " ".join(_CONTROL.sub(" ", value).split())


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        raise MailRefused("The recipient is not an e-mail address.") from None


def _refusal(code: int) -> Exception:
    if 400 <= code < 500:
        return MailServerUnavailable(f"The mail server refuses for now, with code {code}.")
    return MailRefused(f"The mail server refuses this mail, with code {code}.")
