"""Aiming: asking the questions about a span of the current item instead of its trace."""

from __future__ import annotations

from labeler.review.action import TargetSpan
from labeler.review.decision import Decision, Refusal
from labeler.review.navigation import first_place, opening_focus
from labeler.review.state import ReviewState
from labeler.review.worklist import Item


def aim(state: ReviewState, item: Item, action: TargetSpan) -> Decision | Refusal:
    """Aim at a span, and go to the first question that is not answered about it, else to the first."""
    if not state.questions:
        return Refusal("This review asks no question")
    focus, field_index = first_place(state.unanswered(item.trace_id, action.span_id))
    return Decision(aim=action.span_id, focus=focus, field_index=field_index)


def end_aim(state: ReviewState) -> Decision:
    """Ask about the trace again, and go to the question at which the item opens."""
    focus, field_index = opening_focus(state)
    return Decision(aim="", focus=focus, field_index=field_index)
