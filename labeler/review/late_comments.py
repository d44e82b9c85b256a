"""Comments and flags that come late: right after an advance they may have been meant for the item before."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labeler.domain.change import Act, Effect
from labeler.domain.question import FLAG_NAME, Question
from labeler.domain.value import UnusableValue, check_text
from labeler.review.action import ActionContext, Comment, OnItem, SetFlag
from labeler.review.answers import answer_effect, find_question, make_change, not_asked, note_effect
from labeler.review.decision import Decision, FieldKind, FieldRequest, Refusal, verbatim
from labeler.review.item_states import note_answer
from labeler.review.state import ReviewState

_LATE_MS: Final = 5_000
"""For how long after an advance it is asked which item is meant."""


def offering_the_one_before(
    state: ReviewState, outcome: Decision | Refusal, stamp: ActionContext
) -> Decision | Refusal:
    """Have a comment or a flag that is asked for also offered for the item that was just submitted.

    It is while nothing is answered on the current item, for a few seconds.
    """
    if isinstance(outcome, Refusal) or outcome.ask is None or state.item is None or state.advance is None:
        return outcome
    if state.aim is not None or state.is_partly_answered(state.item.trace_id):
        return outcome
    if not 0 <= stamp.at_ms - state.advance.at_ms <= _LATE_MS or state.advance.trace_id not in state.index_of:
        return outcome
    before = _asked_before(state, outcome.ask.field, state.advance.trace_id)
    return outcome if before is None else replace(outcome, ask=replace(outcome.ask, instead=before))


def last_answered_of(state: ReviewState, trace_id: str) -> Question | None:
    """Return the question that was answered last about a trace; None if none was."""
    given = state.answers_of(trace_id)
    answered = [question for question in state.questions if question.name in given]
    return max(answered, key=lambda question: given[question.name].answered_at_ms, default=None)


def on_item(state: ReviewState, action: OnItem, stamp: ActionContext) -> Decision | Refusal:
    """Comment on the answer to an item that is not the current one, or flag that. The reviewer stays."""
    trace_id = action.trace_id
    if trace_id not in state.index_of or state.aim is not None:
        return Refusal("That item is no longer in this worklist")
    item = state.items[state.index_of[trace_id]]
    match action.does:
        case Comment(name, text):
            found = find_question(state, name)
            before = state.answers_of(trace_id).get(name)
            if found is None:
                return Refusal(not_asked(name))
            if before is None:
                return Refusal(f"{verbatim(name)} is not answered there any more, so there is nothing to comment on")
            if (before.comment or "") == (typed := text.strip()):
                return Decision()
            try:
                comment = check_text(typed, "The comment") or None
            except UnusableValue as error:
                return Refusal(verbatim(str(error)))
            as_before = replace(stamp, duration_ms=before.duration_ms)
            effect: Effect = answer_effect(state, item, found[1], before, before.value, comment, as_before)
            change = make_change(Act.COMMENT, trace_id, (effect,), stamp)
        case SetFlag(text):
            try:
                check_text(text.strip(), "The note")
            except UnusableValue as error:
                return Refusal(verbatim(str(error)))
            effect = note_effect(state, item, FLAG_NAME, note_answer(state, item, text, replace(stamp, duration_ms=0)))
            change = make_change(Act.FLAG, trace_id, (effect,), stamp)
    return Decision(change=change, says="on the item before · {edit.undo} takes it back")


def _asked_before(state: ReviewState, field: FieldKind, trace_id: str) -> FieldRequest | None:
    """Return what is asked for the item before; None where it takes nothing of the kind."""
    if field is FieldKind.FLAG:
        return None if state.is_flagged(trace_id) else FieldRequest(FieldKind.FLAG, trace_id=trace_id)
    question = last_answered_of(state, trace_id)
    if field is not FieldKind.COMMENT or question is None or not question.takes_comment:
        return None
    text = state.answers_of(trace_id)[question.name].comment or ""
    return FieldRequest(FieldKind.COMMENT, question.name, text, trace_id=trace_id)
