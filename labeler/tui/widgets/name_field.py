"""A field for a name, which takes nothing that was typed before it could be seen."""

from __future__ import annotations

import math

from textual import events
from textual.widgets import Input


class NameField(Input):
    """An input that drops keys pressed before `stands_since_s`, in seconds of the monotonic clock."""

    stands_since_s = math.inf

    async def _on_key(self, event: events.Key) -> None:
        if event.time < self.stands_since_s:
            event.stop()
            event.prevent_default()
        else:
            await super()._on_key(event)
