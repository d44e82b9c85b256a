"""The adjudication screen: one case at a time, one key to decide it, read in the review's document view."""

from __future__ import annotations

from typing import Final

from textual import events, on
from textual.message import Message

from labeler.dataclass import dataclass
from labeler.desk.events import DeskEvent, DocumentReady, Notice
from labeler.desk.standing_decisions import stored
from labeler.domain.change import Change
from labeler.domain.value import UnusableValue
from labeler.reading.sanitise import one_line, sanitise
from labeler.review import action as act
from labeler.review.decided_values import digit_value, is_typed, thumb_value
from labeler.tui.action_table import Action, Context, OnScreen, Rule
from labeler.tui.adjudication.deciding import AskedText, DecisionFields
from labeler.tui.adjudication.end_page import EndLeft, EndPage
from labeler.tui.adjudication.view_models import header_view
from labeler.tui.keyboard.dispatch import dispatch
from labeler.tui.keyboard.key_guard import Allow, Ignore, TakeBack, Why
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.typed_on import Typed
from labeler.tui.review.presses import TOO_EARLY
from labeler.tui.review.question_panel import option_keys
from labeler.tui.review.question_words import whole_text
from labeler.tui.review.trace_pane import TracePane
from labeler.tui.screens.over_review import OverReview
from labeler.tui.widgets.styled_text import wrapped

_COUNT_EVERY_S: Final = 2.0
"""Seconds after which something that another process delivered is on the screen."""

_ON_SCREEN: Final = {
    *("accept", "no_right_answer", "blind", "guideline", "toggle_view", "enter", "close", "leave", "help", "quit"),
    *("go_answer", "fold", "fold_all", "search", "next_match", "previous_match"),
}
"""The methods that rows of the table of actions name and this screen has."""

_VIEWS: Final = frozenset({"view.raw", "view.spans", "view.documents"})
"""What opens over the conversation here. What else does tells who said what, or needs a review."""


