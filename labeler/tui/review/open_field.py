"""The field that is open: what was asked, about which trace and span, and what is kept of what is typed there."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.dataclass import dataclass
from labeler.desk.desk import Desk
from labeler.desk.drafts import Drafts
from labeler.domain.question import Question
from labeler.domain.value_words import value_words
from labeler.reading.sanitise import one_line
from labeler.review import action as act
from labeler.review.decision import FieldKind, FieldRequest, verbatim
from labeler.review.field_input import draft_of, draft_slot, meaning_of, takes_several_lines, title_of
from labeler.review.late_comments import last_answered_of
from labeler.review.parts import find_part
from labeler.review.shared_queue import declines_for
from labeler.tui.keymap import Keymap
from labeler.tui.review.answer_field import FieldView
from labeler.tui.review.view_models import target_name
from labeler.tui.widgets.styled_text import cut

_HINT: Final = "{field.save} saves · {field.new_line} new line · {field.leave} keeps a draft"
_LINE_HINTS: Final = {
    FieldKind.NUMBER: "{field.save} answers · {field.leave} leaves",
    FieldKind.DECLINE: "{field.save} declines · {field.leave} leaves",
    FieldKind.FLAG: "{field.save} flags · {field.leave} leaves",
}


@dataclass(frozen=True, slots=True)
class OpenField:
    """What was asked, for which question or field if for one, and about which trace and span (None: the trace)."""

    request: FieldRequest
    question: Question | None
    trace_id: str
    span_id: str | None

    @classmethod
    def asked(cls, desk: Desk, request: FieldRequest) -> OpenField:
        """Return what is asked now, about what the questions are about now."""
        part = find_part(desk.state.questions, request.question, request.field_name) if request.question else None
        subject = (request.trace_id, None) if request.trace_id else desk.state.subject
        return cls(request, None if part is None else part.asked, *subject)

    def view(self, desk: Desk, keymap: Keymap, shown_name: str) -> FieldView:
        """Return the field with the draft left there earlier, or the text it brings; `shown_name` is the
        question's name.
        """
        name = cut(one_line(shown_name, 60), 40)
        if span := target_name(desk):
            name = f"{name} about span {cut(span, 32)}"
        title = title_of(self.request, self.question, name, declines_for(desk.state, self.trace_id))
        hint = keymap.spelled(_LINE_HINTS.get(self.request.field, _HINT))
        if self.request.instead is not None:
            title = late_title(desk, keymap, self.request)
        return FieldView(
            title, self.text(desk.drafts), hint, takes_several_lines(self.request), self.request.instead is not None
        )

    def switched(self, desk: Desk, text: str) -> tuple[OpenField, str]:
        """Return the same field about the other item that may be meant, and the text in it: what was typed goes
        along.
        """
        other = self.request.instead
        assert other is not None, "only a field that may be about two items is switched"
        brought = self.text(desk.drafts)
        typed = text.removeprefix(brought).lstrip("\n") if brought else text
        there = OpenField.asked(desk, replace(other, instead=replace(self.request, instead=None)))
        return there, "\n".join(each for each in (there.text(desk.drafts), typed) if each)

    def text(self, drafts: Drafts) -> str:
        """Return the draft left there earlier, or the text that the field brings."""
        return self._draft(drafts) or self.request.text

    def keep(self, drafts: Drafts, text: str) -> bool:
        """Keep as a draft what of a text is one; tells whether there is one now."""
        if self.request.field is not FieldKind.NUMBER:
            drafts.save(self.trace_id, draft_slot(self.request, self.span_id), draft_of(self.request, text))
        return bool(self._draft(drafts))

    def action(self, text: str) -> act.Action:
        """Return what a text comes to. Raises `UnusableValue`."""
        return meaning_of(self.request, self.question, text)

    def _draft(self, drafts: Drafts) -> str:
        return drafts.of(self.trace_id, draft_slot(self.request, self.span_id))


def late_title(desk: Desk, keymap: Keymap, request: FieldRequest) -> str:
    """Return what stands over a field that may be about the current item or the one before it, and the key that
    switches.
    """
    assert request.instead is not None, "it may be about two items"
    trace_id = request.trace_id or request.instead.trace_id
    is_flag = request.field is FieldKind.FLAG
    before = _told_of(desk, trace_id, with_title=not is_flag)
    verb, end = ("flag", ", note:") if is_flag else ("comment on", "")
    if request.trace_id:
        return keymap.spelled(f"{verb} {before} · {{field.complete}}: this item{end}")
    return keymap.spelled(f"{verb} this item · {{field.complete}}: {before}{end}")


def _told_of(desk: Desk, trace_id: str, *, with_title: bool) -> str:
    """``the one before (Wrong, “We are in, A17…”)``, for a sentence that names keys."""
    state = desk.state
    question = last_answered_of(state, trace_id)
    said = []
    if question is not None:
        said.append(cut(one_line(value_words(state.answers_of(trace_id)[question.name].value, question), 60), 20))
    if with_title and trace_id in state.index_of:
        said.append(f"“{cut(one_line(state.items[state.index_of[trace_id]].title, 60), 24)}”")
    return verbatim(f"the one before ({', '.join(said)})")
