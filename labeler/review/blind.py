"""Blind reviews: what is written down of an answer, what B asks, and what follows from a yes."""

from __future__ import annotations

from typing import Final

from labeler.domain.change import Answer, Blind
from labeler.review.decision import Refusal
from labeler.review.state import Blindness, ReviewState

SHOWN_NOW: Final = "submitted; what others said is shown · {item.submit} goes on"

HIDDEN: Final = "This review is blind: what others said is hidden; {review.blind} shows it"


def blind_of(state: ReviewState, trace_id: str, before: Answer | None) -> Blind:
    """Return whether an answer about a trace that is given now, in place of `before`, is given blind.

    What was once shown stays seen: hiding it again makes no later answer blind.
    """
    if state.hides_others_of(trace_id):
        return Blind.REVEALED if trace_id in state.revealed else Blind.YES
    was_blind = before is not None and before.blind is not Blind.NO
    return Blind.REVEALED if state.rules.blind is not Blindness.OFF or was_blind else Blind.NO


def shows_after(state: ReviewState, trace_id: str) -> bool:
    """Return whether an item stays in view when it is submitted, with what others said."""
    is_until_then = state.rules.blind is Blindness.UNTIL_ANSWERED and state.hides_others_of(trace_id)
    return state.rules.shows_after and is_until_then


def why_hidden(state: ReviewState) -> str:
    """Say why what others said of the current item cannot be used, in a sentence; empty where it can."""
    if state.item is None or not state.hides_others_of(state.item.trace_id):
        return ""
    return "This review is blind: what others said stays hidden" if state.rules.blind is Blindness.LOCKED else HIDDEN


def ask_to_turn(state: ReviewState) -> str | Refusal:
    """Return what to ask before what others said is shown, or hidden; or why it is not."""
    if state.rules.checked:
        return Refusal("The verdicts of a judge are checked here, so they cannot be hidden")
    if not state.is_blind:
        return "Hide what others said? What you have seen of it stays written down with your answers"
    if state.rules.blind is Blindness.LOCKED:
        return Refusal("This review is blind for good: what others said stays hidden")
    return "Show what others said? Your answers from then on say so: revealed"


def reveal(state: ReviewState, trace_id: str) -> bool:
    """Note that the reviewer sees what others said of a trace, unless it is hidden; return whether that is new."""
    if state.hides_others_of(trace_id) or trace_id in state.revealed:
        return False
    state.revealed.add(trace_id)
    return True
