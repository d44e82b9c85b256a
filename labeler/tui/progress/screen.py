"""The page of what was done: by itself when no work is left, and whenever it is asked for, over the review."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult

from labeler.dataclass import dataclass
from labeler.desk.desk import Desk
from labeler.desk.outbox import JournalError
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import DECLINED_NAME, FLAG_NAME
from labeler.reading.sanitise import one_line
from labeler.review.action import Go, Undo, Where
from labeler.review.possible import refusal
from labeler.review.progress import Progress
from labeler.tui.action_table import Action, Context, OnScreen, Rule, Target
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.leaving import Leaving
from labeler.tui.keymap import Keymap
from labeler.tui.progress.enter_guard import EnterGuard
from labeler.tui.progress.page_list import PageList
from labeler.tui.progress.view_models import ListedAs, OpenedRow, PageRow, PageView, page_rows
from labeler.tui.screens.page import Page
from labeler.tui.screens.rereading import Rereading
from labeler.tui.widgets.key_line import hints_line, message_lines
from labeler.tui.widgets.styled_text import Line, fit, spread

if TYPE_CHECKING:
    from labeler.desk.own_agreement import Agreement

_SHOWN_TOGETHER_S: Final = 0.3
"""Seconds that the first figures wait for the comparison with others, so that rows do not move when it comes."""

_GOES_BACK: Final = Rule(Go(Where.BACK))
_GOES_ON: Final = Rule(Go(Where.NEXT_OPEN))
_UNDOES: Final = Rule(Undo())
_PASSED_ON: Final[frozenset[Target]] = frozenset({OnScreen("worklists"), OnScreen("filter_menu"), _UNDOES, _GOES_ON})
"""What keys of the review do once the page at the end has closed."""

_AT_END: Final = _PASSED_ON | {_GOES_BACK, OnScreen("quit")}
_ALWAYS: Final[frozenset[Target]] = frozenset({OnScreen("progress"), OnScreen("outbox"), OnScreen("help")})


@dataclass(frozen=True, slots=True)
class Opening:
    """How the page is opened: by which press (None: by none), and what is said first.

    `at_end`: it stands in place of the work that is not left.
    """

    at_end: bool
    pressed: Pressed | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class PageClosed:
    """The page was left by this press: for a trace of the worklist, for an action of the review, or just closed."""

    pressed: Pressed
    trace_id: str = ""
    then: Action | None = None


class ProgressScreen(Page[PageClosed]):
    """Shows what was done in this worklist, or today. Its result tells how it was left."""

    DEFAULT_CSS = """
    ProgressScreen { layout: vertical; overflow: hidden; background: $background; }
    ProgressScreen LineWidget { height: 1; }
    ProgressScreen PageList { height: 1fr; }
    """

    def __init__(self, desk: Desk, keymap: Keymap, look: ScreenLook, opening: Opening) -> None:
        super().__init__(desk, keymap, look, "progress")
        self.at_end = opening.at_end
        self.goes_with_app = opening.at_end
        self._progress: Progress | None = None
        self._today: Progress | None = None
        self._agreement: Agreement | None = None
        self._delivered: int | None = None
        self._items_at_first = len(desk.state.items)
        opened_by = opening.pressed.at_s * 1000 if opening.pressed is not None else float("-inf")
        self._enter = EnterGuard(opened_by)
        self._leaving = Leaving()
        self.said = (opening.says, "chrome.strong") if opening.says else None
        self._comparing = Rereading()
        self._is_compared = asyncio.Event()
        self._list = PageList(look, self._rows, self._item_row, id="progress-list")

    def compose(self) -> ComposeResult:
        above, below = self.dividers
        yield self.status_line
        yield above
        yield self._list
        yield below
        yield self.key_line

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self._painted)

    def on_resize(self) -> None:
        self.call_after_refresh(self._paint)

    def _painted(self) -> None:
        self._enter.painted(self.clock() * 1000)

    def leave(self, by: Pressed) -> None:
        if self.is_active:
            self.dismiss(PageClosed(by))

    # Keys

    async def press(self, press: Pressed) -> None:
        in_review = self.keymap.action(Context.REVIEW, press.key)
        if in_review is not None and in_review.run in (_ALWAYS | _AT_END if self.at_end else _ALWAYS):
            await self._do_of_review(in_review)
        elif (action := self.keymap.action(Context.OVERLAY, press.key)) is not None and not isinstance(
            action.run, Rule
        ):
            await dispatch(action.run, self._list, self)
        else:
            self.say(self.typed_on.means_nothing(press.key, in_review))
        if self.is_active:
            self.paint_bottom()

    async def _do_of_review(self, action: Action) -> None:
        if action.run == _GOES_BACK:
            self._close()
        elif action.run == _GOES_ON and not self._has_new_work:
            self.close()
        elif action.run in _PASSED_ON:
            rule = action.run.action if isinstance(action.run, Rule) else None
            why_not = refusal(self.desk.state, rule) if rule is not None else ""
            if why_not:
                self.say(self.keymap.spelled(why_not), "warning")
            else:
                self._close(then=action)
        elif isinstance(action.run, OnScreen):
            await dispatch(action.run, self._list, self)

    def _close(self, trace_id: str = "", then: Action | None = None) -> None:
        if self.pressed is not None:
            self.dismiss(PageClosed(self.pressed, trace_id, then))

    # Named in the table of actions

    def close(self) -> None:
        """Close, unless this stands where there is no work left."""
        if self.at_end:
            self.say(self.keymap.spelled("Nothing is open to go to: {item.back} looks back, {app.quit} leaves"))
        else:
            self._close()

    def enter(self) -> None:
        """Open the item under the cursor."""
        press, row = self.pressed, self._list.current
        if press is None or not self._enter.is_meant(press.at_s * 1000):
            self.say("too early: ignored", "warning")
        elif row is None:
            self.say(self.keymap.spelled("{overlay.down} goes to the items below, {overlay.open} opens one"))
        else:
            self._close(row.trace_id)

    def progress(self) -> None:
        """Show today, or this worklist again."""
        if self._today is not None:
            self._today = None
            self._list.show()
            self._paint()
        else:
            self.run_worker(self._show_today(), group="today", exclusive=True, exit_on_error=False)

    def help(self) -> None:
        from labeler.tui.screens.help import HelpPage

        self.app.push_screen(HelpPage(self.keymap, self.look), self._came_back)

    def outbox(self) -> None:
        """Show what is not delivered; an item that is opened there is opened in the review."""
        from labeler.tui.outbox.screen import OutboxClosed, OutboxScreen

        def closed(left: OutboxClosed | None) -> None:
            self._came_back(left.pressed if left is not None else None)
            if left is not None and left.trace_id:
                self.dismiss(PageClosed(left.pressed, left.trace_id))

        self.app.push_screen(OutboxScreen(self.desk, self.keymap, self.look), closed)

    def quit(self) -> None:
        """Leave the review, if the key was meant to."""
        pressed_s = self.pressed.at_s if self.pressed is not None else self.clock()
        if self._leaving.is_meant(pressed_s):
            self.app.exit()
        else:
            self._leaving.ask(pressed_s)
            self.say(self.keymap.spelled("{app.quit} again leaves"))

    def _came_back(self, by: Pressed | None) -> None:
        self._leaving.closed(by.at_s if by is not None else self.clock())

    # Counting

    def stale(self) -> None:
        super().stale()
        self._comparing.note_change()

    def look_again(self) -> None:
        now_s = time.monotonic()
        if self._comparing.is_due(now_s):
            self._comparing.begin(now_s)
            self.run_worker(self._compare(), group="compare", exit_on_error=False)
        super().look_again()

    async def read(self) -> None:
        """Count what was done."""
        self._progress = await self.desk.work_done.in_worklist()
        self._delivered = await self.desk.work_done.delivered()
        self.run_worker(self._show_when_compared(), group="show", exclusive=True, exit_on_error=False)

    async def _show_when_compared(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_SHOWN_TOGETHER_S):
                await self._is_compared.wait()
        self._show_figures()

    async def _compare(self) -> None:
        """Compare the reviewer's labels with others', and show that."""
        try:
            self._agreement = await self.desk.agreement.figures()
        finally:
            self._comparing.end(time.monotonic())
            self._is_compared.set()
        self._show_figures()

    def _show_figures(self) -> None:
        if self.is_attached and self._progress is not None:
            self._list.show()
            self._paint()

    async def _show_today(self) -> None:
        try:
            self._today = await self.desk.work_done.today()
        except JournalError as error:
            self.say(str(error), "error")
            return
        self._list.show()
        self._paint()

    # Painting

    @property
    def _has_new_work(self) -> bool:
        return self.at_end and not self.desk.state.worklist.is_finished

    def _headline(self) -> Line:
        """Return what there is to say first: that nothing is left, or that there is work again."""
        if self._today is not None:
            return [("Today, in every worklist", "chrome.strong")]
        if not self.at_end:
            return []
        if not self._has_new_work:
            return [("Nothing is open any more.", "chrome.strong")]
        worklist = self.desk.state.worklist
        is_new = len(self.desk.state.items) > self._items_at_first
        goes_on = self.keymap.spelled("{item.next_open} goes on")
        return [(f"{worklist.work_left:,} {'new' if is_new else 'open again'} · {goes_on}", "warning")]

    def _rows(self, width: int) -> list[PageRow]:
        is_today = self._today is not None
        shown = self._progress if self._today is None else self._today
        if shown is None:
            return [self._headline()]
        view = PageView(
            headline=self._headline(),
            progress=shown,
            is_today=is_today,
            counts=self.desk.deliveries.counts,
            delivered=None if is_today else self._delivered,
            agreement=self._agreement,
            outbox_key=self.keymap.spelled("{outbox.open}"),
        )
        return page_rows(view, width, self.look.signs)

    def _item_row(self, row: OpenedRow, width: int) -> Line:
        """Return an item with its title and, where there is one, the note that it was flagged or declined with."""
        state, signs = self.desk.state, self.look.signs
        sign, role = {
            ListedAs.FLAGGED: (signs.flag, "sign.flag"),
            ListedAs.DEFERRED: (signs.deferred, "sign.deferred"),
            ListedAs.DECLINED: (signs.declined, "sign.declined"),
            ListedAs.DRAFT: (signs.draft, "sign.draft"),
        }[row.kind]
        title = one_line(state.items[state.index_of[row.trace_id]].title, 200) or one_line(row.trace_id)
        name = {ListedAs.FLAGGED: FLAG_NAME, ListedAs.DECLINED: DECLINED_NAME}.get(row.kind, "")
        note = state.answers_of(row.trace_id).get(name)
        said = f"   “{one_line(note.comment, 120)}”" if note is not None and note.comment else ""
        return fit([(f"{sign} ", role), (title, "row"), (said, "chrome.dim")], width, signs.ellipsis)

    def _paint(self) -> None:
        width, signs = self.size.width, self.look.signs
        title = "today" if self._today is not None else one_line(self.desk.title, 60)
        left: Line = [(" my work", "chrome.strong"), (f"   {title}", "chrome")]
        blind = [("blind   ", "warning")] if self.desk.state.is_blind else []
        connection = self.desk.connection
        sign, role = (signs.online, "ok") if connection is ConnectionStatus.ONLINE else (signs.missing, "warning")
        right: Line = [*blind, (f"{sign} {connection}   ", role), (f"{one_line(self.desk.reviewer, 40)} ", "chrome")]
        self.paint_top(spread(left, right, width, "chrome", signs.ellipsis))
        self.paint_bottom()

    def paint_bottom(self) -> None:
        width, signs = self.size.width, self.look.signs
        if self.said is not None:
            self.key_line.view = message_lines(*self.said, width, 1, signs)[-1]
        else:
            self.key_line.view = hints_line(self.keymap, self._hints(), width, signs)

    def _hints(self) -> list[tuple[str, str]]:
        """Return the keys that are worth pressing here, by action, each with its word."""
        opens = [("overlay.down", "items")] if self._lists_items else []
        if self._list.current is not None:
            opens = [("overlay.open", "open")]
        other = ("app.progress", "today" if self._today is None else "this worklist")
        if not self.at_end:
            return [*opens, other, ("outbox.open", "outbox"), ("app.help", "help"), ("overlay.close", "close")]
        goes_on = [("item.next_open", "goes on")] if self._has_new_work else []
        return [
            *goes_on,
            ("item.back", "back"),
            ("app.worklists", "worklists"),
            *opens,
            ("edit.undo", "undo"),
            other,
            ("outbox.open", "outbox"),
            ("app.help", "help"),
            ("app.quit", "quit"),
        ]

    @property
    def _lists_items(self) -> bool:
        shown = self._progress
        if self._today is not None or shown is None:
            return False
        return bool(shown.flagged or shown.drafts or shown.deferred or shown.declined)
