"""What the review screen shows: each widget's value, from the desk, and the sentence in place of the keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from labeler.desk.desk import Desk
from labeler.domain.question import Categorical, Question
from labeler.reading.sanitise import one_line
from labeler.review.bulk_actions import held_back
from labeler.review.repeat import repeatable
from labeler.review.selection import selected_words
from labeler.tui.action_table import Action, OnScreen, Rule, Situation
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keymap import Keymap
from labeler.tui.review import open_views, view_models
from labeler.tui.review.areas import ReviewAreas
from labeler.tui.review.available_keys import keys_that_act
from labeler.tui.review.desk_rows import DeskRows
from labeler.tui.review.question_panel import PanelView
from labeler.tui.widgets.confirm import Way
from labeler.tui.widgets.key_line import details_lines, key_line, message_lines, search_line, view_line
from labeler.tui.widgets.styled_text import Line


class ReviewDisplay(ReviewAreas):
    """Gives the widgets their values, and says sentences. Who inherits acts on the desk."""

    def __init__(self, desk: Desk, keymap: Keymap, look: ScreenLook, guard_ms: int) -> None:
        self._rows = DeskRows(desk, look.signs)
        super().__init__(self._rows, look, keymap, guard_ms)
        self.desk = desk
        self._texts = view_models.display_texts(desk.state.questions)
        self._expected: tuple[str, bool] | None = None
        self._notice: tuple[str, str] | None = None
        self._acting = partial(keys_that_act, desk, self._stands_against)
        self._told: PanelView

    def why_not(self, action: Action) -> str:
        """Why an action cannot be done with what is on the screen now; empty when it can, as far as that goes."""
        if action.consequence.decides and self.searched:
            return self.keymap.spelled(f"{{app.leave}} {self._ends_search}")
        if action.consequence.decides and self.views.search_beneath:
            return self.keymap.spelled("{app.leave} goes back to the search, and then ends it")
        item = self.desk.state.item
        if self.desk.state.selection:
            # What is in view need not be among what is selected; the rules tell what is done to that.
            is_held_back = action.consequence.decides and not isinstance(action.run, Rule)
            return self.keymap.spelled(held_back(self.desk.state)) if is_held_back else ""
        if not action.consequence.judges or item is None or item.trace_id in self.desk.state.absent:
            return ""
        if self.desk.document(item.trace_id) is None:
            return "The trace is still loading; nothing is labelled unread"
        return ""

    def _stands_against(self, action: Action) -> bool:
        """Return whether what is on the screen stands against an action."""
        nothing_folds = action.run == OnScreen("fold") and not self.views.in_front.has_folds
        nothing_to_filter = action.run == OnScreen("filter_menu") and not self.desk.state.items
        return nothing_folds or nothing_to_filter or bool(self.why_not(action))

    @property
    def is_gone(self) -> bool:
        """Whether the screen is being taken down: work that ends now finds nothing left to paint."""
        return not (self.is_attached and self.display)

    # Sentences

    @property
    def notice(self) -> str:
        return "" if self._notice is None else self._notice[0]

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        notice = (sentence, role) if sentence else None
        if notice != self._notice:
            self._notice = notice
            if self.confirm.is_open:
                self.arrange_bottom()
            self.paint_key_line()

    def ask(
        self,
        sentence: str,
        then: Callable[[], Awaitable[None]],
        otherwise: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Ask back whether something is to be done, in place of the key line; `otherwise` is done at a no."""
        self.say("")
        self.confirm.ask(sentence, then, otherwise)
        self._question_changed()

    def ask_which_way(self, ways: Sequence[Way], details: str) -> None:
        """Ask back in which way something is to be done; `details` stand above, in place of the panel's last rows."""
        self.say("")
        self.confirm.ask_which_way(ways, details)
        self._question_changed()

    def _question_changed(self) -> None:
        self.arrange_bottom()
        self.paint_key_line()

    def end_question(self) -> bool:
        """Take the question that was asked back for a no; tells whether there was one."""
        was_open = self.confirm.leave()
        if was_open:
            self.say("")
            self._question_changed()
        return was_open

    def answer_question(self, press: Pressed) -> None:
        """Have the question that was asked back hear a key; one that covers it with a sentence is shown it first."""
        if self.confirm.hears(press):
            if self.notice:
                self.say("")
            else:
                self.confirm.press(press)
                self._question_changed()

    def questions_changed(self) -> None:
        """Show other questions than before. Keys pressed until they are seen were meant for those before."""
        self._texts.update(view_models.display_texts(self.desk.state.questions))
        self.presses.moved()
        self.lay_out()
        self.paint_all()
        if self._expected is not None:
            self.call_after_refresh(self._painted, self._expected)

    def shown_text(self, text: str) -> str:
        """Return the sanitised spelling of a question's text."""
        return self._texts.get(text, text)

    # Searching

    @property
    def searched(self) -> str:
        """What is searched for in what is in front; empty while nothing is."""
        return self.views.searched

    @property
    def _ends_search(self) -> str:
        """What the key that leaves does, while something is searched for in what is in front."""
        is_selection_next = bool(self.desk.state.selection) and not self.views.is_open
        return "drops the selection, then ends the search" if is_selection_next else "ends the search"

    def end_search(self) -> None:
        """Unmark what a search found."""
        if self.searched:
            self.views.end_search()
            self.paint_chrome()

    # Room

    def lay_out(self) -> None:
        """Give the areas their room."""
        self._told = self._panel_view()
        self.give_room(self._told)

    def on_resize(self) -> None:
        self.lay_out()
        self.call_after_refresh(self.paint_all)

    def toggle_worklist(self) -> None:
        """Show or hide the worklist."""
        self._worklist_display.toggle(self.size.width)
        self.on_resize()

    # Values

    def paint_all(self) -> None:
        """Give every widget its value anew; each paints what of it differs."""
        self._move_cursor()
        self.paint_chrome()

    def paint_rows(self, rows: tuple[int, ...]) -> None:
        """Paint the rows of these items anew, and the cursor where it is."""
        for index in rows:
            self._worklist.row_changed(self._rows.row_of(index))
        self._move_cursor()

    def paint_items(self, trace_ids: Collection[str]) -> None:
        """Paint anew the rows of these traces that are in view, and everything that tells of the current one."""
        for trace_id in trace_ids:
            self.paint_row_of(trace_id)
        self.paint_chrome()

    def paint_row_of(self, trace_id: str) -> None:
        """Paint the row of a trace anew, if it is in view."""
        row = self.desk.state.index_of.get(trace_id)
        if row is not None:
            self._worklist.row_changed(self._rows.row_of(row))

    def filter_changed(self) -> None:
        """Show other rows of the worklist than before."""
        self._worklist.rows_changed()
        self._move_cursor()
        self.paint_chrome()

    def _move_cursor(self) -> None:
        """Put the cursor on the row of the current item; where a filter does not show that, on none, nearby."""
        position = self.desk.state.position
        self._worklist.move_cursor(self._rows.row_of(position), is_on_row=self._rows.shows(position))

    def paint_chrome(self) -> None:
        """Give every widget but the worklist its value anew."""
        self._paint_trace()
        conditions = view_models.conditions(self.desk, self._rows.typed)
        self._status.view = view_models.status_view(self.desk, (*conditions, *self._to_leave()))
        self.paint_header()
        self.name_target(view_models.target_name(self.desk))
        self._told = self._panel_view()
        self.paint_key_line()

    def _to_leave(self) -> Iterator[str]:
        """Iterate over words for what takes keys until it is left. Of several, the next one has the key beside it."""
        state, views = self.desk.state, self.views
        found: list[str] = []
        if words := selected_words(state):
            found.append(words)
        if self.searched:
            current, count = views.in_front.match_place()
            found.append(f'search "{one_line(self.searched, 24)}" {current}/{count}')
        if state.aim is not None:
            found.append("aimed at a span")
        goes_next = 1 if words and views.is_open else 0  # what is selected is left behind what stands over the trace
        if len(found) > 1:
            found[goes_next] += self.keymap.spelled(" · {app.leave}")
        yield from found
        if not self.searched and (waits := views.search_beneath):
            yield f'search "{one_line(waits, 24)}" waits'

    def paint_header(self) -> None:
        """Tell anew of the trace, and which part of it is in view."""
        self._header.view = view_models.header_view(self.desk, self.views.place)

    def paint_key_line(self) -> None:
        """The keys, or what is said; what of a sentence the line cannot hold stands over the panel's last rows."""
        width, signs = self.size.width, self.look.signs
        above: list[Line] = []
        line: Line = []
        if self._notice is not None:
            above = message_lines(*self._notice, width, self._message_rows, signs)
            line = above.pop() if self._key_line.display else []
        elif self.confirm.details:
            above = details_lines(self.confirm.details, width, self._message_rows, signs)
        elif self.searched:
            line = search_line(self.keymap, width, signs, self._ends_search)
        elif self.views.is_open:
            line = view_line(self.keymap, self.views.hints, self._acting, width, signs)
        else:
            line = key_line(
                self.keymap,
                self._acting,
                width,
                signs,
                self._situations(),
                words=view_models.key_words(self.desk),
            )
        self._panel.view = replace(self._told, message=above)
        self._key_line.view = line

    def _situations(self) -> set[Situation]:
        """Return what makes some keys worth more now."""
        state = self.desk.state
        rules, part = state.rules, state.part
        is_begun = state.item is not None and state.is_partly_answered(state.item.trace_id)
        facts = {
            Situation.IN_QUEUE: rules.for_queue,
            Situation.LIST_HIDDEN: not self._worklist.display,
            Situation.CHECKS_JUDGE: bool(rules.checked),
            Situation.SELECTING: bool(state.selection),
            Situation.SEVERAL_ASKED: part is not None and _takes_several(part.asked),
            Situation.CAN_REPEAT: not is_begun and repeatable(state) is not None,
            Situation.CHOOSING: state.choosing or state.selection.options is not None,
        }
        return {situation for situation, holds in facts.items() if holds}

    def _paint_trace(self) -> None:
        """Show the current trace, or say why it is not here. Keys wait until it, or another one, is painted."""
        view = view_models.pane_view(self.desk, self.keymap)
        expected = view.trace_id, view.prepared is not None
        if expected != self._expected:
            self._expected = expected
            self.presses.moved()
            self.call_after_refresh(self._painted, expected)
        self.views.show(view)
        open_views.read_beside(self.desk, self.views)

    def _painted(self, expected: tuple[str, bool]) -> None:
        trace_id, is_here = expected
        if expected == self._expected:
            self.presses.painted()
            if is_here:
                self.desk.seen(trace_id)

    def _panel_view(self) -> PanelView:
        return view_models.panel_view(self.desk, self.keymap, self._acting, self.look.signs, self._texts)


def _takes_several(question: Question) -> bool:
    return isinstance(question.input, Categorical) and question.input.multiple
