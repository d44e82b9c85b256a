"""Trying again while somebody waits at the terminal: one broken connection does not end a command."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from labeler.backends.base import Ambiguous, Unreachable
from labeler.cli.output import print_message

T = TypeVar("T")

_PAUSES_S: Final = (1.0, 3.0)
"""Seconds to wait before the second and before the third, last try."""

_PATIENCE_S: Final = 8.0
"""Seconds from the first try within which another may begin, so that nobody waits through a second timeout."""


async def with_retries(attempt: Callable[[], Awaitable[T]]) -> T:
    """Return what `attempt` returns, trying up to three times and announcing each pause.

    Only what may pass in a moment is tried again: no connection, and a 5xx of the server. Anything else that `attempt`
    raises is raised at once, and so is the error of the last try. `attempt` may run several times, so a second run must
    do no harm.
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
