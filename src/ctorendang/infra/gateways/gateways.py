"""The services outside, as the rest of the product asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ctorendang.infra.auth.limits import AttemptLimiter
from ctorendang.infra.gateways.dns import Resolver
from ctorendang.infra.gateways.outgoing import GuardedClient
from ctorendang.infra.gateways.typesense import Typesense
from ctorendang.infra.keys.keyring import Keyring
from ctorendang.infra.tenancy.links import Links
from ctorendang.infra.theming.renderer import ThemeRenderer


class NotConfigured(Exception):
    """A service that a job needs is not set up yet: the job waits for it, however long that takes."""


class Embedder(Protocol):
    """Turns texts into vectors of meaning.

    Attributes:
        model: names the model and its version; vectors of different models cannot be compared.
    """

    model: str

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of ``DIMENSIONS`` numbers and length 1 a text, in order."""

    async def close(self) -> None:
        """Let go of connections and threads."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a mail; ``media_type`` without parameters, as ``text/calendar``."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to one person.

    Attributes:
        id: the same for every attempt at sending this mail, so that receivers can drop repetitions.
        sender_name: whom it comes from in the reader's eyes: the tenant.
    """

    id: str
    to: str
    sender_name: str
    subject: str
    text: str
    html: str
    attachments: Sequence[Attachment] = ()


class Mailer(Protocol):
    """Hands mails to a mail server."""

    async def send(self, mail: Mail) -> None:
        """Send one mail.

        Raises:
            OSError: the server cannot be reached or refuses for now.
            NotConfigured: there is no server.
        """


class FilesUnavailable(OSError):
    """The object store cannot be reached, or refuses for now."""


class Files(Protocol):
    """Keeps bytes under keys such as ``<tenant>/avatars/<user>/<name>.webp``."""

    async def put(self, key: str, content: bytes) -> None:
        """Store an object, replacing what was there.

        Raises:
            FilesUnavailable: the store cannot be used now.
            NotConfigured: there is none.
        """

    async def get(self, key: str) -> bytes | None:
        """An object, None where there is none; raises as ``put``."""

    async def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none. Raises as ``put``."""


@dataclass(frozen=True, slots=True)
class Gateways:
    """What handlers need from beyond their transaction, chosen by the settings in the composition roots.

    Attributes:
        limiter: the same that requests are limited by.
        search: the search engine, None where none is set up; the database searches then.
    """

    embedder: Embedder
    mailer: Mailer
    files: Files
    themes: ThemeRenderer
    links: Links
    keyring: Keyring
    outgoing: GuardedClient
    dns: Resolver
    limiter: AttemptLimiter
    search: Typesense | None = None
