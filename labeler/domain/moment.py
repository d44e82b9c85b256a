"""Moments: in local time for people, in UTC for files and servers. All are in milliseconds since the epoch.

A server may tell any number. What is no date of the calendar reads as nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SPAN: Final = re.compile(r"(\d{1,6})([mhdw])")
_UNITS_MS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def date_and_time(at_ms: float) -> str:
    """Return ``31 Jan 2026 10:00:12``."""
    return _in_words(at_ms, "%d %b %Y %H:%M:%S")


def short_date_and_time(at_ms: float) -> str:
    """Return ``31 Jan 10:00``."""
    return _in_words(at_ms, "%d %b %H:%M")


def time_of_day(at_ms: float) -> str:
    """Return ``10:00``."""
    return _in_words(at_ms, "%H:%M")


def exact_time_of_day(at_ms: float) -> str:
    """Return ``10:00:12``."""
    return _in_words(at_ms, "%H:%M:%S")


def time_or_date(at_ms: float, now_ms: float) -> str:
    """Return the time of today, ``10:00``, and the date of any other day, ``31 Jan``."""
    at, now = _local(at_ms), _local(now_ms)
    if at is None or now is None:
        return ""
    return at.strftime("%H:%M" if at.date() == now.date() else "%d %b")


def recent_day(at_ms: float, now_ms: float) -> str:
    """Return the time of today, ``10:00``, the weekday of the six days before, ``Tue``, and the date before that."""
    at, now = _local(at_ms), _local(now_ms)
    if at is None or now is None:
        return ""
    days = (now.date() - at.date()).days
    return at.strftime("%H:%M" if days == 0 else "%a" if 0 < days < 7 else "%d %b")


def start_of_day(at_ms: float) -> int:
    """Return when the day of a moment began, by the calendar of this machine."""
    moment = _local(at_ms)
    if moment is None:
        return 0
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None).timestamp() * 1000)


def utc_text(at_ms: int) -> str | None:
    """Return ``2026-01-31T10:00:12.345Z`` (RFC 3339), or None for what is no date of the calendar."""
    try:
        return (_EPOCH + at_ms * _MILLISECOND).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return None


def parse_time(text: str) -> int:
    """Return the moment that an ISO 8601 text names. Raises ValueError, also where it has no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return (moment - _EPOCH) // _MILLISECOND


def since_moment(words: str, now_ms: int) -> int:
    """Return the moment that ``7d`` before now, or an ISO 8601 date or time (UTC by default), stands for.

    Raises ValueError for anything else.
    """
    span = _SPAN.fullmatch(words)
    if span:
        return now_ms - int(span[1]) * _UNITS_MS[span[2]]
    moment = datetime.fromisoformat(words)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _in_words(at_ms: float, pattern: str) -> str:
    moment = _local(at_ms)
    return "" if moment is None else moment.strftime(pattern)


def _local(at_ms: float) -> datetime | None:
    """Return the moment in the time zone of this machine; None where there is none, which servers write as 0."""
    if at_ms <= 0:
        return None
    try:
        return datetime.fromtimestamp(at_ms / 1000).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