class AdjudicationScreen(DecisionFields):
    """A lead's place of work."""

    _before: Change | None = None
    """What was done last when a key acted that may have been held down."""

    @dataclass
    class Told(Message):
        """The desk announced something."""

        event: DeskEvent

    def on_mount(self) -> None:
        self.desk.on_event = self._announce
        self.set_interval(_COUNT_EVERY_S, self.desk.counts_changed)
        self.set_timer(_COUNT_EVERY_S / 4, self.mount_forms)
        self.on_resize()

    def _announce(self, event: DeskEvent) -> None:
        self.post_message(self.Told(event))

    def on_unmount(self) -> None:
        if self._asked is not None and self._asked.is_comment:
            self.desk.keep_comment(self._answer_field.draft)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        await self.hear(event)

    async def press(self, press: Pressed) -> None:
        key = press.key
        if (typed := self.presses.typed(key)) is not Typed.NOTHING:
            if typed is Typed.END:
                self.say("")
            return
        action = self._action(key)
        if action is None:
            self.presses.heard(press)
            self.warn(self.presses.means_nothing(key, self.keymap.action(Context.REVIEW, key)))
        elif self._is_meant(action, press):
            self.say("")
            await self.run(action)

    def _action(self, key: str) -> Action | None:
        """Return what a key does: in a search, else in what stands over the conversation, else here."""
        contexts = [
            *([Context.SEARCH] if self.views.searched else []),
            *([Context.OVERLAY] if self.views.is_open else []),
        ]
        leaves = self.keymap.action(Context.REVIEW, key)
        if leaves is not None and leaves.id == "app.leave":
            return leaves
        found = (self.keymap.action(each, key) for each in (*contexts, Context.ADJUDICATION, Context.REVIEW))
        return next((each for each in found if each is not None and self.views.takes(each) and _is_here(each)), None)

    def _is_meant(self, action: Action, press: Pressed) -> bool:
        verdict = self.presses.judge(press, action)
        match verdict:
            case Allow():
                if action.consequence.is_guarded:
                    self._before = self.desk.last
            case Ignore(Why.TOO_EARLY):
                self.warn(TOO_EARLY)
            case TakeBack() if self.desk.last is not self._before:
                self.run_worker(self._take_back(press.key), group="take back")
            case _ if self._notice is None:
                self.say(f"{press.key} held down acts once")
        return isinstance(verdict, Allow)

    async def _take_back(self, key: str) -> None:
        await self._undo()
        self.warn(f"{key} was held down: what it did last is taken back")

    async def run(self, action: Action) -> None:
        """Do what an action stands for, unless the trace cannot be judged now."""
        if why := self._why_not(action):
            self.warn(why)
        elif isinstance(action.run, Rule):
            await self._do(action.run.action)
        else:
            await dispatch(action.run, self.views.in_front, self)
        self.paint()

    def _why_not(self, action: Action) -> str:
        if action.consequence.decides and (self.views.searched or self.views.search_beneath):
            return self.keymap.spelled("{app.leave} ends the search")
        if action.consequence.judges and self.desk.document() is None:
            return "The trace is still loading; nothing is decided unread"
        return ""

    async def _do(self, action: act.Action) -> None:
        question = self.desk.case.question
        try:
            match action:
                case act.Thumb(positive):
                    await self.decide(thumb_value(question, positive=positive))
                case act.AskThumbComment(positive):
                    self.ask_comment(AskedText(True, True, thumb_value(question, positive=positive)))
                case act.Digit(digit) if is_typed(question):
                    self.ask_number(digit)
                case act.Digit(digit):
                    await self.decide(digit_value(question, digit))
                case act.AskComment():
                    self.ask_comment(AskedText(True))
                case act.Defer():
                    self._put_off()
                case act.Undo():
                    await self._undo()
                case act.Go(where):
                    self._go(where)
        except UnusableValue as error:
            self.warn(one_line(self.keymap.spelled(str(error)), 200))

    def _put_off(self) -> None:
        if problem := self.desk.put_off_case():
            self.warn(problem)
        elif self.desk.is_finished:
            self.show_end()

    async def _undo(self) -> None:
        problem = await self.desk.undo()
        if problem:
            self.warn(problem)
        self.paint()

    def _go(self, where: act.Where) -> None:
        last = len(self.desk.cases) - 1
        match where:
            case act.Where.NEXT:
                self.desk.go_by(1)
            case act.Where.PREVIOUS:
                self.desk.go_by(-1)
            case act.Where.FIRST:
                self.desk.go_to(0)
            case act.Where.LAST:
                self.desk.go_to(last)
            case _ if not self.desk.go_on():
                self.show_end()

    # Named in the table of actions

    async def accept(self) -> None:
        """Take the majority, as the key line names it."""
        majority = self.desk.case.majority
        if majority is None:
            self.warn("There is no majority to take: no value has more than half of the labels")
        else:
            await self.decide(stored(majority.value))

    async def no_right_answer(self) -> None:
        """Decide that the question cannot be answered for this trace."""
        await self.decide(None)

    def blind(self) -> None:
        """Show the reviewers' names for this case, or hide them."""
        self.desk.names_are_shown = not self.desk.names_are_shown

    def guideline(self) -> None:
        """Show the whole question with its options, and the guide of the sprint."""
        from labeler.tui.screens.overlay import Overlay, TextSheet

        question = self.desk.case.question
        text = whole_text(question, option_keys(self.keymap))
        if guide := sanitise(self.desk.sitting.record.spec.guide):
            text = f"{text}\n\nThe guide of “{one_line(self.desk.title, 60)}”\n\n{guide}"
        sheet = TextSheet(lambda width: wrapped(text, width))
        whole = Overlay(one_line(question.name, 60), sheet, self.keymap, self.look)
        self.app.push_screen(whole, self.overlay_closed)

    async def toggle_view(self, action_id: str) -> None:
        """Open a view of the trace, or close it when it is open."""
        if self.views.close_if_open(action_id):
            return
        if action_id not in _VIEWS:
            self.warn("This view is not shown here: it tells who said what")
        elif self.desk.document() is None:
            self.warn(self.desk.why_absent())
        elif action_id == "view.raw":
            await self.views.open_raw()
        elif action_id == "view.documents":
            await self.views.toggle_documents()
        else:
            self.warn(await self.views.open_spans())

    def next_match(self) -> None:
        self.views.in_front.next_match()

    def previous_match(self) -> None:
        self.views.in_front.previous_match()

    async def leave(self) -> bool:
        if (field := self.open_field) is not None:
            self.cancel_field(field.text)
            return True
        if self.views.searched:
            self.views.end_search()
            self.paint()
            return True
        return self.close()

    def show_end(self) -> None:
        """Show what was decided, and what is left."""
        self.app.push_screen(EndPage(self.desk, self.keymap, self.look), self._end_left)

    async def _end_left(self, left: EndLeft | None) -> None:
        self.presses.closed(left.pressed if left is not None else None)
        if left is None or left.then is None:
            return
        if left.then.run == OnScreen("quit"):
            self.app.exit()
        elif left.then.id == "item.next_open":
            if self.desk.put_off:
                self.desk.go_on()
            else:
                self.warn("Nothing is open any more")
            self.paint()
        else:
            await self.run(left.then)

    # What the widgets and the desk tell

    @on(TracePane.ViewChanged)
    def _view_changed(self) -> None:
        self.paint()

    @on(TracePane.PlaceChanged)
    def _place_changed(self) -> None:
        self._header.view = header_view(self.desk, self.views.place)

    @on(TracePane.MediaChosen)
    def _media_chosen(self) -> None:
        self.warn("Media is not opened here; a review and MLflow's page of the trace show it")

    @on(Told)
    def _hear(self, message: Told) -> None:
        if isinstance(self.app.screen, OverReview):
            self.app.screen.stale()
        match message.event:
            case DocumentReady(trace_id) if trace_id == self.desk.case.trace_id:
                self.paint()
            case DocumentReady():
                pass
            case Notice(says):
                self.warn(says)
            case _:
                self.paint()


def _is_here(action: Action) -> bool:
    """Return whether an action has a meaning on this screen."""
    if isinstance(action.run, OnScreen):
        return action.run.method in _ON_SCREEN
    if isinstance(action.run, Rule):
        return not action.run.in_editor and isinstance(
            action.run.action,
            act.Thumb | act.AskThumbComment | act.Digit | act.AskComment | act.Defer | act.Undo | act.Go,
        )
    return True
