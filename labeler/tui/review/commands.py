"""What each action does on the screen: through the desk, to the document, or by opening something."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from labeler.domain.connection import ConnectionStatus
from labeler.reading.sanitise import one_line, sanitise
from labeler.reading.views.assessments import brief
from labeler.review import action as act
from labeler.review.decision import Refusal
from labeler.review.possible import verdict
from labeler.tui.actions import Action, Rule
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.outbox.screen import Closed, OutboxScreen
from labeler.tui.screens.help import help_lines
from labeler.tui.screens.overlay import Overlay
from labeler.tui.widgets.styled_text import Line, wrapped

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

_ITEM_NUMBER: Final = re.compile("[0-9]{1,9}")


class Commands:
    """Runs actions. The methods that the table of actions names are the screen's own."""

    def __init__(self, screen: ReviewScreen) -> None:
        self._screen = screen

    async def run(self, action: Action) -> None:
        """Do what an action stands for."""
        if isinstance(action.run, Rule):
            await self._decide(action, action.run)
        else:
            await dispatch(action.run, self._screen.views.in_front, self)

    async def act(self, action: act.Action) -> bool:
        """Have the rules decide; tells whether it was done."""
        return self._screen.carried_out(await self._screen.desk.act(action))

    async def take_back(self) -> None:
        """Undo what was done last."""
        await self.act(act.Undo())

    async def _decide(self, action: Action, rule: Rule) -> None:
        screen = self._screen
        outcome = await screen.desk.act(rule.action)
        if rule.in_editor and not isinstance(outcome, Refusal) and outcome.decision.ask is not None:
            await screen.ask_in_editor(outcome.decision.ask)
            return
        screen.carried_out(outcome)
        if isinstance(outcome, Refusal):
            screen.pressing.refused(action, screen.keymap.spelled(outcome.says))

    # The command line

    async def run_command(self, text: str) -> None:
        """Do what was typed on the command line."""
        screen, name = self._screen, text.strip()
        word, _, rest = name.partition(" ")
        if not name:
            return
        if _ITEM_NUMBER.fullmatch(name):
            await self.act(act.GoTo(int(name)))
        elif name == "$":
            await self.act(act.Go(act.Where.LAST))
        elif name == "refresh":
            screen.desk.refresh()
            away = screen.desk.connection is not ConnectionStatus.ONLINE
            screen.say("new traces come when the backend is back" if away else "looking for new traces")
        elif word == "theme" and rest:
            screen.say(screen.choose_theme(rest.strip()))
        else:
            match = [action for action in self._typeable() if name in (action.id, action.id.partition(".")[2])]
            if len(match) == 1:
                await screen.pressing.command(match[0])
            else:
                known = "a number, $, refresh, theme NAME, or an action"
                screen.warn(f"There is no command “{one_line(name, 24)}”; {known}")

    def _typeable(self) -> list[Action]:
        """Actions that may be given on the command line."""
        return [action for action in self._screen.keymap.actions if action.can_be_typed]

    # Named in the table of actions

    def search(self) -> None:
        self._screen.ask_search()

    def command(self) -> None:
        self._screen.ask_command(("refresh", "theme ", "$", *(action.id for action in self._typeable())))

    async def toggle_view(self, action_id: str) -> None:
        await self._screen.toggle_view(action_id)

    async def enter(self) -> None:
        await self._screen.enter_span()

    def close(self) -> None:
        self._screen.close_view()

    def go_answer(self) -> None:
        self._screen.views.go_answer()

    def toggle_worklist(self) -> None:
        self._screen.toggle_worklist()

    async def aim(self) -> None:
        await self._screen.aiming.toggle()

    async def leave(self) -> None:
        await self._screen.leave_field()

    def copy_menu(self) -> None:
        self._screen.copying.menu()

    def copy(self, what: str) -> None:
        self._screen.copying.copy(what)

    async def write_copy(self) -> None:
        await self._screen.copying.write()

    async def accept(self) -> None:
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
            screen.say(one_line(screen.keymap.spelled(found.why_not), 200), "warning")
        elif await self.act(act.SetAnswer(question.name, found.value)):
            screen.say(f"took {brief(found.judge)}")

    async def next_match(self) -> None:
        self._screen.views.in_front.next_match()
        self._screen.paint_chrome()

    async def previous_match(self) -> None:
        self._screen.views.in_front.previous_match()
        self._screen.paint_chrome()

    def fold(self) -> None:
        self._screen.warn(self._screen.views.fold())

    def fold_all(self) -> None:
        self._screen.warn(self._screen.views.fold_all())

    async def guideline(self) -> None:
        screen, question = self._screen, self._screen.desk.state.question
        if question is None:
            screen.say("This review asks no question", "warning")
            return
        text = sanitise(question.instruction) or "This question has no instruction."
        self._show_over(sanitise(question.name), lambda width: wrapped(text, width))

    async def help(self) -> None:
        screen = self._screen
        self._show_over("keys", lambda width: help_lines(screen.keymap, screen.look.signs, width))

    async def outbox(self) -> None:
        screen = self._screen
        screen.app.push_screen(OutboxScreen(screen.desk, screen.keymap, screen.look), self._outbox_closed)

    async def _outbox_closed(self, closed: Closed | None) -> None:
        screen = self._screen
        screen.pressing.closed(closed.pressed if closed is not None else None)
        if closed is not None and closed.trace_id:
            await self.act(act.GoTo(screen.desk.state.index_of[closed.trace_id] + 1))

    def _show_over(self, title: str, make: Callable[[int], Sequence[Line]]) -> None:
        screen = self._screen
        screen.app.push_screen(Overlay(title, make, screen.keymap, screen.look), self._overlay_closed)

    def _overlay_closed(self, pressed: Pressed | None) -> None:
        self._screen.pressing.closed(pressed)

    async def quit(self) -> None:
        screen = self._screen
        if screen.pressing.may_leave():
            screen.app.exit()
        else:
            screen.say(screen.keymap.spelled("{app.quit} again leaves"))
