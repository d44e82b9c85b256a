"""Carrying out what was decided: the only place where the state of a running review changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from labeler.dataclass import dataclass
from labeler.domain.change import Act, AnswerEffect, Change, StateEffect
from labeler.domain.value import same_value
from labeler.domain.worklist import ItemState
from labeler.review.decision import Decision
from labeler.review.filled_in import open_as_left, open_item
from labeler.review.my_answer import Mine
from labeler.review.parts import Part, parts, parts_of
from labeler.review.shared_queue import offer
from labeler.review.state import ReviewState, Subject, WentOn
from labeler.review.worklist import TO_DO


@dataclass(frozen=True, slots=True)
class Changed:
    """What to paint: whether the reviewer has moved to another item, and the rows that look different now."""

    moved: bool
    rows: tuple[int, ...]


def apply(state: ReviewState, decision: Decision) -> Changed:
    """Carry out a decision. Its change, if there is one, has been journaled."""
    came_from, asked = state.position, _asked(state)
    left = state.item
    rows = {came_from}
    state.filled_in -= decision.passes
    if decision.change is not None:
        apply_change(state, decision.change)
        rows.update(state.index_of[trace_id] for trace_id in decision.change.trace_ids)
    if decision.shows is not None:
        state.show_only(decision.shows.filter)
    if decision.kept_comment is not None and state.item is not None:
        _keep_comment(state, state.subject, decision.kept_comment)
    if decision.position is not None:
        _stand_at(state, decision)
    if decision.aim is not None:
        state.aim = decision.aim or None
    if decision.focus is not None:
        _focus(state, decision.focus, decision.field_index)
    if decision.selection is not None:
        rows.update(_indexes_of(state, decision.selection.trace_ids ^ state.selection.trace_ids))
        state.selection = decision.selection
    elif state.selection.options is not None and _asked(state)[1:] != asked[1:]:
        state.selection = replace(state.selection, options=None)
    if decision.choosing is not None:
        state.choosing = decision.choosing
    elif _asked(state) != asked:
        state.choosing = False
    if decision.stops and left is not None:
        state.stopped_at = left.trace_id
    elif state.position != came_from:
        state.stopped_at = ""
    rows.add(state.position)
    if decision.change is not None and (state.item is None or decision.change.trace_id != state.item.trace_id):
        state.before_edit.pop(decision.change.trace_id, None)
    if state.position != came_from:
        state.advance = _went_on(decision)
    if left is not None and (decision.submits or state.position != came_from):
        state.before_edit.pop(left.trace_id, None)
    state.lingers = decision.lingers or (state.lingers and state.position == came_from)
    return Changed(moved=state.position != came_from, rows=tuple(sorted(rows)))


def apply_change(state: ReviewState, change: Change) -> None:
    """Apply a change to the state."""
    is_labelled = state.items[state.index_of[change.trace_id]].state is ItemState.LABELLED
    if is_labelled and not change.is_about_several:
        state.before_edit.setdefault(change.trace_id, dict(state.answers_of(change.trace_id)))
    for effect in change.effects:
        if isinstance(effect, StateEffect) or effect.span_id is None:
            state.touched.add(effect.trace_id)
        if isinstance(effect, StateEffect):
            _set_state(state, effect, is_taken_back=change.act is Act.UNDO)
            if effect.after in TO_DO and not effect.leaves_queue_alone:
                state.queue.forget_own(effect.trace_id)
                offer(state, effect.trace_id)
        else:
            _set_answer(state, effect)
    state.history.add(change)


def _went_on(decision: Decision) -> WentOn | None:
    change = decision.change
    if change is None or not decision.submits:
        return None
    labels = any(isinstance(effect, StateEffect) and effect.after is ItemState.LABELLED for effect in change.effects)
    return WentOn(change.trace_id, change.at_ms) if labels else None


def _indexes_of(state: ReviewState, trace_ids: Iterable[str]) -> Iterator[int]:
    return (state.index_of[trace_id] for trace_id in trace_ids if trace_id in state.index_of)


def _set_state(state: ReviewState, effect: StateEffect, *, is_taken_back: bool) -> None:
    """Put an item into its state. One that is deferred again, when it has come back, is set aside."""
    if effect.before is effect.after is ItemState.DEFERRED:
        if is_taken_back:
            state.worklist.take_up(effect.trace_id)
        else:
            state.worklist.set_aside(effect.trace_id)
    else:
        state.worklist.set_state(effect.trace_id, effect.after)


def _set_answer(state: ReviewState, effect: AnswerEffect) -> None:
    subject = effect.trace_id, effect.span_id
    state.set_answer(subject, effect.question, effect.after)
    if state.item is not None and subject == (state.item.trace_id, None):
        found = (part for part in parts(state.questions) if part.question.name == effect.question)
        state.filled_in -= {part.name for part in found if _answers(effect, part)}
    state.mine.pop((subject, effect.question), None)
    if effect.restored:
        beside = tuple(each for each in reversed(effect.restored) if each.valid)
        state.mine[subject, effect.question] = Mine(effect.after, beside=beside, retire=effect.restored)
    if effect.after is not None and effect.after.comment == state.kept_comments.get(subject):
        state.kept_comments.pop(subject, None)


def _keep_comment(state: ReviewState, subject: Subject, text: str) -> None:
    if text:
        state.kept_comments[subject] = text
    else:
        state.kept_comments.pop(subject, None)


def _stand_at(state: ReviewState, decision: Decision) -> None:
    assert decision.position is not None
    moved = decision.position != state.position
    state.trail.visit(state.position)
    state.position = decision.position
    if decision.trail is None:
        state.trail.visit(decision.position)
    else:
        state.trail.at = decision.trail
    if moved:
        state.aim = None
        if decision.change is not None and decision.change.reverses is not None:
            open_as_left(state)
        else:
            open_item(state)


def _answers(effect: AnswerEffect, part: Part) -> bool:
    """Return whether an effect on the answer to a part's question is one on that part."""
    return part.field is None or not same_value(part.value_in(effect.before), part.value_in(effect.after))


def _asked(state: ReviewState) -> tuple[object, ...]:
    """Return what keys answer now."""
    return state.position, state.focus, state.field_index, state.aim


def _focus(state: ReviewState, index: int, field_index: int | None) -> None:
    if field_index is not None:
        state.field_index = field_index
    elif index != state.focus:
        question = state.questions[index]
        given = state.given.get(question.name) if state.item is not None else None
        opening = (part.place[1] for part in parts_of(index, question) if part.is_open(given))
        state.field_index = next(opening, 0)
    state.focus = index
