"""What the table of actions has the review screen do: a method a row, through the desk, the pane, or another screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from labeler.desk.desk import Desk
from labeler.domain.connection import ConnectionStatus
from labeler.reading.sanitise import one_line, sanitise
from labeler.reading.views.assessments import brief
from labeler.review import action as act
from labeler.review.blind import ask_to_turn
from labeler.review.decision import Asks, Refusal
from labeler.review.judge_values import as_asked
from labeler.tui.action_table import Action, Rule
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keymap import Keymap
from labeler.tui.media.private_files import in_words
from labeler.tui.review import open_views
from labeler.tui.review.available_keys import acceptable
from labeler.tui.review.copy import Copied, CopyMenu, hand_over, text_to_copy, write_copy
from labeler.tui.review.filter_actions import ReviewFilters
from labeler.tui.review.presses import TOO_EARLY
from labeler.tui.review.question_panel import option_keys
from labeler.tui.review.question_words import whole_question
from labeler.tui.widgets.styled_text import wrapped

if TYPE_CHECKING:
    from labeler.tui.outbox.screen import OutboxClosed
    from labeler.tui.progress.screen import PageClosed
    from labeler.tui.screens.worklist_menu import Begin, Menu

_ITEM_NUMBER: Final = re.compile("[0-9]{1,9}")

_SAID_BESIDE: Final = 13
"""Cells that are said beside the path of a file."""


class ReviewActions(ReviewFilters):
    """Runs actions."""

    def __init__(
        self,
        desk: Desk,
        keymap: Keymap,
        look: ScreenLook,
        guard_ms: int,
        choose_theme: Callable[[str], str],
        folder: Path,
        menu: Menu | None,
    ) -> None:
        super().__init__(desk, keymap, look, guard_ms)
        self._worklists = menu
        self._choose_theme = choose_theme
        self._folder = folder
        self._copy_menu = CopyMenu(keymap)

    async def run(self, action: Action) -> None:
        """Do what an action stands for, unless the trace cannot be judged now."""
        if why := self.why_not(action):
            self.refused(action, why)
        elif isinstance(action.run, Rule):
            await self._decide(action, action.run)
        else:
            await dispatch(action.run, self.views.in_front, self)

    def refused(self, action: Action, why: str) -> None:
        """Say why something is not done; typing on after a key that opens a field is swallowed."""
        self.warn(self.presses.refuse(action, why, self.desk.state))

    async def _decide(self, action: Action, rule: Rule) -> None:
        if self.desk.steps.items_of(rule.action):
            await self.take_step(rule.action)
            return
        outcome = await self.desk.act(rule.action)
        if rule.in_editor and not isinstance(outcome, Refusal) and outcome.decision.ask is not None:
            self.paint_chrome()  # the focus may have gone to what is asked
            await self.ask_in_editor(outcome.decision.ask)
            return
        self.carried_out(rule.action, outcome)
        if isinstance(outcome, Refusal) and not isinstance(outcome, Asks):
            self.refused(action, self.keymap.spelled(outcome.says))

    # The question in focus

    async def accept(self) -> None:
        """Take the judge's value."""
        state, found = self.desk.state, acceptable(self.desk)
        if isinstance(found, str) or state.question is None:
            self.warn(one_line(self.keymap.spelled(str(found)), 200))
        # Where a judge is checked, a sentence would stand over whose verdict comes next.
        elif await self.act(act.SetAnswer(state.question.name, found.value)) and not state.rules.checked:
            self.say(f"took {brief(found.judge, partial(as_asked, state))}")

    def guideline(self) -> None:
        """Show the whole instruction, and every option of the focused question with its key."""
        from labeler.tui.screens.overlay import Overlay, TextSheet

        part = self.desk.state.part
        if part is None:
            self.warn("This review asks no question")
            return
        text = whole_question(part, option_keys(self.keymap))
        if guide := sanitise(self.desk.record.spec.guide):
            text = f"{text}\n\n{guide_title(self.desk)}\n\n{guide}"
        sheet = TextSheet(lambda width: wrapped(text, width))
        self.app.push_screen(Overlay(sanitise(part.name), sheet, self.keymap, self.look), self.overlay_closed)

    def show_guide(self) -> None:
        """Show the guide of the sprint, as before its first item."""
        from labeler.tui.screens.guide import GuidePage

        guide = sanitise(self.desk.record.spec.guide)
        self.app.push_screen(GuidePage(guide_title(self.desk), guide, self.keymap, self.look), self.overlay_closed)

    def blind(self) -> None:
        """Hide what others said, or show it, after asking."""
        asked = ask_to_turn(self.desk.state)
        if isinstance(asked, Refusal):
            self.warn(self.keymap.spelled(asked.says))
        else:
            self.ask(self.keymap.spelled(asked), self.desk.blindfold.turn)

    # What is read

    async def toggle_view(self, action_id: str) -> None:
        """Open a view of the current trace, or close it when it is open."""
        self.warn(self.keymap.spelled(await open_views.toggle_view(self.desk, self.views, action_id)))

    async def aim(self) -> None:
        """Aim the questions at the selected span, or at the trace again."""
        span = self.views.span
        if span is None:
            self.say(self.keymap.spelled("{view.spans} opens the spans; there the questions can be aimed"))
        elif self.desk.state.aim is None:
            await self.act(act.TargetSpan(span.span_id))
        else:
            await self.end_aim()

    async def end_aim(self) -> bool:
        """Ask about the trace again; tells whether a span was aimed at."""
        if self.desk.state.aim is None:
            return False
        await self._aim_at(act.EndAim())
        return True

    async def follow_aim(self) -> None:
        """Stay aimed at what is selected, so that what is answered is what is read, until the tree is left."""
        span, aim = self.views.span, self.desk.state.aim
        if aim is None or self.is_asking:
            return
        if span is None:
            await self.end_aim()
        elif span.span_id != aim:
            await self._aim_at(act.TargetSpan(span.span_id))

    async def _aim_at(self, action: act.Action) -> None:
        await self.desk.act(action)
        self.paint_chrome()

    # Searching

    def search_for(self, text: str) -> None:
        """Search in what is in front; for nothing: end the search."""
        if not text:
            self.end_search()
            return
        count = self.views.search(text)
        self.paint_chrome()
        if not count:
            self.warn(f"“{one_line(text, 40)}” is not in this trace")

    def next_match(self) -> None:
        self.views.in_front.next_match()
        self.paint_chrome()

    def previous_match(self) -> None:
        self.views.in_front.previous_match()
        self.paint_chrome()

    # Copying

    def copy_menu(self) -> None:
        """Open the menu of what can be copied."""
        self.say(self._copy_menu.open())

    def copy(self, what: str) -> None:
        """Copy something beside the keys: a program that takes it may be slow."""
        copied = text_to_copy(self.desk, self.views, what)
        if isinstance(copied, str):
            self.warn(self.keymap.spelled(copied))
            return
        self._copy_menu.copies(copied)
        self.run_worker(self._hand_over(copied), group="copy", exit_on_error=False)

    async def _hand_over(self, copied: Copied) -> None:
        async with self._copy_menu.one_at_a_time:
            handed_over = await hand_over(copied)
            if self.is_gone:
                return
            if handed_over.by_terminal:
                self.app.copy_to_clipboard(copied.text)
            if self._copy_menu.offers(copied):
                self.say(handed_over.sentence + self._copy_menu.offer, handed_over.role)
            elif handed_over.role == "warning" or not self.notice:
                self.say(handed_over.sentence, handed_over.role)

    async def write_copy(self) -> None:
        """Write what was copied to a file."""
        copied, item = self._copy_menu.take(), self.desk.state.item
        if copied is None or item is None:
            return
        try:
            path = await write_copy(copied, item.trace_id, self._folder)
        except OSError as error:
            reason = error.strerror or str(error)
            self.warn(f"Not written: {reason}. Nothing was changed; it would go to {self._folder}")
            return
        self.say(f"written to {in_words(path, self.size.width - _SAID_BESIDE)}")

    # The command line

    def command(self) -> None:
        """Ask for a command."""
        hint = "{field.complete} completes · {field.save} runs · {field.leave} leaves"
        words = ("refresh", "draw", "theme ", "$", *(action.id for action in self._typeable()))
        self._prompt.ask_command(self.keymap.spelled(hint), words)
        self.arrange_bottom()

    async def run_command(self, text: str) -> None:
        """Do what was typed on the command line, unless that was for the item before."""
        name = text.strip()
        word, _, rest = name.partition(" ")
        if not name:
            return
        if _ITEM_NUMBER.fullmatch(name):
            await self.act(act.GoTo(int(name)))
        elif name == "$":
            await self.act(act.Go(act.Where.LAST))
        elif name == "refresh":
            self.desk.refresh()
            away = self.desk.connection is not ConnectionStatus.ONLINE
            self.say("what is new comes when the backend is back" if away else "reading what is new")
        elif name == "draw":
            self._draw_again()
        elif word == "theme" and rest:
            self.say(self._choose_theme(rest.strip()))
        else:
            match = [action for action in self._typeable() if name in (action.id, action.id.partition(".")[2])]
            if len(match) != 1:
                known = "a number, $, refresh, draw, theme NAME, or an action"
                self.warn(f"There is no command “{one_line(name, 24)}”; {known}")
            elif self.presses.is_early(match[0].consequence):
                self.warn(TOO_EARLY)
            else:
                await self.run(match[0])

    def _draw_again(self) -> None:
        """Ask whether the sample is to be drawn anew, where there is one."""
        if not self.desk.record.spec.draws:
            self.warn("This worklist is no sample and has no limit: it takes all that is selected")
        elif self._worklists is None or self.desk.connection is not ConnectionStatus.ONLINE:
            self.warn("Nothing can be drawn now: the backend is away")
        else:
            self.ask("Draw anew? What you have touched stays, everything else may change", self._leave_to_draw)

    async def _leave_to_draw(self) -> None:
        from labeler.tui.screens.worklist_menu import DrawAgain

        self.app.exit(DrawAgain())

    def _typeable(self) -> list[Action]:
        """Actions that may be given on the command line."""
        return [action for action in self.keymap.actions if action.can_be_typed]

    # Other screens

    def outbox(self) -> None:
        """Show what is not delivered."""
        from labeler.tui.outbox.screen import OutboxScreen

        self.app.push_screen(OutboxScreen(self.desk, self.keymap, self.look), self._outbox_closed)

    async def _outbox_closed(self, closed: OutboxClosed | None) -> None:
        self.presses.closed(closed.pressed if closed is not None else None)
        if closed is not None and closed.trace_id:
            await self.act(act.GoTo(self.desk.state.index_of[closed.trace_id] + 1))

    def progress(self) -> None:
        """Show what was done."""
        self.show_progress(at_end=False)

    def ended(self, says: str) -> None:
        self.show_progress(at_end=True, says=says)

    def show_progress(self, *, at_end: bool, says: str = "") -> None:
        """Show what was done, `at_end` in place of the work that is not left; `says` is said there first.

        At once: keys that are on their way are for that page.
        """
        from labeler.tui.progress.screen import Opening, ProgressScreen

        page = ProgressScreen(self.desk, self.keymap, self.look, Opening(at_end, self.presses.last, says))
        page.clock = self.presses.clock
        self.app.push_screen(page, self._progress_closed)

    async def _progress_closed(self, closed: PageClosed | None) -> None:
        self.presses.closed(closed.pressed if closed is not None else None)
        if closed is not None and closed.trace_id:
            await self.act(act.GoTo(self.desk.state.index_of[closed.trace_id] + 1))
        elif closed is not None and closed.then is not None:
            await self.run(closed.then)

    def worklists(self) -> None:
        """Show what else there is to review. This review stays open until something is chosen."""
        from labeler.tui.screens.start import StartScreen
        from labeler.tui.screens.worklist_menu import Guess

        if self._worklists is None:
            self.warn("Other worklists cannot be listed in this review; labeler review -q or -e opens one")
            return
        me = Guess(self.desk.reviewer, "", settled=True)
        choice = StartScreen(me, self._worklists, self.keymap, self.look)

        def closed(begin: Begin | None) -> None:
            self.presses.closed(choice.pressed)
            if begin is not None:
                self.app.exit(begin)

        self.app.push_screen(choice, closed)

    # Leaving

    async def leave(self) -> bool:
        """Leave the open field, question, menu, search, aim or view; tells whether there was one."""
        if (field := self.open_field) is not None:
            await self.cancel_field(field.text)
            return True
        if self.end_question() or self.close_menu() or self._copy_menu.leave():
            return True
        if not self.views.is_open and self.desk.state.selection:
            return await self.act(act.DropSelection())
        if self.searched:
            self.end_search()
            return True
        return await self.end_aim() or self.close()


def guide_title(desk: Desk) -> str:
    """Return what stands over the guide of a sprint."""
    return f"The guide of “{one_line(desk.record.spec.label, 60)}”"
