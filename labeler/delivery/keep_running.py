"""Keeps work in the background running: a defect in it is logged, told and tried again, and never ends the program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from labeler.journal.models import JournalError

_log = logging.getLogger(__name__)

_AGAIN_S: Final = 5.0
"""Seconds after which what stopped is started again."""


async def keep_running(what: str, run: Callable[[], Awaitable[None]], tell: Callable[[str], None]) -> None:
    """Run `run` again and again until it is cancelled; what it fails with is told once."""
    told = ""
    while True:
        try:
            await run()
        except Exception as error:
            _log.exception("%s stopped and is started again", what)
            said = str(error) if isinstance(error, JournalError | OSError) else type(error).__name__
            if said != told:
                told = said
                tell(
                    f"{what} stopped and is tried again: {said.rstrip('.')}. Your answers are kept; labeler.log has "
                    "the details."
                )
            await asyncio.sleep(_AGAIN_S)
