"""The desk's worklist, row by row, for the worklist view."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from labeler.desk.desk import Desk
from labeler.domain.change import Answer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.duration import duration_words
from labeler.domain.moment import time_or_date
from labeler.domain.question import Question
from labeler.domain.queue import QueueItemState
from labeler.domain.value import JsonValue
from labeler.domain.value_words import number_words
from labeler.domain.worklist import ItemState
from labeler.reading.sanitise import one_line
from labeler.review.criteria import Filter
from labeler.review.my_answer import contradictions
from labeler.review.parts import parts_of
from labeler.review.shared_queue import finisher
from labeler.review.state import ReviewState
from labeler.review.worklist import TO_DO, Item
from labeler.tui.appearance import Signs
from labeler.tui.review.worklist_rows import RowFacts, WorklistRowView


class DeskRows:
    """The desk's worklist for the worklist view.

    `typed` is a filter whose text is being typed: rows follow it, and nothing else does.
    """

    def __init__(self, desk: Desk, signs: Signs) -> None:
        self._desk = desk
        self._signs = signs
        self.typed: Filter | None = None

    @property
    def row_count(self) -> int:
        shown = self._shown
        return len(self._desk.state.items if shown is None else shown)

    def position_of(self, row: int) -> int:
        """Return the index in the worklist of what a row shows."""
        shown = self._shown
        return row if shown is None else shown[row]

    def row_of(self, position: int) -> int:
        """Return the row of an item; of one that a filter does not show, the row before which it belongs."""
        shown = self._shown
        return position if shown is None else bisect_left(shown, position)

    def shows(self, position: int) -> bool:
        """Return whether an item has a row."""
        row = self.row_of(position)
        return row < self.row_count and self.position_of(row) == position

    @property
    def _shown(self) -> Sequence[int] | None:
        return self._desk.state.worklist.shown if self.typed is None else self.typed.shown

    def row(self, index: int) -> WorklistRowView:
        desk, state, signs = self._desk, self._desk.state, self._signs
        item = state.items[self.position_of(index)]
        by = finisher(state, item.trace_id) if item.state in TO_DO else ""
        if item.trace_id in desk.deliveries.conflicts or _is_contradicted(state, item.trace_id):
            sign, role = signs.conflict, "sign.refused"
        elif item.trace_id in desk.deliveries.refused:
            sign, role = signs.refused, "sign.refused"
        elif by:
            sign, role = signs.others, "sign.declined"
        elif item.trace_id in state.absent:
            sign, role = signs.missing, "sign.missing"
        elif item.state is ItemState.OPEN and state.is_partly_answered(item.trace_id):
            sign, role = signs.partly, "sign.partly"
        else:
            sign, role = {
                ItemState.OPEN: (signs.open, "sign.open"),
                ItemState.LABELLED: (signs.labelled, "sign.labelled"),
                ItemState.DEFERRED: (signs.deferred, "sign.deferred"),
                ItemState.DECLINED: (signs.declined, "sign.declined"),
            }[item.state]
        second, second_role = " ", "row"
        if state.is_flagged(item.trace_id):
            second, second_role = signs.flag, "sign.flag"
        elif desk.known.has_any_on_spans(item.trace_id):
            second = signs.said
        title = one_line(item.title) or one_line(item.trace_id)
        if by:
            title = f"{one_line(by, 16)} · {title}"
        elif item.state in TO_DO and state.queue.finished_by_me(item.trace_id, QueueItemState.COMPLETE):
            sign, role, second, second_role = signs.labelled, "sign.labelled", "?", "sign.labelled"
        elif item.trace_id in state.queue.removed:
            title = f"taken out · {title}"
        value, value_role = _value_in_row(state, item.trace_id, signs)
        return WorklistRowView(
            sign,
            role,
            second,
            second_role,
            title,
            dim=not self._is_work(item),
            draft=signs.draft if desk.drafts.has_any(item.trace_id) else " ",
            value=value,
            value_role=value_role,
            failed=signs.failed if item.has_failed else " ",
            selected=signs.selected if item.trace_id in state.selection else " ",
            facts=self._facts(item),
        )

    def _is_work(self, item: Item) -> bool:
        state = self._desk.state
        return item.state in TO_DO and (not state.rules.for_queue or state.queue.is_work(item.trace_id))

    def _facts(self, item: Item) -> RowFacts:
        """Return what a wide row tells besides. In a blind review it has nobody's name."""
        known = self._desk.intake.facts.of(item.trace_id)
        others = () if self._desk.state.is_blind else known.others
        return RowFacts(
            time=time_or_date(item.requested_at_ms, wall_clock_ms()) if item.requested_at_ms else "",
            duration=duration_words(known.duration_ms) if known.duration_ms is not None else "",
            name=one_line(known.name, 40),
            others=one_line(", ".join(others), 40),
        )


def _is_contradicted(state: ReviewState, trace_id: str) -> bool:
    """Return whether an answer of mine stands beside one that I gave elsewhere, was never shown, and that says
    otherwise.
    """
    known = ((each, state.mine.get(((trace_id, None), each.name))) for each in state.questions)
    return any(mine is not None and contradictions(question, mine) for question, mine in known)


def _value_in_row(state: ReviewState, trace_id: str, signs: Signs) -> tuple[str, str]:
    """Return the answer to the first question that has one, in a sign or few letters, and its role; nothing
    where none has.
    """
    answers = state.answers_of(trace_id)
    question = next((each for each in state.questions if each.name in answers), None)
    if question is None:
        return "", ""
    match _first_said(question, answers[question.name]):
        case True:
            return signs.labelled, "sign.labelled"
        case False:
            return signs.refused, "sign.refused"
        case int() | float() as number:
            return number_words(number), ""
        case []:
            return signs.declined, ""
        case [str(first), *others]:
            return one_line(first, 40)[:2] + ("+" if others else ""), ""
        case str(text):
            return one_line(text, 40)[:3], ""
        case _:
            return signs.ellipsis[:1], ""


def _first_said(question: Question, answer: Answer) -> JsonValue:
    """Return the answer, or of an object the first field that was answered."""
    values = (part.value_in(answer) for part in parts_of(0, question))
    return next((value for value in values if value is not None), answer.value)
