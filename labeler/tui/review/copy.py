"""Copying: to a clipboard by whichever way there is, and, since no terminal says whether it took it, to a file too."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Final

from labeler.dataclass import dataclass
from labeler.desk.desk import Desk
from labeler.domain.web_address import web_address
from labeler.reading.sanitise import sanitise
from labeler.tui.action_table import Action, Context
from labeler.tui.clipboard import hand_to_program, way_to_terminal
from labeler.tui.keymap import Keymap
from labeler.tui.media.private_files import write_privately
from labeler.tui.review.trace_pane import TracePane

_ID_LENGTH: Final = 16
"""Characters of a trace's ID in a file's name: enough to tell traces apart, and to be said on a narrow screen."""

_MOST_CHARACTERS: Final = 500_000
"""Longer texts are not sent to a terminal: none takes them, and they would hold up the screen."""

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Copied:
    """A text that was copied: what it is, for people and in a file's name."""

    what: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What came of copying, in a sentence. `by_terminal`: the text is still to be written to the terminal."""

    sentence: str
    role: str = "chrome.strong"
    by_terminal: bool = False


class CopyMenu:
    """The menu of what can be copied, open for one key; and what was copied last, which the next key may write."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._is_open = False
        self._copied: Copied | None = None
        self.one_at_a_time = asyncio.Lock()
        """Held while a text is handed over: what is copied later is handed over later."""

    def open(self) -> str:
        """Open it; returns what it offers."""
        offered = (action for action in self._keymap.actions if action.context is Context.COPY and action.hint)
        words = "  ".join(f"{action.keys[0]} {action.hint}" for action in offered if action.keys)
        self.leave()
        self._is_open = True
        return f"copy:  {words}"

    def takes(self, key: str) -> bool:
        """Return whether a key is for the menu: any while it is open, and the one that writes what was just copied."""
        return self._is_open or (self._copied is not None and self._writes(key))

    def hear(self, key: str) -> Action | None:
        """Close the menu with a key that it takes; returns what that does, or None where it only closes."""
        action = self._keymap.action(Context.COPY, key)
        was_open, copied = self._is_open, self._copied
        self.leave()
        if self._writes(key):
            self._copied = copied
            return action if copied is not None else None
        return action if was_open else None

    def leave(self) -> bool:
        """Close it, and offer nothing more of what was copied; tells whether it was open."""
        was_open = self._is_open
        self._is_open, self._copied = False, None
        return was_open

    def copies(self, copied: Copied) -> None:
        """Note what is being copied: the next key may write it."""
        self._copied = copied

    def offers(self, copied: Copied) -> bool:
        """Return whether what was copied may still be written: no other key was pressed since."""
        return self._copied is copied

    @property
    def offer(self) -> str:
        """How the next key writes what was copied; nothing where no key does."""
        return self._keymap.spelled(" · {copy.file} writes it to a file") if self._keymap.first_key("copy.file") else ""

    def take(self) -> Copied | None:
        """Return what was copied last, if it may still be written; it is offered no more."""
        copied, self._copied = self._copied, None
        return copied

    def _writes(self, key: str) -> bool:
        action = self._keymap.action(Context.COPY, key)
        return action is not None and action.id == "copy.file"


def text_to_copy(desk: Desk, pane: TracePane, what: str) -> Copied | str:
    """Return what is copied, or why nothing is."""
    item = desk.state.item
    if item is None:
        return "The worklist is empty"
    if what == "id":
        return Copied("the trace's ID", "id", sanitise(item.trace_id))
    if what == "address":
        home = desk.destination_of(item.trace_id)
        address = web_address(home.backend_uri, home.workspace, home.experiment_id, item.trace_id)
        return Copied("the web address", "address", address) if address else "This backend has no web pages"
    prepared = desk.document(item.trace_id)
    if prepared is None:
        return desk.why_absent(item.trace_id)
    if what == "trace":
        return Copied("the whole trace", "trace", prepared.document.plain_text)
    shown = pane.document or prepared.document
    number = pane.conversation.current_message() or 0
    said = [text for block in shown.blocks if block.message == number and (text := block.plain_text)]
    return Copied("the message", f"message-{number + 1}", "\n\n".join(said))


async def hand_over(copied: Copied) -> HandedOver:
    """Hand a text to a program that has the clipboard; where none takes it, say how the terminal is to get it."""
    length = f"{len(copied.text):,} characters"
    if program := await asyncio.to_thread(hand_to_program, copied.text, os.environ):
        return HandedOver(f"copied {copied.what}, {length}, to {program}")
    if len(copied.text) > _MOST_CHARACTERS:
        return HandedOver(f"{copied.what} is too long for a terminal's clipboard, {length}", "warning")
    return HandedOver(f"handed {copied.what}, {length}, to {way_to_terminal(os.environ)}", by_terminal=True)


async def write_copy(copied: Copied, trace_id: str, folder: Path) -> Path:
    """Write what was copied to a file of its own; returns where. Raises `OSError`."""
    file = folder / f"{name_of(trace_id)}-{copied.name}.txt"
    return await asyncio.to_thread(write_privately, file, copied.text.encode())


def name_of(trace_id: str) -> str:
    """Return a trace in the names of files."""
    return _NOT_IN_NAMES.sub("_", trace_id[:_ID_LENGTH])
