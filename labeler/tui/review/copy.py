"""Copying: to a clipboard by whichever way there is, and, since no terminal says whether it took it, to a file too."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from labeler.reading.sanitise import sanitise
from labeler.tui.actions import Action, Context
from labeler.tui.clipboard import hand_to_program, way_to_terminal
from labeler.tui.media.private_files import in_words, write_privately
from labeler.tui.web_address import web_address

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

_TO_FILE: Final = "copy.file"
_ID_LENGTH: Final = 16
"""Characters of a trace's ID in a file's name: enough to tell traces apart, and to be said on a narrow screen."""

_MOST_CHARACTERS: Final = 500_000
"""Longer texts are not sent to a terminal: none takes them, and they would hold up the screen."""

_SAID_BESIDE: Final = 13
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Copied:
    """A text that was copied: what it is, for people and in a file's name."""

    what: str
    name: str
    text: str


class Copying:
    """The menu of what can be copied, open for one key; and what was copied last, which the next key may write."""

    def __init__(self, screen: ReviewScreen, folder: Path) -> None:
        self._screen = screen
        self._folder = folder
        self._is_open = False
        self._copied: Copied | None = None

    async def menu(self) -> None:
        """Open it."""
        keymap = self._screen.keymap
        offered = [action for action in keymap.actions if action.context is Context.COPY and action.id != _TO_FILE]
        words = "  ".join(f"{action.keys[0]} {action.hint}" for action in offered if action.keys)
        self._is_open, self._copied = True, None
        self._screen.say(f"copy:  {words}")

    def action(self, key: str) -> Action | None:
        """What a key does in the menu, or after it."""
        action = self._screen.keymap.action(Context.COPY, key)
        was_open, copied = self._is_open, self._copied
        self.leave()
        if action is None or not (copied if action.id == _TO_FILE else was_open):
            return None
        self._copied = copied
        return action

    def is_closed_by(self, key: str) -> bool:
        """Whether the menu is open and a key is not in it; that closes it, and does nothing else."""
        action = self._screen.keymap.action(Context.COPY, key)
        return (action is None or action.id == _TO_FILE) and self._is_open and self.leave()

    def leave(self) -> bool:
        """Close it; tells whether it was open."""
        was_open = self._is_open
        self._is_open, self._copied = False, None
        return was_open

    async def run(self, action_id: str) -> None:
        """Copy something, or write what was copied to a file."""
        if action_id == _TO_FILE:
            await self._write()
            return
        copied = self._text(action_id)
        if isinstance(copied, str):
            self._screen.say(copied, "warning")
            return
        self._copied = copied
        key = self._screen.keymap.first_key(_TO_FILE)
        offer = f" · {key} writes it to a file" if key else ""
        length = f"{len(copied.text):,} characters"
        if program := await asyncio.to_thread(hand_to_program, copied.text, os.environ):
            self._screen.say(f"copied {copied.what}, {length}, to {program}{offer}")
        elif len(copied.text) > _MOST_CHARACTERS:
            self._screen.say(f"{copied.what} is too long for a terminal's clipboard, {length}{offer}", "warning")
        else:
            self._screen.app.copy_to_clipboard(copied.text)
            self._screen.say(f"handed {copied.what}, {length}, to {way_to_terminal(os.environ)}{offer}")

    def _text(self, action_id: str) -> Copied | str:
        """What an action copies, or why it copies nothing."""
        screen, desk = self._screen, self._screen.desk
        item = desk.state.item
        if item is None:
            return "The worklist is empty"
        if action_id == "copy.id":
            return Copied("the trace's ID", "id", sanitise(item.trace_id))
        if action_id == "copy.address":
            home = desk.destination_of(item.trace_id)
            address = web_address(home.backend_uri, home.workspace, home.experiment_id, item.trace_id)
            return Copied("the web address", "address", address) if address else "This backend has no web pages"
        prepared = desk.document(item.trace_id)
        if prepared is None:
            return desk.why_absent(item.trace_id)
        if action_id == "copy.trace":
            return Copied("the whole trace", "trace", prepared.document.plain_text)
        shown = screen.views.document or prepared.document
        number = screen.views.conversation.current_message() or 0
        said = [text for block in shown.blocks if block.message == number and (text := block.plain_text)]
        return Copied("the message", f"message-{number + 1}", "\n\n".join(said))

    async def _write(self) -> None:
        copied, item = self._copied, self._screen.desk.state.item
        self._copied = None
        if copied is None or item is None:
            return
        file = self._folder / f"{name_of(item.trace_id)}-{copied.name}.txt"
        try:
            path = await asyncio.to_thread(write_privately, file, copied.text.encode())
        except OSError as error:
            reason = error.strerror or str(error)
            self._screen.say(f"Not written: {reason}. Nothing was changed; it would go to {self._folder}", "warning")
            return
        self._screen.say(f"written to {in_words(path, self._screen.size.width - _SAID_BESIDE)}")


def name_of(trace_id: str) -> str:
    """A trace in the names of files."""
    return _NOT_IN_NAMES.sub("_", trace_id[:_ID_LENGTH])
