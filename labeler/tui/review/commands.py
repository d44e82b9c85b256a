"""What each action does on the screen: through the desk, to the document, or by opening something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from labeler.reading.sanitise import one_line, sanitise
from labeler.reading.views.assessments import brief
from labeler.review import action as act
from labeler.review.decision import Refusal
from labeler.review.possible import verdict
from labeler.tui.outbox.screen import Closed, OutboxScreen
from labeler.tui.review.asking import Asking
from labeler.tui.review.keys import COPIES, IN_EDITOR, REVIEW_ACTIONS, VIEWS
from labeler.tui.screens.help import help_lines
from labeler.tui.screens.overlay import Overlay
from labeler.tui.widgets.styled_text import Line, wrapped

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen


class Commands:
    """Runs actions by their ID."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen
        self.asking = Asking(screen, self)
        self._own: dict[str, Callable[[], Awaitable[None]]] = {
            "answer.accept": self._accept,
            "view.search": self.asking.search,
            "view.next_match": self._next_match,
            "view.previous_match": self._previous_match,
            "view.guideline": self._guideline,
            **{each: partial(screen.toggle_view, each) for each in VIEWS},
            **{each: partial(screen.copying.run, each) for each in COPIES},
            "copy.menu": screen.copying.menu,
            "view.fold": self._fold,
            "view.fold_all": self._fold_all,
            "overlay.open": screen.enter_span,
            "view.aim": screen.aiming.toggle,
            "app.command": self.asking.command,
            "app.help": self._help,
            "outbox.open": self._outbox,
            "app.quit": self._quit,
        }

    async def run(self, action_id: str, key: str = "") -> bool:
        """Do it; tells whether it was done. `key` is the key pressed, where that matters."""
        if action_id == "answer.option":
            return await self.act(act.Digit(key))
        if action_id in REVIEW_ACTIONS:
            return await self._review(action_id)
        if action_id in self._own:
            await self._own[action_id]()
            return True
        self._view(action_id)
        return True

    async def act(self, action: act.Action) -> bool:
        return self._screen.carried_out(await self._screen.desk.act(action))

    async def _review(self, action_id: str) -> bool:
        screen = self._screen
        outcome = await screen.desk.act(REVIEW_ACTIONS[action_id])
        if action_id in IN_EDITOR and not isinstance(outcome, Refusal) and outcome.decision.ask is not None:
            await self.asking.in_editor(outcome.decision.ask)
            return True
        done = screen.carried_out(outcome)
        if isinstance(outcome, Refusal):
            screen.pressing.refused(action_id, outcome.says)
        return done

    def _view(self, action_id: str) -> None:
        screen, document = self._screen, self._screen.views.in_front
        views: dict[str, Callable[[], object]] = {
            "up": lambda: document.scroll_line(-1),
            "down": lambda: document.scroll_line(1),
            "page_down": lambda: document.scroll_page(1),
            "page_up": lambda: document.scroll_page(-1),
            "home": document.go_home,
            "end": document.go_end,
            "close": screen.close_view,
            "previous_message": document.previous_message,
            "next_message": document.next_message,
            "answer": screen.views.go_answer,
            "toggle": screen.toggle_worklist,
        }
        views[action_id.partition(".")[2]]()

    async def _accept(self) -> None:
        screen, state = self._screen, self._screen.desk.state
        question = state.question
        if question is None or state.item is None:
            screen.say("This review asks no question", "warning")
            return
        if state.rules.blind:
            screen.say("This review is blind: what judges said is hidden", "warning")
            return
        found = verdict(state, question, screen.desk.known.by_others(*state.subject))
        if found is None:
            what = "trace" if state.aim is None else "span"
            screen.say(f"No judge has answered {question.name} on this {what}", "warning")
        elif found.why_not:
            screen.say(one_line(found.why_not, 200), "warning")
        elif await self.act(act.SetAnswer(question.name, found.value)):
            screen.say(f"took {brief(found.judge)}")

    async def _next_match(self) -> None:
        self._screen.views.in_front.next_match()
        self._screen.paint_chrome()

    async def _previous_match(self) -> None:
        self._screen.views.in_front.previous_match()
        self._screen.paint_chrome()

    async def _fold(self) -> None:
        self._screen.warn(self._screen.views.fold())

    async def _fold_all(self) -> None:
        self._screen.warn(self._screen.views.fold_all())

    async def _guideline(self) -> None:
        screen, question = self._screen, self._screen.desk.state.question
        if question is None:
            screen.say("This review asks no question", "warning")
            return
        text = sanitise(question.instruction) or "This question has no instruction."
        self._show_over(sanitise(question.name), lambda width: wrapped(text, width))

    async def _help(self) -> None:
        screen = self._screen
        self._show_over("keys", lambda width: help_lines(screen.keymap, screen.look.signs, width))

    async def _outbox(self) -> None:
        screen = self._screen
        screen.app.push_screen(OutboxScreen(screen.desk, screen.keymap, screen.look), self._outbox_closed)

    async def _outbox_closed(self, closed: Closed | None) -> None:
        screen = self._screen
        screen.leaving.closed()
        if closed is not None:
            screen.pressing.heard(closed.pressed)
            await self.act(act.GoTo(screen.desk.state.index_of[closed.trace_id] + 1))

    def _show_over(self, title: str, make: Callable[[int], Sequence[Line]]) -> None:
        screen = self._screen
        screen.app.push_screen(Overlay(title, make, screen.keymap, screen.look), self._overlay_closed)

    def _overlay_closed(self, _: None) -> None:
        self._screen.leaving.closed()

    async def _quit(self) -> None:
        screen = self._screen
        if screen.leaving.is_meant():
            screen.app.exit()
        else:
            screen.say(f"{screen.keymap.first_key('app.quit')} again leaves")
