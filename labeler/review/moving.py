"""Moving through the worklist. Moving changes nothing but where the reviewer stands."""

from __future__ import annotations

from labeler.review.action import Go, GoTo, Where
from labeler.review.answering import nothing_left
from labeler.review.decision import Decision, Refusal
from labeler.review.flow import next_open
from labeler.review.state import ReviewState


def go(state: ReviewState, action: Go) -> Decision | Refusal:
    last = len(state.items) - 1
    match action.where:
        case Where.NEXT:
            return _to(state, state.position + 1, "This is the last item")
        case Where.PREVIOUS:
            return _to(state, state.position - 1, "This is the first item")
        case Where.FIRST:
            return Decision(position=0)
        case Where.LAST:
            return Decision(position=last)
        case Where.BACK:
            return _along_trail(state, -1, "You were nowhere before this item")
        case Where.FORWARD:
            return _along_trail(state, 1, "This is the item you came to last")
        case Where.NEXT_OPEN:
            target = next_open(state)
            return Refusal(nothing_left(state)) if target is None else Decision(position=target)


def go_to(state: ReviewState, action: GoTo) -> Decision | Refusal:
    return _to(state, action.number - 1, f"There are items 1 to {len(state.items)}")


def _to(state: ReviewState, index: int, otherwise: str) -> Decision | Refusal:
    return Decision(position=index) if 0 <= index < len(state.items) else Refusal(otherwise)


def _along_trail(state: ReviewState, step: int, otherwise: str) -> Decision | Refusal:
    at = state.trail.at + step
    if not 0 <= at < len(state.trail.visited):
        return Refusal(otherwise)
    return Decision(position=state.trail.visited[at], trail=at)
