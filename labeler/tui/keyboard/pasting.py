"""What is said of pasted text for which no field was open."""

from __future__ import annotations


def dropped_paste(text: str) -> str:
    """``pasted text dropped, 14 characters``: it answers nothing."""
    return f"pasted text dropped, {len(text):,} character{'' if len(text) == 1 else 's'}"
