"""Having a calendar file read, at arm's length."""

import asyncio
import json
from datetime import UTC, datetime

from ctorendang.domains.calendar import ical_reader
from ctorendang.domains.calendar.errors import CalendarNotReadable
from ctorendang.domains.calendar.slots import Span, merged
from ctorendang.infra.apart import run_apart

_SECONDS = 20.0
_SLOW = "This calendar takes too long to read: its events repeat too often. Offer a smaller one."
# Each may take a core for a moment; whoever comes third waits.
_turn = asyncio.Semaphore(2)


async def busy_times(content: bytes, zone: str, within: Span) -> list[Span]:
    """When the owner of a calendar is busy.

    Args:
        content: the file (RFC 5545).
        zone: where the owner is, for days and for times that name no zone.
        within: what is asked about; the rest is left out.

    Raises:
        CalendarNotReadable: it is no calendar, or one that asks for too much; the detail says which.
    """
    async with _turn:
        try:
            status, output = await run_apart(
                ical_reader.__file__,
                zone,
                within.starts_at.isoformat(),
                within.ends_at.isoformat(),
                content=content,
                seconds=_SECONDS,
            )
        except TimeoutError:
            raise CalendarNotReadable(_SLOW) from None
    if status == ical_reader.REFUSED:
        raise CalendarNotReadable(output.decode())
    if status:
        raise CalendarNotReadable(_SLOW)
    pairs = [[datetime.fromtimestamp(seconds, UTC) for seconds in pair] for pair in json.loads(output)]
    return merged(Span(starts_at, ends_at) for starts_at, ends_at in pairs)
