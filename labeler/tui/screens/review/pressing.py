"""From a pressed key to an action, or to nothing: slips of the hand are caught here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from labeler.domain.change import Change
from labeler.domain.question import Numeric
from labeler.review.entry import takes_single_digits
from labeler.tui.actions import Action, Context
from labeler.tui.screens.review.commands import Commands
from labeler.tui.screens.review.keys import AT_ONCE, JUDGING, SWALLOWING
from labeler.tui.screens.review.slips import HeldKey, Press

if TYPE_CHECKING:
    from labeler.tui.screens.review.screen import ReviewScreen


class Pressing:
    """Hears the keys of a review screen, one at a time, in the order in which they were pressed."""

    def __init__(self, screen: ReviewScreen, commands: Commands, guard_ms: int) -> None:
        self._screen = screen
        self._commands = commands
        self._held = HeldKey(guard_ms)
        self._swallowing = False
        self._before: Change | None = None

    async def press(self, key: str) -> None:
        """Do what `key` does now, about what is selected now."""
        await self._screen.aiming.follow()
        await self._press(key)
        await self._screen.aiming.follow()

    async def _press(self, key: str) -> None:
        screen = self._screen
        if screen.confirming.is_open:
            await screen.confirming.press(key)
            return
        if self._swallowing and key not in ("escape", "enter"):
            return
        if self._swallowing or key == "escape":
            if key == "escape" and (screen.search is not None or not self._swallowing):
                await screen.leave_field()
            self._swallowing = False
            screen.say("")
            return
        action = screen.copying.action(key) or self._action(key)
        if action is None:
            screen.say(f"{key} does nothing here; ? shows every key")
            return
        screen.say("")
        if not self._answers_at_once(action):
            self._held.let_go()
        elif not await self._is_meant(key):
            return
        await self.run(action.id, key)

    def _action(self, key: str) -> Action | None:
        """What a key does: in a search, else in what stands over the conversation, else in the review."""
        screen = self._screen
        contexts = [Context.SEARCH] if screen.search is not None else []
        contexts += [Context.OVERLAY] if screen.views.is_open else []
        found = (screen.keymap.action(context, key) for context in (*contexts, Context.REVIEW))
        return next((action for action in found if action is not None and screen.views.takes(action)), None)

    async def run(self, action_id: str, key: str = "") -> None:
        """Do what an action does, unless the trace cannot be judged now. Typing after a refused field is swallowed."""
        if action_id in JUDGING and (why := self._why_not_judged()):
            self.refused(action_id, why)
            return
        await self._commands.run(action_id, key)

    def refused(self, action_id: str, why: str) -> None:
        """Say why; people type on after keys that open a field, and that must not answer anything."""
        self._swallowing = action_id in SWALLOWING or (action_id == "answer.option" and self._digits_open_a_field)
        self._screen.say(f"{why} · Esc or Enter goes on" if self._swallowing else why, "warning")

    def field_closed(self) -> None:
        """Enter closed a field. Held down, it comes again to the item that this brought."""
        self._held.press("enter", _now_ms())

    def moved(self) -> None:
        """Another item is there, not painted yet."""
        self._held.moved()

    def painted(self) -> None:
        """The item is on the screen."""
        self._held.painted(_now_ms())

    async def _is_meant(self, key: str) -> bool:
        desk = self._screen.desk
        press = self._held.press(key, _now_ms())
        if press is Press.TAKE_BACK and desk.last_change is not self._before:
            await self._commands.run("edit.undo")
            self._screen.say(f"{key} was held down: what it did last is taken back", "warning")
        if press is Press.ACT:
            self._before = desk.last_change
        return press is Press.ACT

    def _answers_at_once(self, action: Action) -> bool:
        """Whether the key answers by itself. Where it opens a field, ignoring it would lose what is typed first."""
        return action.id in AT_ONCE and not (action.id == "answer.option" and self._digits_open_a_field)

    @property
    def _digits_open_a_field(self) -> bool:
        question = self._screen.desk.state.question
        if question is None or not isinstance(question.input, Numeric):
            return False
        return not takes_single_digits(question.input)

    def _why_not_judged(self) -> str:
        screen = self._screen
        if screen.search is not None:
            return "Esc ends the search"
        item = screen.desk.state.item
        if item is None or item.trace_id in screen.desk.state.absent:
            return ""
        if screen.desk.document(item.trace_id) is None:
            return "The trace is still loading; nothing is labelled unread"
        return ""


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
