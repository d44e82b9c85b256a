"""Sizes in words, from bytes: as they were measured, and as limits."""

from __future__ import annotations

from typing import Final

_UNIT: Final = 1024


def size_words(size: float) -> str:
    """Return a size as it was measured: ``74 B``, ``1.5 KB``, ``12 MB``."""
    if size < _UNIT:
        return f"{size:.0f} B"
    amount = float(size)
    for unit in ("KB", "MB", "GB"):
        amount /= _UNIT
        if round(amount) < _UNIT or unit == "GB":
            break
    return f"{amount:.1f} {unit}" if round(amount, 1) < 10 else f"{amount:.0f} {unit}"


def limit_words(size: int) -> str:
    """Return a limit, which is a whole number of megabytes: ``256 MB``."""
    return f"{size >> 20:,} MB"
