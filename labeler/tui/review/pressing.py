"""From a pressed key to an action, or to nothing: slips of the hand are caught here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from labeler.domain.change import Change
from labeler.domain.question import Numeric
from labeler.review.action import Digit, Submit
from labeler.review.answer_values import takes_single_digits
from labeler.review.item_states import enter_answers_with_none
from labeler.tui.actions import Action, Context, Rule
from labeler.tui.keyboard.key_guard import Act, Ignore, KeyGuard, TakeBack, Why
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.typed_on import Typed, TypedOn
from labeler.tui.keymap import Keymap
from labeler.tui.review.commands import Commands
from labeler.tui.review.leaving import Leaving

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

_TOO_EARLY: Final = "too early: ignored"


class Pressing:
    """Hears the keys of a review screen, one at a time, in the order in which they were pressed.

    `clock` gives seconds, on the clock of the presses.
    """

    def __init__(self, screen: ReviewScreen, commands: Commands, keymap: Keymap, guard_ms: int) -> None:
        self.clock = time.monotonic
        self._screen = screen
        self._commands = commands
        self._keymap = keymap
        self._guard = KeyGuard(guard_ms)
        self._typed_on = TypedOn(keymap)
        self._leaving = Leaving()
        self._pressed_s = float("-inf")
        self._before: Change | None = None

    async def press(self, pressed: Pressed) -> None:
        """Do what a key does now, about what is selected now."""
        await self._screen.aiming.follow()
        await self._press(pressed)
        await self._screen.aiming.follow()

    async def _press(self, pressed: Pressed) -> None:
        screen, key = self._screen, pressed.key
        if screen.confirm.takes(pressed):
            self.heard(pressed)
            screen.answer_question(pressed)
            return
        typed = self._typed_on.press(key)
        if typed is not Typed.NOTHING:
            if typed is Typed.END:
                await self._end_typed_on(pressed)
            return
        menu = screen.copying
        in_menu = menu.takes(key)
        action = menu.hear(key) if in_menu else self._action(key)
        if not in_menu:
            menu.leave()
        if action is None:
            self.heard(pressed)
            nothing = f"{key} does nothing here; {self._keymap.spelled('{app.help} shows every key')}"
            screen.say("" if in_menu else nothing)
        elif await self._is_meant(action, pressed):
            screen.say("")
            await self.run(action)

    async def _end_typed_on(self, pressed: Pressed) -> None:
        """A key ended what was typed on after a refused one. It ends a search as well, where it would."""
        self.heard(pressed)
        if self._screen.search is not None and self._leaves(pressed.key) is not None:
            await self._screen.leave_field()
        self._screen.say("")

    def _action(self, key: str) -> Action | None:
        """What a key does: leave, else in a search, else in what stands over the conversation, else in the review."""
        screen = self._screen
        contexts = [Context.SEARCH] if screen.search is not None else []
        contexts += [Context.OVERLAY] if screen.views.is_open else []
        found = (self._keymap.action(context, key) for context in (*contexts, Context.REVIEW))
        in_turn = (self._leaves(key), *found)
        return next((action for action in in_turn if action is not None and screen.views.takes(action)), None)

    def _leaves(self, key: str) -> Action | None:
        """The action that leaves one thing, if a key does that. It goes before whatever else the key does."""
        action = self._keymap.action(Context.REVIEW, key)
        return action if action is not None and action.id == "app.leave" else None

    async def run(self, action: Action) -> None:
        """Do what an action does, unless the trace cannot be judged now. Typing after a refused field is swallowed."""
        if why := self.why_not(action):
            self.refused(action, why)
            return
        await self._commands.run(action)

    async def command(self, action: Action) -> None:
        """Do what was typed on the command line, unless that was for the item before."""
        if self._guard.is_early(action.consequence):
            self._screen.say(_TOO_EARLY, "warning")
        else:
            await self.run(action)

    def refused(self, action: Action, why: str) -> None:
        """Say why; people type on after keys that open a field, and that must not answer anything."""
        is_digit = isinstance(action.run, Rule) and isinstance(action.run.action, Digit)
        opens_field = action.opens_field or (is_digit and self._digits_open_a_field)
        self._screen.say(self._typed_on.refuse(why, opens_field), "warning")

    def heard(self, pressed: Pressed) -> None:
        """A key was pressed that did something else: a repeat of it is one here as well."""
        self._pressed_s = pressed.at_s
        self._guard.heard(pressed.key, pressed.at_s * 1000)

    def closed(self, pressed: Pressed | None = None) -> None:
        """What stood over the conversation was closed, by a press that was not for the review, else by the last."""
        if pressed is not None:
            self.heard(pressed)
        self._leaving.closed(self._pressed_s)

    def may_leave(self) -> bool:
        """Whether the key pressed last was meant to leave, where it leaves; if not, the next one is."""
        is_meant = self._leaving.is_meant(self._pressed_s)
        if not is_meant:
            self._leaving.ask(self._pressed_s)
        return is_meant

    def moved(self) -> None:
        """Another item, or a trace where none was before, is about to be painted."""
        self._guard.moved()

    def painted(self) -> None:
        """It is on the screen."""
        self._guard.painted(self.clock() * 1000)

    async def _is_meant(self, action: Action, pressed: Pressed) -> bool:
        """Whether a key was meant to do this; if it was not, says why where nothing better is said."""
        screen, key = self._screen, pressed.key
        self._pressed_s = pressed.at_s
        verdict = self._guard.press(key, pressed.at_s * 1000, action.consequence)
        match verdict:
            case Act() if self._enters_none(action):
                self._before = screen.desk.last_change  # nothing was done that repeats could take back
                screen.say(f"{key} so soon after {key} answers nothing; pressed again in a second it answers none")
                return False
            case Act():
                if action.consequence.is_guarded:
                    self._before = screen.desk.last_change
            case Ignore(Why.TOO_EARLY):
                self.refused(action, self.why_not(action) or _TOO_EARLY)
            case TakeBack() if screen.desk.last_change is not self._before:
                await self._commands.take_back()
                screen.say(f"{key} was held down: what it did last is taken back", "warning")
            case _ if not screen.notice:
                screen.say(f"{key} held down acts once")
        return isinstance(verdict, Act)

    def _enters_none(self, action: Action) -> bool:
        """Whether a press that may be a held Enter's would make an answer, for which nothing else was pressed."""
        submits = isinstance(action.run, Rule) and isinstance(action.run.action, Submit)
        return submits and self._guard.may_be_held and enter_answers_with_none(self._screen.desk.state)

    @property
    def _digits_open_a_field(self) -> bool:
        question = self._screen.desk.state.question
        if question is None or not isinstance(question.input, Numeric):
            return False
        return not takes_single_digits(question.input)

    def why_not(self, action: Action) -> str:
        """Why an action cannot be done with what is on the screen now; empty when it can, as far as that goes."""
        screen = self._screen
        if screen.search is not None and action.consequence.decides:
            return self._keymap.spelled("{app.leave} ends the search")
        item = screen.desk.state.item
        if not action.consequence.judges or item is None or item.trace_id in screen.desk.state.absent:
            return ""
        if screen.desk.document(item.trace_id) is None:
            return "The trace is still loading; nothing is labelled unread"
        return ""
