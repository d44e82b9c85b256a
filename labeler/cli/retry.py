"""Trying again while somebody waits at the terminal: one broken connection is no reason to end before a review."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from labeler.backends.base import Ambiguous, Unreachable
from labeler.cli.output import print_message

T = TypeVar("T")

_PAUSES_S: Final = (1.0, 3.0)
"""Seconds before the second try and before the third, which is the last."""

_PATIENCE_S: Final = 8.0
"""Seconds after the first try in which another one may begin: nobody waits for a second timeout."""


async def with_retries(attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` comes to, tried up to three times, each pause announced.

    Only what may be different in a moment is tried again: no connection, and a server's 5xx. Whatever else
    `attempt` raises is raised at once, and so is what the last try raises. It may run several times, so it has to
    change nothing that a second run would change again.
    """
    began = time.monotonic()
    for number, pause_s in enumerate(_PAUSES_S, 2):
        try:
            return await attempt()
        except (Unreachable, Ambiguous) as error:
            wait_s = max(pause_s, error.retry_after_s or 0)
            if time.monotonic() - began + wait_s > _PATIENCE_S:
                raise
            print_message(f"{str(error).rstrip('.')}. Trying again in {wait_s:g} s, {number} of {len(_PAUSES_S) + 1}")
            await asyncio.sleep(wait_s)
    return await attempt()
