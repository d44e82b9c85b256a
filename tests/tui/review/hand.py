"""A hand at a review screen, and eyes on it, wherever its desk has its traces from."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from labeler.desk.desk import Desk
from labeler.tui.app import LabelerApp
from labeler.tui.appearance import UNICODE
from labeler.tui.keymap import build_keymap
from labeler.tui.media import MediaSettings
from labeler.tui.review.screen import ReviewScreen
from labeler.tui.theme import load_theme
from labeler.tui.widgets.line_widget import LineWidget
from tests.tui.snapshot import screen_text

_CHARACTERS = {"enter": "\r", "escape": "\x1b", "tab": "\t", "backspace": "\x7f", "space": " ", "ctrl+j": "\n"}
A_SECOND_S = 1.0
SETTLED = 4
"""Rounds of the message queues: a key goes from the app to a field, from there to the screen, and back."""


@dataclass
class Hand:
    """Keys for a review screen, and what is seen on it. `press` is a hand that reads first; `type` is one burst."""

    app: LabelerApp
    pilot: Pilot[None]
    desk: Desk
    _ahead_s: float = field(default=0.0, kw_only=True)
    _stopped_s: float | None = field(default=None, kw_only=True)

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each until everything it caused is painted and the trace is there to read."""
        for key in keys:
            await self.press_at_once(key)
            await self.trace_is_here()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys without waiting for a trace that is still loading."""
        for key in keys:
            self._send(key)
            await self.settle()

    async def type(self, text: Iterable[str]) -> None:
        """Type text, or press keys, as fast as hands never do."""
        self._send(*text)
        await self.settle()

    async def command(self, words: str) -> None:
        """Give a command on the command line."""
        await self.press_at_once(":")
        await self.type(words)
        await self.press("enter")

    def pressed_after(self, seconds: float) -> None:
        """Have the next key pressed so long after the one before, and not a second later."""
        self._ahead_s += seconds - A_SECOND_S

    def _send(self, *keys: str) -> None:
        """Keys that came together, a second after whatever was pressed and painted before."""
        self._ahead_s += A_SECOND_S
        at_s = self.now_s()
        for key in keys:
            event = events.Key(key, _CHARACTERS.get(key, key if len(key) == 1 else None))
            event.time = at_s
            self.app.post_message(event)

    def now_s(self) -> float:
        """The clock of the presses: it goes on by a second whenever something is pressed."""
        return (time.monotonic() if self._stopped_s is None else self._stopped_s) + self._ahead_s

    def stop_clock(self) -> None:
        """Have time go on by presses alone, however long the machine takes for what they do."""
        self._stopped_s = time.monotonic()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def resize(self, columns: int, rows: int) -> None:
        await self.pilot.resize_terminal(columns, rows)
        await self.pilot.pause(0.05)
        await self.settle()

    async def trace_is_here(self) -> None:
        """Wait until the current item's document is shown, unless it cannot be had, and what is copied is copied."""
        await self.wait_for(
            lambda: not [each for each in self.app.workers if each.group == "copy" and each.is_running], "the clipboard"
        )
        item, desk = self.desk.state.item, self.desk
        if item is not None:
            await self.wait_for(
                lambda: desk.library.get(item.trace_id) is not None or item.trace_id in desk.state.absent,
                f"the document of {item.trace_id}",
            )
            await self.settle()

    async def all_is_told(self) -> None:
        """Wait until every document that the desk wants ready is, and the counts are those of the journal."""
        wanted = [each for each in self.desk.wanted() if each not in self.desk.state.absent]
        await self.wait_for(lambda: all(self.desk.library.get(each) for each in wanted), "the documents around here")
        await self.desk.deliveries.refresh()
        await self.settle()

    async def settle(self) -> None:
        """Until every message there is has been heard and what it changed is painted."""
        for _ in range(SETTLED):
            await self.pilot.pause(0)

    async def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Wait until `condition()` holds, at most 10 s."""
        for _ in range(2000):
            if condition():
                return
            await self.pilot.pause(0.005)
        raise AssertionError(f"waited 10 s for {what}\n{self.screen}")

    def line(self, name: str) -> str:
        """The text of a small widget: ``status``, ``panel``, ``key-line``, ``header``."""
        return "\n".join(self.review.query_one(f"#{name}", LineWidget).plain_lines())

    @property
    def review(self) -> ReviewScreen:
        """The review screen, also below an overlay."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, ReviewScreen))

    @property
    def screen(self) -> str:
        """Everything on the screen."""
        return screen_text(self.app)

    @property
    def said(self) -> str:
        """The sentence in place of the keys, the question back, or the keys."""
        return self.line("confirm" if self.review.confirm.display else "key-line").strip()

    @property
    def position(self) -> int:
        return self.desk.state.position

    def values(self, index: int) -> dict[str, object]:
        """Current answers of the item at `index`, by question."""
        trace_id = self.desk.state.items[index].trace_id
        return {name: answer.value for name, answer in self.desk.state.answers_of(trace_id).items()}

    def comment(self, index: int, question: str) -> str | None:
        """The comment on an answer of the item at `index`."""
        return self.desk.state.answers_of(self.desk.state.items[index].trace_id)[question].comment


@asynccontextmanager
async def on_screen(
    desk: Desk, folder: Path, size: tuple[int, int] = (120, 40), kind: type[LabelerApp] = LabelerApp
) -> AsyncIterator[Hand]:
    """A review screen on a desk that is at work already, in an app of this kind. `folder` is for copies of media."""
    media = MediaSettings(folder, (), pictures=False)
    app = kind(desk, build_keymap({}), load_theme(), UNICODE, 0, (), lambda: None, media, None)
    async with app.run_test(size=size) as pilot:
        hand = Hand(app, pilot, desk)
        hand.review.presses.clock = hand.now_s
        await hand.trace_is_here()
        await hand.settle()
        yield hand
