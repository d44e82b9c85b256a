"""The outbox screen: what is not delivered and why, over the review; tried again, given up, or gone to from here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from textual import on
from textual.app import ComposeResult

from labeler.config.backend_uri import without_userinfo
from labeler.dataclass import dataclass
from labeler.desk.desk import Desk
from labeler.desk.outbox import JournalError, OutboxPlace, OutboxRow
from labeler.domain.clock import wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.tui.action_table import Context, OnScreen, Rule
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keymap import Keymap
from labeler.tui.outbox.delivery_list import OutboxList, RowPainter
from labeler.tui.outbox.view_models import OutboxEntry, asked_words, counts_line, detail_lines, entry_line, place_line
from labeler.tui.screens.help import HelpPage
from labeler.tui.screens.page import Page
from labeler.tui.widgets.confirm import Confirm
from labeler.tui.widgets.key_line import hints_line, message_lines
from labeler.tui.widgets.line_widget import LineWidget
from labeler.tui.widgets.styled_text import Line, spread

_LOOKS_A_COUNT: Final = 4
"""So many looks later, what is tried again in a while has its seconds counted down."""

_DETAILS: Final = 5
_OF_CONFLICTS: Final = ("outbox.keep_other", "outbox.send_mine")
_CHOICE: Final = "{outbox.keep_other} keeps the other, {outbox.send_mine} sends yours"
_EXPORT: Final = "labeler outbox export FILE.jsonl writes all this to a file"


@dataclass(frozen=True, slots=True)
class OutboxClosed:
    """The outbox was left by this press, for a trace of the worklist (empty: for the review as it was)."""

    pressed: Pressed
    trace_id: str = ""


class OutboxScreen(Page[OutboxClosed]):
    """Shows everything in the journal that is not acknowledged. `stale` tells it that something changed.

    Its result tells how it was left.
    """

    DEFAULT_CSS = """
    OutboxScreen { layout: vertical; overflow: hidden; background: $background; }
    OutboxScreen LineWidget { height: 1; }
    OutboxScreen OutboxList { height: 1fr; }
    OutboxScreen #outbox-details { height: 5; }
    """

    def __init__(self, desk: Desk, keymap: Keymap, look: ScreenLook) -> None:
        super().__init__(desk, keymap, look, "outbox")
        self._questions = {question.name: question for question in desk.state.questions}
        self._places: list[OutboxPlace] = []
        self.confirm = Confirm(keymap, look, id="outbox-question")
        self._list = OutboxList(look, RowPainter(self._heading, self._entry), id="outbox-list")
        self._details = LineWidget(look.palette, look.signs, id="outbox-details")
        self._looks = 0

    def compose(self) -> ComposeResult:
        above, below = self.dividers
        yield self.status_line
        yield above
        yield self._list
        yield below
        yield self._details
        yield self.key_line
        yield self.confirm

    def on_resize(self) -> None:
        self._details.styles.height = min(_DETAILS, max(self.size.height // 4, 2))
        self.call_after_refresh(self._paint)

    def leave(self, by: Pressed) -> None:
        """Close, or take back the question that is open."""
        if self.confirm.leave():
            self.say("")
        elif self.is_active:
            self.dismiss(OutboxClosed(by))

    # Keys

    def is_answered(self, press: Pressed) -> bool:
        if not self.confirm.takes(press):
            return False
        self._answer(press)
        return True

    async def press(self, press: Pressed) -> None:
        action = self.keymap.first_of((Context.OUTBOX, Context.OVERLAY, Context.REVIEW), press.key)
        if action is not None and action.context is Context.REVIEW and action.run not in _ALSO_HERE:
            self.say(self.typed_on.means_nothing(press.key, action))
        elif action is None or isinstance(action.run, Rule):
            self.say(self.typed_on.means_nothing(press.key, None))
        else:
            await dispatch(action.run, self._list, self)
            self.paint_bottom()

    # Named in the table of actions

    def close(self) -> None:
        if self.pressed is not None:
            self.leave(self.pressed)

    def outbox(self) -> None:
        """Its own key closes it, too."""
        self.close()

    def help(self) -> None:
        self.app.push_screen(HelpPage(self.keymap, self.look))

    def enter(self) -> None:
        self.go_to_item()

    def go_to_item(self) -> None:
        row, state = self._list.current, self.desk.state
        if row is None:
            self._say_why_none()
            return
        trace_id = row.delivery.trace_id
        is_here = trace_id in state.index_of and self.desk.destination_of(trace_id) == row.delivery.destination
        if is_here and self.pressed is not None:
            self.dismiss(OutboxClosed(self.pressed, trace_id))
        else:
            self.say("This trace is not in this review's worklist; labeler review with its ID shows it", "warning")

    async def retry(self) -> None:
        row = self._list.current
        if row is not None and row.others:
            self.say(self.keymap.spelled(_CHOICE), "warning")
        elif self._list.current_id is not None:
            await self._retry([self._list.current_id])

    async def retry_all(self) -> None:
        problems = [each for place in self._places if self._is_ours(place) for each in place.problems]
        try:
            in_conflict = await self.desk.outbox.retry_all(problems)
        except JournalError as error:
            self.say(str(error), "error")
            return
        self.say(self._tried_again())
        if in_conflict:
            self.say(self.keymap.spelled(f"{in_conflict} in conflict: {_CHOICE}"), "warning")
        self.stale()

    async def keep_other(self) -> None:
        await self._settle_conflict("The other one is yours now; the one given here goes", keeps_other=True)

    async def send_mine(self) -> None:
        await self._settle_conflict("The one given here is sent; the other goes once it has arrived", keeps_other=False)

    async def _settle_conflict(self, done: str, *, keeps_other: bool) -> None:
        """Keep one of two answers of the reviewer's own."""
        row = self._list.current
        if row is None or not row.others:
            self.say("This is no conflict between two answers of yours" if row is not None else "Still being read")
            return
        try:
            await self.desk.own_elsewhere.settle_conflict(row, keeps_other=keeps_other)
        except JournalError as error:
            self.say(str(error), "error")
            return
        self.say(done)
        self.stale()

    def ask_to_discard(self) -> None:
        row = self._list.current
        if row is None:
            self._say_why_none()
            return
        if row.others:
            self.say(self.keymap.spelled(_CHOICE), "warning")
            return
        what = asked_words(row, self._questions)
        question = f"Give it up for good? It will never reach the backend: {what}"
        self.confirm.ask(question, partial(self._discard, row.delivery.id))
        self.say("")

    def _answer(self, press: Pressed) -> None:
        """Have the question hear a key; one that covers it with a sentence is shown it first."""
        if self.confirm.hears(press):
            if not self.notice:
                self.confirm.press(press)
            self.say("")

    @on(Confirm.Confirmed)
    async def _confirmed(self, message: Confirm.Confirmed) -> None:
        await message.then()

    # Doing

    async def _retry(self, ids: list[int]) -> None:
        try:
            await self.desk.outbox.retry(ids)
        except JournalError as error:
            self.say(str(error), "error")
            return
        self.say(self._tried_again())
        self.stale()

    def _tried_again(self) -> str:
        online = self.desk.connection is ConnectionStatus.ONLINE
        return "It is tried again now" if online else "It is tried again as soon as the backend is back"

    def _say_why_none(self) -> None:
        self.say("Everything is delivered" if self._list.current_id is None else "Still being read; press it again")

    async def _discard(self, delivery_id: int) -> None:
        try:
            was_open = await self.desk.outbox.discard(delivery_id)
        except JournalError as error:
            self.say(str(error), "error")
            return
        given_up = "Given up; the answer stays in the journal"
        self.say(given_up if was_open else "It was delivered meanwhile; nothing was given up")
        self.stale()

    # Reading

    def look_again(self) -> None:
        super().look_again()
        self._looks += 1
        if self._looks % _LOOKS_A_COUNT == 0:
            self._list.refresh()
            self.paint_bottom()

    async def read(self) -> None:
        """Show what is where now."""
        places = await self.desk.outbox.places()
        self._places = sorted(places, key=lambda place: not self._is_ours(place))
        self._list.show(self._places)
        self._paint()

    @on(OutboxList.Wanted)
    def _wanted(self, message: OutboxList.Wanted) -> None:
        self.run_worker(self._read_rows(message.ids), exit_on_error=False)

    async def _read_rows(self, ids: Sequence[int]) -> None:
        try:
            self._list.take(await self.desk.outbox.rows(ids), ids)
        except JournalError as error:
            self.say(str(error), "error")

    @on(OutboxList.Moved)
    def _moved(self) -> None:
        self.paint_bottom()

    # Painting

    def _is_ours(self, place: OutboxPlace) -> bool:
        return place.destination in self.desk.destinations

    def _heading(self, place: OutboxPlace, width: int) -> Line:
        spec = self.desk.record.spec
        our_address = without_userinfo(spec.address or spec.backend_uri) if self._is_ours(place) else ""
        return place_line(place, our_address, width, self.look.signs)

    def _entry(self, row: OutboxRow, width: int) -> Line:
        return entry_line(self._told(row), self._questions, width, self.look.signs)

    def _told(self, row: OutboxRow) -> OutboxEntry:
        state, delivery = self.desk.state, row.delivery
        index = state.index_of.get(delivery.trace_id)
        title = state.items[index].title if index is not None else row.title
        is_reachable = (
            self.desk.connection is ConnectionStatus.ONLINE and delivery.destination in self.desk.destinations
        )
        pause_s = self.desk.outbox.pause_s(delivery.trace_id)
        return OutboxEntry(row, title or row.title, pause_s, is_reachable, wall_clock_ms())

    def _paint(self) -> None:
        width, signs = self.size.width, self.look.signs
        total = [sum(place.counts[each] for place in self._places) for each in range(4)]
        left: Line = [(" outbox", "chrome.strong"), ("   ", "chrome"), *(counts_line(total, signs))]
        connection = self.desk.connection
        sign, role = (signs.online, "ok") if connection is ConnectionStatus.ONLINE else (signs.missing, "warning")
        self.paint_top(spread(left, [(f"{sign} {connection} ", role)], width, "chrome", signs.ellipsis))
        self.paint_bottom()

    def paint_bottom(self) -> None:
        """Paint what there is to say of the row under the cursor, and the keys. A sentence takes the room of both."""
        self.confirm.display = self.confirm.is_open and self.said is None
        self.key_line.display = not self.confirm.display
        row = self._list.current
        width, height, signs = self.size.width, self._details.size.height, self.look.signs
        above: list[Line] = []
        line = self._keys(width)
        if self.said is not None:
            *above, line = message_lines(*self.said, width, height + 1, signs)
        lines = [] if row is None else detail_lines(self._told(row), self._questions, width, height, signs)
        free = height - len(above)
        self._details.set_lines([*(lines[each] if each < len(lines) else [] for each in range(free)), *above])
        self.key_line.view = line

    def _keys(self, width: int) -> Line:
        row = self._list.current
        is_conflict = row is not None and bool(row.others)
        of_outbox = [
            (action.id, action.hint)
            for action in self.keymap.actions
            if action.context is Context.OUTBOX and (action.id in _OF_CONFLICTS) is is_conflict
        ]
        return hints_line(self.keymap, [*of_outbox, ("overlay.close", "close")], width, self.look.signs, _EXPORT)


_ALSO_HERE: Final = (OnScreen("outbox"), OnScreen("help"))
"""What keys of the review do here as well."""
