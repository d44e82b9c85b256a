"""The review screen: hears keys, its widgets and the desk, and has what changed shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.message import Message
from textual.worker import WorkType

from labeler.dataclass import dataclass
from labeler.desk.desk import Desk
from labeler.desk.events import (
    Announcement,
    DeskEvent,
    DocumentReady,
    ItemChanged,
    ItemsAdded,
    ItemsChanged,
    Notice,
    QuestionsChanged,
    SessionChanged,
    StatusChanged,
)
from labeler.domain.change import Change
from labeler.reading.sanitise import one_line
from labeler.review.action import Digit, GoTo, Undo
from labeler.tui.action_table import Action, Context, Rule
from labeler.tui.appearance import ScreenLook
from labeler.tui.keyboard.key_guard import Allow, Ignore, TakeBack, Why
from labeler.tui.keyboard.key_names import Pressed
from labeler.tui.keyboard.typed_on import Typed
from labeler.tui.keymap import Keymap
from labeler.tui.media import MediaSettings
from labeler.tui.media.terminal import Pictures
from labeler.tui.review import open_views
from labeler.tui.review.actions import ReviewActions
from labeler.tui.review.answer_field import AnswerField
from labeler.tui.review.presses import TOO_EARLY
from labeler.tui.review.trace_pane import TracePane
from labeler.tui.review.worklist import RowPicked
from labeler.tui.screens.over_review import OverReview
from labeler.tui.widgets.confirm import Confirm
from labeler.tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from labeler.reading.document import Block
    from labeler.tui.review.open_media import MediaOpener, Outcome, ShowPicture, Step
    from labeler.tui.screens.picture import PictureLeft
    from labeler.tui.screens.worklist_menu import Menu

_FORMS_AFTER_S: Final = 0.5
"""Seconds after which what texts are typed in is mounted, if no key was pressed before: the first trace stands then."""

_LOOK_ELSEWHERE_S: Final = 2.0
"""Seconds after which something that another process delivered is on the screen."""


class ReviewScreen(ReviewActions):
    """The reviewer's place of work."""

    @dataclass
    class Told(Message):
        """The desk announced something."""

        event: DeskEvent

    def __init__(
        self,
        desk: Desk,
        keymap: Keymap,
        look: ScreenLook,
        guard_ms: int,
        choose_theme: Callable[[str], str],
        media: MediaSettings,
        menu: Menu | None,
    ) -> None:
        super().__init__(desk, keymap, look, guard_ms, choose_theme, media.folder, menu)
        self._media_settings = media
        self._media: MediaOpener | None = None
        self._pictures = Pictures(media.pictures, os.environ)
        self._before: Change | None = None

    def on_mount(self) -> None:
        self.desk.on_event = self._announce
        self.lay_out()
        self.paint_all()
        self.set_interval(_LOOK_ELSEWHERE_S, self.desk.deliveries.look_elsewhere)
        self.set_timer(_FORMS_AFTER_S, self.mount_forms)
        self.set_timer(_FORMS_AFTER_S, self._keep_filters_ready)

    def _keep_filters_ready(self) -> None:
        keep_ready: WorkType[None] = self.desk.filters.keep_ready
        self.run_worker(keep_ready, group="filters ready", exclusive=True)

    def on_unmount(self) -> None:
        if self._media is not None:
            self._media.close()
        self.keep_draft()

    # Keys

    async def on_key(self, event: events.Key) -> None:
        self.desk.note_key()
        self._keys_heard += 1
        await self.hear(event)

    async def press(self, press: Pressed) -> None:
        """Do what a key does; what is asked about stays what is selected."""
        await self.follow_aim()
        await self._press(press)
        await self.follow_aim()

    async def _press(self, press: Pressed) -> None:
        """Do what a key does now, about what is selected now."""
        key, menu = press.key, self._copy_menu
        if self.confirm.takes(press):
            self.presses.heard(press)
            self.answer_question(press)
            return
        if self._menu.is_open:
            self.presses.heard(press)
            await self.hear_in_menu(key)
            return
        typed = self.presses.typed(key)
        if typed is not Typed.NOTHING:
            if typed is Typed.END:
                await self._end_typed_on(press)
            return
        in_menu = menu.takes(key)
        action = menu.hear(key) if in_menu else self._action(key)
        if not in_menu:
            menu.leave()
        if action is None:
            self.presses.heard(press)
            nothing = f"{key} does nothing here; {self.keymap.spelled('{app.help} shows every key')}"
            self.say("" if in_menu else nothing)
        elif await self._is_meant(action, press):
            self.say("")
            await self.run(action)

    async def _end_typed_on(self, press: Pressed) -> None:
        """A key ended what was typed on after a refused one. It ends a search as well, where it would."""
        self.presses.heard(press)
        if self.searched and self._leaves(press.key) is not None:
            await self.leave()
        self.say("")

    def _action(self, key: str) -> Action | None:
        """Return what a key does: leave, else in a search, else in what stands over the conversation, else in
        the review.
        """
        contexts = [Context.SEARCH] if self.searched else []
        contexts += [Context.OVERLAY] if self.views.is_open else []
        found = (self.keymap.action(context, key) for context in (*contexts, Context.REVIEW))
        in_turn = (self._leaves(key), *found)
        return next((action for action in in_turn if action is not None and self.views.takes(action)), None)

    def _leaves(self, key: str) -> Action | None:
        """Return the action that leaves one thing, if a key does that. It goes before whatever else the key does."""
        action = self.keymap.action(Context.REVIEW, key)
        return action if action is not None and action.id == "app.leave" else None

    async def _is_meant(self, action: Action, press: Pressed) -> bool:
        """Return whether a key was meant to do this; if it was not, says why where nothing better is said."""
        key, last_change = press.key, self.desk.last_change
        verdict = self.presses.judge(press, action)
        match verdict:
            case Allow():
                if action.consequence.is_guarded:
                    self._before = last_change
            case Ignore(Why.TOO_EARLY):
                self.refused(action, self.why_not(action) or TOO_EARLY)
            case TakeBack() if last_change is not self._before:
                await self.act(self._reversal_of(action))
                self.warn(f"{key} was held down: what it did last is taken back")
            case _ if not self.notice:
                self.say(f"{key} held down acts once")
        return isinstance(verdict, Allow)

    def _reversal_of(self, action: Action) -> Digit | Undo:
        """Return what takes back what the key of an action did last: of an option turned on or off, the same key again,
        since undo takes back the whole choice.
        """
        if isinstance(action.run, Rule) and isinstance(action.run.action, Digit) and self.desk.state.choosing:
            return action.run.action
        return Undo()

    # What the widgets tell

    @on(AnswerField.Switched)
    @on(AnswerField.Submitted)
    @on(AnswerField.Cancelled)
    @on(Prompt.SearchEntered)
    @on(Prompt.FilterEntered)
    @on(Prompt.CommandEntered)
    @on(Prompt.Cancelled)
    async def field_told(self, message: Message) -> None:
        """Act on what became of the open field, told by itself or by a key that came before it could hear it."""
        if isinstance(message, AnswerField.Cancelled | Prompt.Cancelled):
            await self.cancel_field(message.text)
        elif isinstance(message, AnswerField.Switched):
            self.switch_field(message.text)
        elif isinstance(message, AnswerField.Submitted):
            self.presses.heard(message.pressed)
            await self.take_answer(message.text)
        elif isinstance(message, Prompt.SearchEntered):
            self.presses.heard(message.pressed)
            self.close_field()
            self.search_for(message.text)
        elif isinstance(message, Prompt.FilterEntered):
            self.presses.heard(message.pressed)
            await self.enter_filter(message.text)
        elif isinstance(message, Prompt.CommandEntered):
            self.presses.heard(message.pressed)
            self.close_field()
            await self.run_command(message.text)

    @on(Prompt.FilterTyped)
    def _filter_typed(self, message: Prompt.FilterTyped) -> None:
        if self._prompt.is_open:
            self.follow_filter(message.text)

    @on(Confirm.Confirmed)
    async def _confirmed(self, message: Confirm.Confirmed) -> None:
        await message.then()

    @on(RowPicked)
    async def _picked(self, message: RowPicked) -> None:
        position = self._rows.position_of(message.index)  # before rows change with what is left
        await self.leave()
        await self.act(GoTo(position + 1))

    @on(TracePane.ViewChanged)
    def _view_changed(self) -> None:
        self.arrange_middle()
        self.paint_chrome()

    @on(TracePane.PlaceChanged)
    def _place_changed(self) -> None:
        self.paint_header()

    @on(TracePane.SpanSelected)
    async def _span_selected(self) -> None:
        self.paint_header()
        await self.follow_aim()

    # Media

    @on(TracePane.MediaChosen)
    def _media_chosen(self, message: TracePane.MediaChosen) -> None:
        trace_id, block = message.trace_id, message.block
        if self._is_current(trace_id):
            self.say(f"opening {block.text}", "chrome")
            self._begin(trace_id, partial(self._open_media, trace_id, block))

    async def _open_media(self, trace_id: str, block: Block) -> Outcome:
        from labeler.tui.review.open_media import MediaOpener

        if self._media is None:
            self._media = MediaOpener(self.desk.contents, self._media_settings)
        can_draw = partial(self._pictures.are_possible, self.app)
        return await self._media.open(trace_id, block, self.size.width, can_draw)

    def _begin(self, trace_id: str, step: Step) -> None:
        """Take a step beside the keys, in place of what is still being done for an earlier one."""
        self.run_worker(self._follow(trace_id, step), group="media", exclusive=True)

    async def _follow(self, trace_id: str, step: Step | None) -> None:
        """Take steps as long as one leads to the next. What is said of another trace by then is not said."""
        from labeler.tui.review.open_media import MediaAskBack, Say, ShowPicture

        while step is not None:
            outcome, step = await step(), None
            match outcome:
                case Say(sentence, role, outlives_trace, then):
                    if sentence and (outlives_trace or self._is_current(trace_id)):
                        self.say(sentence, role)
                    step = then
                case MediaAskBack(sentence, yes) if self._is_current(trace_id):
                    self.ask(sentence, partial(self._agreed, trace_id, yes))
                case ShowPicture() if self._is_current(trace_id):
                    from labeler.tui.screens.picture import PictureScreen

                    self.say("")
                    picture = PictureScreen(outcome.words, self._pictures, outcome.picture, self.keymap, self.look)
                    self.app.push_screen(picture, partial(self._picture_left, trace_id, outcome))

    async def _agreed(self, trace_id: str, step: Step) -> None:
        self._begin(trace_id, step)

    def _picture_left(self, trace_id: str, shown: ShowPicture, left: PictureLeft | None) -> None:
        """The picture was left, for the viewer or because it cannot be drawn, or just closed."""
        from labeler.tui.screens.picture import Wish

        self.presses.closed(left.pressed if left is not None else None)
        if left is not None and left.wish is Wish.VIEWER:
            self._begin(trace_id, shown.in_viewer)
        elif left is not None and left.wish is Wish.FILE:
            self._begin(trace_id, shown.undrawable)

    def _is_current(self, trace_id: str) -> bool:
        item = self.desk.state.item
        return item is not None and item.trace_id == trace_id

    # What the desk tells

    def _announce(self, event: DeskEvent) -> None:
        self.post_message(self.Told(event))

    @on(Told)
    def _hear(self, message: Told) -> None:
        if isinstance(self.app.screen, OverReview):
            self.app.screen.stale()
        match message.event:
            case DocumentReady(trace_id):
                if self._is_current(trace_id):
                    self.paint_chrome()
                    self.run_worker(open_views.update_facts(self.desk, self.views), group="facts")
                self.paint_row_of(trace_id)
                if (prepared := self.desk.library.get(trace_id)) is not None:
                    self.views.lay_out_ahead(prepared.document)
            case ItemChanged(trace_id):
                self.paint_row_of(trace_id)
                self.paint_chrome()
            case ItemsChanged(trace_ids):
                self.paint_items(trace_ids)
            case QuestionsChanged():
                self.questions_changed()
            case ItemsAdded():
                self._worklist.rows_changed()
                self.paint_all()
                self._keep_filters_ready()
            case SessionChanged(trace_id):
                self.paint_header()
                self.run_worker(open_views.update_session(self.desk, self.views, trace_id))
            case Notice(says):
                self.warn(says)
            case Announcement(says):
                self.say(one_line(self.keymap.spelled(says), 300))
            case StatusChanged():
                self.paint_chrome()
                self.run_worker(open_views.update_facts(self.desk, self.views), group="facts")
