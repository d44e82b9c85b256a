"""The field that is open: what was asked, about which trace and span, and what is kept of what is typed there."""

from __future__ import annotations

from typing import Final

from labeler.dataclass import dataclass
from labeler.desk.desk import Desk
from labeler.desk.drafts import Drafts
from labeler.domain.question import Question
from labeler.reading.sanitise import one_line
from labeler.review import action as act
from labeler.review.decision import FieldKind, FieldRequest
from labeler.review.field_input import draft_of, draft_slot, meaning_of, takes_several_lines, title_of
from labeler.review.parts import find_part
from labeler.review.shared_queue import why_no_work
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
        """What is asked now, about what the questions are about now."""
        part = find_part(desk.state.questions, request.question, request.field_name) if request.question else None
        return cls(request, None if part is None else part.asked, *desk.state.subject)

    def view(self, desk: Desk, keymap: Keymap, shown_name: str) -> FieldView:
        """The field with the draft left there earlier, or the text it brings; `shown_name` is the question's name."""
        name = cut(one_line(shown_name, 60), 40)
        if span := target_name(desk):
            name = f"{name} about span {cut(span, 32)}"
        for_queue = desk.state.rules.for_queue and not why_no_work(desk.state, self.trace_id)
        title = title_of(self.request, self.question, name, for_queue=for_queue)
        hint = keymap.spelled(_LINE_HINTS.get(self.request.field, _HINT))
        return FieldView(title, self.text(desk.drafts), hint, takes_several_lines(self.request))

    def text(self, drafts: Drafts) -> str:
        """The draft left there earlier, or the text that the field brings."""
        return self._draft(drafts) or self.request.text

    def keep(self, drafts: Drafts, text: str) -> bool:
        """Keep as a draft what of a text is one; tells whether there is one now."""
        if self.request.field is not FieldKind.NUMBER:
            drafts.save(self.trace_id, draft_slot(self.request, self.span_id), draft_of(self.request, text))
        return bool(self._draft(drafts))

    def action(self, text: str) -> act.Action:
        """What a text comes to. Raises `UnusableValue`."""
        return meaning_of(self.request, self.question, text)

    def _draft(self, drafts: Drafts) -> str:
        return drafts.of(self.trace_id, draft_slot(self.request, self.span_id))
