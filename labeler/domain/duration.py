"""Durations in words, from milliseconds: as they were measured, and roughly."""

from __future__ import annotations


def duration_words(milliseconds: float) -> str:
    """Return how long something took: ``0.4 ms``, ``111 ms``, ``2.2 s``, ``3 min 5 s``, ``2 h 10 min``.

    A whole number below 10 was measured in whole milliseconds, and is told so: ``5 ms``.
    """
    if milliseconds < 10 and not isinstance(milliseconds, int):
        return f"{milliseconds:.1f} ms"
    if round(milliseconds) < 1000:
        return f"{milliseconds:.0f} ms"
    if round(milliseconds / 1000, 1) < 60:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def rough_duration_words(milliseconds: float) -> str:
    """Return how long something will take, as far as that can be known: ``40 s``, ``12 min``, ``1 h 10``."""
    seconds = round(milliseconds / 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"
