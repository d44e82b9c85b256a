"""From a pressed key to an action, or to nothing: slips of the hand are caught here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from labeler.domain.change import Change
from labeler.domain.question import Numeric
from labeler.review.answer_values import takes_single_digits
from labeler.review.item_states import enter_answers_with_none
from labeler.tui.actions import Action, Context
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.review.commands import Commands
from labeler.tui.review.keys import DECIDING, JUDGING, SWALLOWING, WEIGHTS
from labeler.tui.review.slips import Press, Slips, Weight

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

_TOO_EARLY: Final = "too early: ignored"


class Pressing:
    """Hears the keys of a review screen, one at a time, in the order in which they were pressed.

    `clock` gives seconds, on the clock of the presses.
    """

    def __init__(self, screen: ReviewScreen, commands: Commands, guard_ms: int) -> None:
        self.clock = time.monotonic
        self._screen = screen
        self._commands = commands
        self._slips = Slips(guard_ms)
        self._swallowing = False
        self._before: Change | None = None

    async def press(self, pressed: Pressed) -> None:
        """Do what a key does now, about what is selected now."""
        await self._screen.aiming.follow()
        await self._press(pressed)
        await self._screen.aiming.follow()

    async def _press(self, pressed: Pressed) -> None:
        screen, key = self._screen, pressed.key
        if screen.confirming.takes(pressed):
            self.heard(pressed)
            await screen.confirming.press(pressed)
            return
        if self._swallowing and key not in ("escape", "enter"):
            return
        if self._swallowing or key == "escape":
            self.heard(pressed)
            if key == "escape" and (screen.search is not None or not self._swallowing):
                await screen.leave_field()
            self._swallowing = False
            screen.say("")
            return
        if screen.copying.is_closed_by(key):
            self.heard(pressed)
            screen.say("")
            return
        action = screen.copying.action(key) or self._action(key)
        if action is None:
            self.heard(pressed)
            screen.say(f"{key} does nothing here; ? shows every key")
            return
        if await self._is_meant(action, pressed):
            screen.say("")
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
        if why := self.why_not(action_id):
            self.refused(action_id, why)
            return
        await self._commands.run(action_id, key)

    async def command(self, action_id: str) -> None:
        """Do what was typed on the command line, unless that was for the item before."""
        if self._slips.is_early(WEIGHTS.get(action_id, Weight.READS)):
            self._screen.say(_TOO_EARLY, "warning")
        else:
            await self.run(action_id)

    def refused(self, action_id: str, why: str) -> None:
        """Say why; people type on after keys that open a field, and that must not answer anything."""
        self._swallowing = action_id in SWALLOWING or (action_id == "answer.option" and self._digits_open_a_field)
        self._screen.say(f"{why} · Esc or Enter goes on" if self._swallowing else why, "warning")

    def heard(self, pressed: Pressed) -> None:
        """A key was pressed that did something else: a repeat of it is one here as well."""
        self._slips.press(pressed.key, pressed.at_s * 1000, Weight.READS)

    def moved(self) -> None:
        """Another item, or a trace where none was before, is about to be painted."""
        self._slips.moved()

    def painted(self) -> None:
        """It is on the screen."""
        self._slips.painted(self.clock() * 1000)

    async def _is_meant(self, action: Action, pressed: Pressed) -> bool:
        """Whether a key was meant to do this; if it was not, says why where nothing better is said."""
        screen, key = self._screen, pressed.key
        weight = WEIGHTS.get(action.id, Weight.READS)
        press = self._slips.press(key, pressed.at_s * 1000, weight)
        match press:
            case Press.ACT if self._enters_none(action):
                self._before = screen.desk.last_change  # nothing was done that repeats could take back
                screen.say(f"{key} so soon after {key} answers nothing; pressed again in a second it answers none")
                return False
            case Press.ACT:
                if weight is Weight.ACTS:
                    self._before = screen.desk.last_change
            case Press.TOO_EARLY:
                self.refused(action.id, self.why_not(action.id) or _TOO_EARLY)
            case Press.TAKE_BACK if screen.desk.last_change is not self._before:
                await self._commands.run("edit.undo")
                screen.say(f"{key} was held down: what it did last is taken back", "warning")
            case Press.REPEAT if not screen.notice:
                screen.say(f"{key} held down acts once")
        return press is Press.ACT

    def _enters_none(self, action: Action) -> bool:
        """Whether a press that may be a held Enter's would make an answer, for which nothing else was pressed."""
        submits = action.id == "item.submit" and self._slips.may_be_repeat
        return submits and enter_answers_with_none(self._screen.desk.state)

    @property
    def _digits_open_a_field(self) -> bool:
        question = self._screen.desk.state.question
        if question is None or not isinstance(question.input, Numeric):
            return False
        return not takes_single_digits(question.input)

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done with what is on the screen now; empty when it can, as far as that goes."""
        screen = self._screen
        if screen.search is not None and action_id in DECIDING:
            return "Esc ends the search"
        item = screen.desk.state.item
        if action_id not in JUDGING or item is None or item.trace_id in screen.desk.state.absent:
            return ""
        if screen.desk.document(item.trace_id) is None:
            return "The trace is still loading; nothing is labelled unread"
        return ""
