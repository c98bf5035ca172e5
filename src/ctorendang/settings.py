"""Settings, read once from the environment (prefix ``CTORENDANG_``) and frozen; one class a concern."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_REPOSITORY = Path(__file__).resolve().parents[2]


class InvalidSetting(Exception):
    """A variable is missing or cannot be used; the message names it and says what it should hold."""


def require(value: str, name: str) -> str:
    """The value of a setting that this process cannot do without.

    Args:
        value: as it was read.
        name: of the variable, without the prefix.

    Raises:
        InvalidSetting: it is missing.
    """
    if not value:
        raise InvalidSetting(f"CTORENDANG_{name} is not set, and this needs it; docs/operations.md says what it holds.")
    return value


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Wraps the keys that tenants' secrets are sealed with; AES-256, so 32 bytes."""

    id: str
    key: bytes = field(repr=False)


class _Environment:
    """The variables of one process, without their prefix."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        return self._variables.get(f"CTORENDANG_{name}", "").strip() or default

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError:
            raise InvalidSetting(f"CTORENDANG_{name} must be a whole number, not {value!r}.") from None

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """One address a role (``postgresql://user:password@host:port/name``); ``docs/architecture.md`` tells the roles.

    Only the app role's is always there; whoever uses another one requires it.
    """

    url: str = field(repr=False)
    owner_url: str = field(repr=False)
    platform_url: str = field(repr=False)
    relay_url: str = field(repr=False)
    pool_size: int


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Valkey or Redis; holds only what may be lost."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TypesenseSettings:
    """Where search runs; empty means Postgres full text."""

    url: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the outside reaches the web process.

    Attributes:
        scheme: of the addresses in pages and mail; ``https`` also makes cookies ``Secure`` and ``__Host-``.
        public_port: appended to those addresses when it is not the scheme's own.
        trusted_proxies: addresses whose forwarded headers are believed; none by default.
    """

    scheme: str
    public_port: int
    trusted_proxies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Outgoing mail: ``smtp://[user:password@]host:port``; an empty address means mail waits in the outbox."""

    smtp_url: str = field(repr=False)
    sender: str


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Where files go: ``file:///folder``, ``s3://bucket/folder``, ``gs://`` or ``az://``; empty for nowhere.

    Credentials are those of the cloud's own variables, such as ``AWS_ACCESS_KEY_ID``.
    """

    url: str


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """Which model reads texts: the local one, or an OpenAI-compatible endpoint where one is named."""

    base_url: str
    api_key: str = field(repr=False)
    model: str


@dataclass(frozen=True, slots=True)
class JobSettings:
    """How deferred work is claimed.

    Attributes:
        lease_seconds: a claimed row returns to the queue when its worker has been silent this long.
        sweep_seconds: how often the worker looks for rows that no wake-up announced.
    """

    lease_seconds: int
    sweep_seconds: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """The demo identity provider that ``make up`` starts; empty anywhere else."""

    idp_url: str
    idp_client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PathSettings:
    """Folders: ``root`` holds themes/, tenants/, policies/ and migrations/."""

    root: Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one process is told from outside.

    Attributes:
        master_keys: the first wraps what is new, all of them unwrap.
    """

    environment: str
    secret_key: str = field(repr=False)
    master_keys: tuple[MasterKey, ...]
    database: DatabaseSettings
    redis: RedisSettings
    typesense: TypesenseSettings
    web: WebSettings
    mail: MailSettings
    files: FileSettings
    embeddings: EmbeddingSettings
    jobs: JobSettings
    paths: PathSettings
    demo: DemoSettings

    @property
    def development(self) -> bool:
        """Whether conveniences that would be risks elsewhere are on (GraphiQL, introspection, demo data)."""
        return self.environment == "development"

    def require_addresses(self) -> None:
        """Refuse to run the product without what it connects to.

        Raises:
            InvalidSetting: an address is missing.
        """
        require(self.database.platform_url, "PLATFORM_DATABASE_URL")
        require(self.redis.url, "REDIS_URL")

    @classmethod
    def from_env(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Read the environment.

        Raises:
            InvalidSetting: a variable is malformed, or production lacks one that it needs.
        """
        env = _Environment(variables)
        environment = env.text("ENVIRONMENT", "production")
        if environment not in {"development", "production"}:
            raise InvalidSetting(f"CTORENDANG_ENVIRONMENT must be development or production, not {environment!r}.")
        secret_key = env.text("SECRET_KEY")
        if len(secret_key) < 32:
            raise InvalidSetting("CTORENDANG_SECRET_KEY must hold at least 32 characters; try `openssl rand -hex 32`.")
        return cls(
            environment=environment,
            secret_key=secret_key,
            master_keys=_master_keys(env),
            database=_database(env),
            redis=RedisSettings(url=env.text("REDIS_URL")),
            typesense=TypesenseSettings(url=env.text("TYPESENSE_URL"), api_key=env.text("TYPESENSE_API_KEY")),
            web=WebSettings(
                scheme=env.text("SCHEME", "http" if environment == "development" else "https"),
                public_port=env.number("PUBLIC_PORT", 8000 if environment == "development" else 443),
                trusted_proxies=env.words("TRUSTED_PROXIES"),
            ),
            mail=MailSettings(smtp_url=env.text("SMTP_URL"), sender=env.text("MAIL_SENDER", "no-reply@localhost")),
            files=FileSettings(url=env.text("FILES_URL")),
            embeddings=EmbeddingSettings(
                base_url=env.text("EMBEDDINGS_URL"),
                api_key=env.text("EMBEDDINGS_API_KEY"),
                model=env.text("EMBEDDINGS_MODEL", "text-embedding-3-small"),
            ),
            jobs=JobSettings(
                lease_seconds=env.number("JOBS_LEASE_SECONDS", 30),
                sweep_seconds=env.number("JOBS_SWEEP_SECONDS", 5),
                concurrency=env.number("JOBS_CONCURRENCY", 8),
            ),
            paths=PathSettings(root=Path(env.text("ROOT", str(_REPOSITORY)))),
            demo=DemoSettings(
                idp_url=env.text("IDP_URL"),
                idp_client_secret=env.text("IDP_CLIENT_SECRET"),
            ),
        )


def _database(env: _Environment) -> DatabaseSettings:
    return DatabaseSettings(
        url=require(env.text("DATABASE_URL"), "DATABASE_URL"),
        owner_url=env.text("OWNER_DATABASE_URL"),
        platform_url=env.text("PLATFORM_DATABASE_URL"),
        relay_url=env.text("RELAY_DATABASE_URL"),
        pool_size=env.number("DATABASE_POOL_SIZE", 10),
    )


def _master_keys(env: _Environment) -> tuple[MasterKey, ...]:
    pairs = env.words("MASTER_KEYS")
    keys = [_master_key(pair) for pair in pairs]
    known = [key for key in keys if key]
    if not known or len(known) < len(pairs) or len({key.id for key in known}) < len(known):
        raise InvalidSetting(
            "CTORENDANG_MASTER_KEYS must hold id:key pairs by commas, each id once and each key 32 bytes in Base64;"
            " `ctorendang keys new` makes one."
        )
    return tuple(known)


def _master_key(pair: str) -> MasterKey | None:
    key_id, _, encoded = pair.partition(":")
    plain = encoded.translate(str.maketrans("+/", "-_")).rstrip("=")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", key_id) or not re.fullmatch(r"[\w-]{43}", plain, re.ASCII):
        return None
    return MasterKey(key_id, base64.urlsafe_b64decode(f"{plain}="))
