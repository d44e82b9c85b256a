"""A field for a name, which takes nothing that was typed before it could be seen."""

from __future__ import annotations

import math

from textual import events
from textual.message import Message
from textual.widgets import Input

from labeler.dataclass import dataclass
from labeler.tui.widgets.editing_keys import hear_edit


class NameField(Input):
    """An input that drops keys pressed before `stands_since_s`, in seconds of the monotonic clock."""

    @dataclass
    class Edited(Message):
        """A key that moves the cursor or deletes was pressed."""

    stands_since_s = math.inf

    async def _on_key(self, event: events.Key) -> None:
        if event.time < self.stands_since_s:
            event.stop()
            event.prevent_default()
        elif event.key != "enter" and await hear_edit(self, event):
            self.post_message(self.Edited())
        else:
            await super()._on_key(event)
