"""How far apart people live, by the clocks on their walls."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_DAY = 24 * 60
_HOUR = 3600
_DEGREES_A_MINUTE = 360 / _DAY


def offset(zone: str, at: datetime) -> int:
    """Minutes ahead of UTC at a moment; 0 for what is no zone."""
    try:
        ahead = at.astimezone(_zone(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return 0
    return 0 if ahead is None else round(ahead.total_seconds() / 60)


def apart(one: int, other: int) -> int:
    """Minutes between two offsets, the short way round the day: 13 hours ahead and 10 behind are one hour apart."""
    difference = abs(one - other) % _DAY
    return min(difference, _DAY - difference)


def minutes_apart(zone: str, at: datetime) -> Mapping[str, int]:
    """How far every zone of the database is from this one at a moment."""
    return _minutes_apart(zone, int(at.timestamp()) // _HOUR)


@lru_cache(maxsize=512)
def _minutes_apart(zone: str, hour: int) -> dict[str, int]:
    # Clocks change on the hour, or on the half of one; an hour is as long as an answer may be kept.
    at = datetime.fromtimestamp(hour * _HOUR, ZoneInfo("UTC"))
    here = offset(zone, at)
    return {other: apart(here, ahead) for other, ahead in _offsets(hour).items()}


@lru_cache(maxsize=2)
def _offsets(hour: int) -> dict[str, int]:
    at = datetime.fromtimestamp(hour * _HOUR, ZoneInfo("UTC"))
    return {zone: offset(zone, at) for zone in _every()}


# Reading all of them from their files takes a third of a second, and the library lets go of them again.
@lru_cache(maxsize=1_024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _every() -> list[str]:
    return sorted(available_timezones())


def longitude(minutes: int) -> float:
    """Where on the equator the sun keeps this offset: distances between such places order as offsets do."""
    degrees = minutes * _DEGREES_A_MINUTE
    return degrees - 360 if degrees > 180 else degrees + 360 if degrees < -180 else degrees
