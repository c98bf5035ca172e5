"""Limits on attempts, per account and per address."""

import hashlib
import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from ctorendang.infra.errors import TooManyAttempts

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts within so many seconds."""

    name: str
    attempts: int
    seconds: int


class AttemptLimiter:
    """Counts attempts in fixed windows.

    Valkey holds the counts for all processes. While it is away, each process counts for itself: sign-in goes on and
    stays limited.
    """

    def __init__(self, redis: Redis, *, size: int = 100_000, retry_seconds: float = 5) -> None:
        self._redis = redis
        self._local: OrderedDict[str, int] = OrderedDict()
        self._size = size
        self._retry_seconds = retry_seconds
        self._away_until = 0.0

    async def count(self, limit: Limit, *subject: str) -> None:
        """Count one attempt of a subject.

        Raises:
            TooManyAttempts: there were enough in this window.
        """
        if await self._add(1, _key(limit, subject), limit.seconds) > limit.attempts:
            raise TooManyAttempts(max(1, int(limit.seconds - time.time() % limit.seconds)))

    async def allows(self, limit: Limit, *subject: str) -> bool:
        """Count one attempt of a subject; whether there were not yet enough."""
        try:
            await self.count(limit, *subject)
        except TooManyAttempts:
            return False
        return True

    async def forgive(self, limit: Limit, *subject: str) -> None:
        """Take one attempt back: it turned out to be rightful."""
        await self._add(-1, _key(limit, subject), limit.seconds)

    async def _add(self, change: int, key: str, seconds: int) -> int:
        if time.monotonic() >= self._away_until:
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    pipeline.incrby(key, change)
                    pipeline.expire(key, seconds)
                    return int((await pipeline.execute())[0])
            except (RedisError, OSError) as error:
                _log.warning("attempts are counted in this process only", error=type(error).__name__)
                self._away_until = time.monotonic() + self._retry_seconds
        count = self._local[key] = self._local.pop(key, 0) + change
        if len(self._local) > self._size:
            self._local.popitem(last=False)
        return count


def _key(limit: Limit, subject: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(map(_coarse, subject)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"attempts:{limit.name}:{digest}:{int(time.time() // limit.seconds)}"


def _coarse(subject: str) -> str:
    """An IPv6 address stands for its /64, which is what one subscriber gets; anything else for itself."""
    try:
        return str(ipaddress.IPv6Network((subject, 64), strict=False))
    except ValueError:
        return subject
