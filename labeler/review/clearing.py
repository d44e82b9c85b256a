"""Clearing an answer or a field of it, else going back to what was answered before."""

from __future__ import annotations

from labeler.domain.change import Act, Effect, StateEffect
from labeler.domain.worklist import ItemState
from labeler.review.action import ActionContext
from labeler.review.answers import clearing_effect, given_after, make_change
from labeler.review.decision import Decision, Refusal
from labeler.review.labelled import is_labelled
from labeler.review.parts import Part, answered_parts, find_part
from labeler.review.state import ReviewState
from labeler.review.worklist import Item


def clear(state: ReviewState, item: Item, stamp: ActionContext) -> Decision | Refusal:
    """Clear the focused answer, or field of it; on an unanswered one, go back to the one answered last."""
    part = state.part
    if part is None:
        return Refusal("This review asks no question")
    before = state.given.get(part.question.name)
    if before is None or (part.is_open(before) and answered_parts(part, before)):
        return _back_to_answered(state, part)
    effects: list[Effect] = [clearing_effect(state, item, part, before, stamp)]
    left = given_after(state, effects)
    if state.aim is None and item.state is ItemState.LABELLED and not is_labelled(left, state.questions):
        effects.append(StateEffect(item.trace_id, item.state, ItemState.OPEN))
    return Decision(change=make_change(Act.CLEAR, item.trace_id, effects, stamp), focus=state.focus, choosing=False)


def _back_to_answered(state: ReviewState, part: Part) -> Decision | Refusal:
    """Go back to what was answered before: a field above in the same question, else the question answered last."""
    within = [each for each in answered_parts(part, state.given.get(part.question.name)) if each.place < part.place]
    if not within:
        earlier = state.last_answered
        if earlier is None:
            return Refusal("Nothing is answered here; {edit.undo} takes back what you did last")
        found = find_part(state.questions, earlier.name)
        assert found is not None, "it is asked"
        within = answered_parts(found, state.given.get(earlier.name)) or [found]
    focus, field_index = within[-1].place
    return Decision(focus=focus, field_index=field_index)
