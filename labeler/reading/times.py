"""Moments for people."""

from __future__ import annotations

from datetime import datetime


def moment(at_ms: float) -> str:
    """A moment in milliseconds since the epoch, in local time, to the second; the empty string where there is none."""
    if at_ms <= 0:
        return ""
    try:
        return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%d %b %Y %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return ""
