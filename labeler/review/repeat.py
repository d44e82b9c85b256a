"""Repeating: this item gets the answers and comments of the item submitted last, as they stand there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change, StateEffect
from labeler.domain.question import Question
from labeler.domain.value import JsonValue, UnusableValue, same_value
from labeler.domain.worklist import ItemState
from labeler.review.action import ActionContext
from labeler.review.answer_values import check_value
from labeler.review.answers import answer_effect, change_or_none, editing, foreign_kept, submit
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.labelled import is_labelled
from labeler.review.parts import Part, missing_parts
from labeler.review.state import ReviewState
from labeler.review.structured import asked_fields, is_foreign, with_part
from labeler.review.worklist import Item

_CHANGES_LOOKED_AT: Final = 200
"""How far back the item submitted last is looked for: this is asked after every key."""


def repeatable(state: ReviewState) -> tuple[str, Mapping[str, Answer]] | None:
    """Return the item submitted last, other than the current one, and its answers that can be repeated; None for none.

    These are the answers to questions asked here, about the trace, that are no expectations.
    """
    here = None if state.item is None else state.item.trace_id
    for change in islice(reversed(state.history.done), _CHANGES_LOOKED_AT):
        trace_id = change.trace_id
        if change.act is Act.BULK or change.is_about_several:
            continue
        if trace_id != here and _submits(change) and _is_submitted(state, trace_id):
            given = state.answers_of(trace_id)
            asked = [each.name for each in state.questions if each.kind is AssessmentKind.FEEDBACK]
            return trace_id, {name: given[name] for name in asked if name in given}
    return None


def repeat(state: ReviewState, item: Item, stamp: ActionContext) -> Decision | Refusal:
    """Answer as on the item submitted last; submit, if that makes this item complete. All of it is one change."""
    if state.aim is not None:
        return Refusal("The questions are about a span; {app.leave} ends that, then {answer.repeat} answers the trace")
    found = repeatable(state)
    if found is None or not found[1]:
        return Refusal("Nothing to repeat: no other item was submitted here yet")
    source, answers = found
    effects: list[AnswerEffect] = []
    unfit: list[str] = []
    for question in state.questions:
        answer = answers.get(question.name)
        if answer is None:
            continue
        if is_foreign(question, state.given.get(question.name)):
            return Refusal(foreign_kept(question))
        try:
            value = check_value(question, asked_fields(question, answer.value))
        except UnusableValue:
            unfit.append(verbatim(question.name))
            continue
        effects += _taken_over(state, item, question, value, answer.comment, source, stamp)
    if unfit:
        return Refusal(f"Not repeated: what was said to {', '.join(unfit)} is no answer to it any more")
    if item.state is ItemState.LABELLED:
        return Decision(change=change_or_none(item, Act.REPEAT, effects, stamp), says=editing(state, item, effects))
    given = {**state.answers_of(item.trace_id), **{each.question: each.after for each in effects if each.after}}
    if is_labelled(given, state.questions):
        return submit(state, item, effects, stamp, Act.REPEAT)
    missing = missing_parts(state.questions, given)
    focus, field_index = missing[0].place if missing else (None, None)
    change = change_or_none(item, Act.REPEAT, effects, stamp)
    return Decision(change=change, focus=focus, field_index=field_index)


def _submits(change: Change) -> bool:
    """Return whether a change submitted its item, rather than telling of one that was submitted already."""
    return any(
        isinstance(effect, StateEffect) and effect.after is ItemState.LABELLED and effect.before is not effect.after
        for effect in change.effects
    )


def _is_submitted(state: ReviewState, trace_id: str) -> bool:
    index = state.index_of.get(trace_id)
    return index is not None and state.items[index].state is ItemState.LABELLED


def _taken_over(
    state: ReviewState,
    item: Item,
    question: Question,
    value: JsonValue,
    comment: str | None,
    source: str,
    stamp: ActionContext,
) -> Sequence[AnswerEffect]:
    """Return the effect that takes an answer over, or nothing where the item has the same one."""
    before = state.given.get(question.name)
    value = with_part(Part((0, 0), question), before, value)
    if before is not None and same_value(before.value, value) and (before.comment or "") == (comment or ""):
        return ()
    effect = answer_effect(state, item, question, before, value, comment, stamp)
    assert effect.after is not None
    return (replace(effect, after=replace(effect.after, repeats=source)),)
