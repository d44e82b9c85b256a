"""Waits that end: what does not come in time is said, instead of waited for until somebody ends the run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def patience(seconds: float, awaited: str) -> AsyncIterator[None]:
    """Raise AssertionError, saying what was awaited, when the block takes longer."""
    try:
        async with asyncio.timeout(seconds) as waiting:
            yield
    except TimeoutError:
        if not waiting.expired():
            raise
        raise AssertionError(f"waited {seconds:.0f} s for {awaited}") from None
