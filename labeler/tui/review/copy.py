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
        self._one_at_a_time = asyncio.Lock()

    def menu(self) -> None:
        """Open it."""
        offered = (action for action in self._screen.keymap.actions if action.context is Context.COPY and action.hint)
        words = "  ".join(f"{action.keys[0]} {action.hint}" for action in offered if action.keys)
        self.leave()
        self._is_open = True
        self._screen.say(f"copy:  {words}")

    def takes(self, key: str) -> bool:
        """Whether a key is for the menu: any while it is open, and the one that writes what was just copied."""
        return self._is_open or (self._copied is not None and self._writes(key))

    def hear(self, key: str) -> Action | None:
        """Close the menu with a key that it takes; returns what that does, or None where it only closes."""
        action = self._screen.keymap.action(Context.COPY, key)
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

    def copy(self, what: str) -> None:
        """Copy something beside the keys: a program that takes it may be slow."""
        copied = self._text(what)
        if isinstance(copied, str):
            self._screen.say(copied, "warning")
            return
        self._copied = copied
        self._screen.run_worker(self._hand_over(copied), group="copy", exit_on_error=False)

    async def write(self) -> None:
        """Write what was copied to a file."""
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

    async def _hand_over(self, copied: Copied) -> None:
        """Hand a text to the clipboard and say which has it. What is copied later is handed over later."""
        length = f"{len(copied.text):,} characters"
        async with self._one_at_a_time:
            program = await asyncio.to_thread(hand_to_program, copied.text, os.environ)
            if self._screen.is_gone:
                return
            if program:
                self._say(copied, f"copied {copied.what}, {length}, to {program}")
            elif len(copied.text) > _MOST_CHARACTERS:
                self._say(copied, f"{copied.what} is too long for a terminal's clipboard, {length}", "warning")
            else:
                self._screen.app.copy_to_clipboard(copied.text)
                self._say(copied, f"handed {copied.what}, {length}, to {way_to_terminal(os.environ)}")

    def _say(self, copied: Copied, sentence: str, role: str = "chrome.strong") -> None:
        """Say what came of copying and offer a file; once another key was pressed, only where nothing else is said."""
        if self._copied is copied:
            offer = " · {copy.file} writes it to a file" if self._screen.keymap.first_key("copy.file") else ""
            self._screen.say(f"{sentence}{self._screen.keymap.spelled(offer)}", role)
        elif role == "warning" or not self._screen.notice:
            self._screen.say(sentence, role)

    def _writes(self, key: str) -> bool:
        action = self._screen.keymap.action(Context.COPY, key)
        return action is not None and action.id == "copy.file"

    def _text(self, what: str) -> Copied | str:
        """What is copied, or why nothing is."""
        screen, desk = self._screen, self._screen.desk
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
            return screen.keymap.spelled(desk.why_absent(item.trace_id))
        if what == "trace":
            return Copied("the whole trace", "trace", prepared.document.plain_text)
        shown = screen.views.document or prepared.document
        number = screen.views.conversation.current_message() or 0
        said = [text for block in shown.blocks if block.message == number and (text := block.plain_text)]
        return Copied("the message", f"message-{number + 1}", "\n\n".join(said))


def name_of(trace_id: str) -> str:
    """A trace in the names of files."""
    return _NOT_IN_NAMES.sub("_", trace_id[:_ID_LENGTH])
