"""Aiming: asking the questions about a span of the current item instead of its trace."""

from __future__ import annotations

from labeler.review.action import TargetSpan
from labeler.review.decision import Decision, Refusal
from labeler.review.navigation import opening_focus
from labeler.review.state import ReviewState
from labeler.review.worklist import Item


def aim(state: ReviewState, item: Item, action: TargetSpan) -> Decision | Refusal:
    """Aim at a span, and go to the first question that is not answered about it, else to the first."""
    if not state.questions:
        return Refusal("This review asks no question")
    return Decision(aim=action.span_id, focus=next(iter(state.unanswered(item.trace_id, action.span_id)), 0))


def end_aim(state: ReviewState) -> Decision:
    """Ask about the trace again, and go to the question at which the item opens."""
    return Decision(aim="", focus=opening_focus(state))
