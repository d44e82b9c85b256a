"""Narrowing the worklist to the items that meet a criterion, and leaving them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from labeler.review.action import ShowAlso, ShowOnly
from labeler.review.criteria import criterion_words
from labeler.review.decision import Decision, Refusal, verbatim
from labeler.review.navigation import SHOW_ALL
from labeler.review.state import ReviewState


def show_only(state: ReviewState, action: ShowOnly) -> Decision:
    """Set or end a filter, and go to the first item that it shows from the current one on, else to its first."""
    filter, total = action.filter, len(state.items)
    if filter is None:
        return Decision(shows=action, says="" if state.filter is not None else f"all {total} are shown already")
    if not filter.shown:
        words = verbatim(criterion_words(filter.criterion, state.questions))
        return Decision(shows=action, says=f"filter {words}: no item fits · {SHOW_ALL} shows all {total}")
    return Decision(shows=action, position=_first_from(filter.shown, state.position))


def show_also(state: ReviewState, action: ShowAlso) -> Decision | Refusal:
    """Show more items in a filter, where it is still in effect, and stay."""
    filter = state.filter
    if filter is None or filter.criterion != action.criterion:
        return Refusal("Another filter was set meanwhile")
    more = {state.index_of[each] for each in action.trace_ids if each in state.index_of}
    return Decision(shows=ShowOnly(replace(filter, shown=sorted(more.union(filter.shown)))))


def leaving_filter(state: ReviewState, outcome: Decision | Refusal) -> Decision | Refusal:
    """Say it where a decision leads from an item that the filter shows to one that it does not."""
    if isinstance(outcome, Refusal) or outcome.position is None or outcome.shows is not None or state.filter is None:
        return outcome
    if state.worklist.shows(outcome.position) or not state.worklist.shows(state.position):
        return outcome
    return replace(outcome, says=" · ".join(said for said in (outcome.says, "this item is outside the filter") if said))


def _first_from(shown: Sequence[int], here: int) -> int:
    place = bisect_left(shown, here)
    return shown[place if place < len(shown) else 0]
