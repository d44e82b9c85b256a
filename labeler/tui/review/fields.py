"""What the review screen asks the reviewer to type, and acting on it: a field opened, taken, left, kept as a draft."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from functools import partial
from typing import Final

from textual import on
from textual.app import SuspendNotSupported

from labeler.desk.desk import Done
from labeler.domain.value import UnusableValue
from labeler.reading.sanitise import one_line
from labeler.review.action import Action, Proceed
from labeler.review.decision import AskBack, AskBulk, AskFirst, FieldKind, FieldRequest, Refusal
from labeler.tui.review.answer_field import AnswerField
from labeler.tui.review.display import ReviewDisplay
from labeler.tui.review.open_field import OpenField
from labeler.tui.review.view_models import refusal

_PROGRESS_EVERY_S: Final = 0.2
"""Seconds between two paintings of how far a long step is."""


class ReviewFields(ReviewDisplay):
    """Has the desk act, opens the field that is asked for then, and has the desk act on what was typed there."""

    _asked: OpenField | None = None

    @property
    def is_asking(self) -> bool:
        """Whether a field is open."""
        return self.open_field is not None

    async def act(self, action: Action) -> bool:
        """Have the rules decide; tells whether it was done."""
        return self.carried_out(action, await self.desk.act(action))

    async def take_step(self, action: Action, typed: OpenField | None = None) -> None:
        """Have the rules decide. What is done to many items is done beside the keys, and how far it is is told."""
        if self.desk.steps.items_of(action):
            self.run_worker(self._take_long_step(action, typed), group="long step")
        else:
            self._done(typed, is_taken=self.carried_out(action, await self.desk.act(action), typed))

    async def _take_long_step(self, action: Action, typed: OpenField | None) -> None:
        progress = self.set_interval(_PROGRESS_EVERY_S, self.paint_chrome)
        try:
            outcome = await self.desk.act(action)
        finally:
            progress.stop()
        if not self.is_gone:
            self._done(typed, is_taken=self.carried_out(action, outcome, typed))

    def _done(self, typed: OpenField | None, *, is_taken: bool) -> None:
        """Forget the draft of what was typed, once that is done."""
        if is_taken and typed is not None:
            typed.keep(self.desk.drafts, "")
            self.paint_row_of(typed.trace_id)

    def carried_out(self, action: Action, outcome: Done | Refusal, typed: OpenField | None = None) -> bool:
        """Show what an action came to; tells whether it was carried out. `typed` is the field that it was typed in."""
        if isinstance(outcome, AskFirst):
            yes, no = (partial(self._answered, action, typed, retires) for retires in (True, False))
            self.ask(self.keymap.spelled(outcome.says), yes, no)
            return False
        if isinstance(outcome, AskBack):
            self.ask(self.keymap.spelled(outcome.says), partial(self.take_step, outcome.then))
            return False
        if isinstance(outcome, AskBulk):
            from labeler.tui.review.bulk_question import bulk_question

            asked = bulk_question(self.desk, outcome.each, partial(self.take_step, typed=typed))
            if isinstance(asked, str):
                self.warn(asked)
            else:
                self.ask_which_way(*asked)
            return False
        if isinstance(outcome, Refusal):
            self.warn(self.keymap.spelled(outcome.says))
            return False
        decision, changed = outcome.decision, outcome.changed
        self.say(self.keymap.spelled(decision.says))
        if changed.moved and not decision.says:
            self.say(refusal(self.desk, self.keymap.first_key("outbox.open")), "error")
        if decision.shows is not None:
            self._worklist.rows_changed()
        self.paint_rows(changed.rows)
        self.paint_chrome()
        if decision.aim:
            self.views.go_to_span(decision.aim)
        if decision.ask is not None:
            self._open_field(decision.ask)
        if decision.at_end:
            self.ended(self.keymap.spelled(decision.says))
        return True

    @abstractmethod
    def ended(self, says: str) -> None:
        """No work is left: show that, and what there is to say of it."""

    async def _answered(self, action: Action, typed: OpenField | None, retires: bool) -> None:
        """Do what had to be asked about first: whether further answers of the reviewer's own go with it."""
        self.desk.own_elsewhere.agree(retires=retires)
        await self.take_step(action, typed)

    async def ask_in_editor(self, request: FieldRequest) -> None:
        """Ask what a field would, in $EDITOR."""
        from labeler.tui.review.external_editor import EditorFailed, edit

        asked = OpenField.asked(self.desk, request)
        failed: EditorFailed | None = None
        try:
            with self.app.suspend():  # an error that left this block would leave the terminal with the editor
                try:
                    text = edit(asked.text(self.desk.drafts))
                except EditorFailed as error:
                    failed, text = error, error.text
        except SuspendNotSupported:
            self.warn("This terminal cannot be lent to an editor; the same key in lower case writes here")
            return
        if failed is not None:
            asked.keep(self.desk.drafts, text)
            self.paint_row_of(asked.trace_id)
            self.warn(str(failed))
            return
        self.refresh()
        self._asked = asked
        await self.take_answer(text.rstrip("\n"))

    async def take_answer(self, text: str) -> None:
        """Take a text for what was asked. What cannot be taken stays in the field, with the reason."""
        asked = self._asked
        if asked is None:
            return
        try:
            action = asked.action(text)
        except UnusableValue as error:
            self._answer_field.go_on()
            self.warn(one_line(str(error), 200))
            return
        self.close_field()
        was_taken = self.carried_out(action, await self.desk.act(action), asked)
        if asked.keep(self.desk.drafts, "" if was_taken else text) and not was_taken and not self.confirm.is_open:
            self.warn(f"{self.notice} · kept as a draft")
        self.paint_row_of(asked.trace_id)

    async def cancel_field(self, text: str) -> None:
        """Close the open field: the text that stands in it is kept as a draft."""
        asked = self._asked
        self.close_field()
        if asked is None:
            return
        is_kept = asked.keep(self.desk.drafts, text)
        if asked.request.field is FieldKind.COMMENT_AFTER:
            await self.act(Proceed())
        elif is_kept:
            self.say("kept as a draft")
        self.paint_row_of(asked.trace_id)
        self.paint_chrome()

    def switch_field(self, text: str) -> None:
        """Have the open field be about the other item that may be meant. What was typed goes along."""
        asked = self._asked
        if asked is None or asked.request.instead is None:
            return
        asked.keep(self.desk.drafts, "")
        self.paint_row_of(asked.trace_id)
        self._asked, text = asked.switched(self.desk, text)
        view = self._asked.view(self.desk, self.keymap, self.shown_text(self._asked.request.question))
        self._answer_field.open(replace(view, text=text))
        self.arrange_bottom()

    def close_field(self) -> None:
        """Close the answer field or the prompt, whichever is open."""
        self._asked = None
        self._answer_field.close()
        self._prompt.close()
        self.arrange_bottom()
        self.say("")

    def keep_draft(self) -> None:
        """Keep what stands in the answer field, if it is open."""
        if self._asked is not None:
            self._asked.keep(self.desk.drafts, self._answer_field.draft)

    @on(AnswerField.DraftChanged)
    def _draft_changed(self, message: AnswerField.DraftChanged) -> None:
        if message.text == self._answer_field.draft and self._asked is not None:
            self.keep_draft()
            self.paint_row_of(self._asked.trace_id)

    def _open_field(self, request: FieldRequest) -> None:
        self._asked = OpenField.asked(self.desk, request)
        names = (request.question, request.field_name) if request.field_name else (request.question,)
        view = self._asked.view(self.desk, self.keymap, ".".join(map(self.shown_text, names)))
        self._answer_field.open(view)
        self.arrange_bottom()
        if view.has_several_lines:
            self.say(view.hint, "chrome")
