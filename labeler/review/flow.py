"""Where to go next: which question, which item."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from labeler.domain.worklist import ItemState
from labeler.review.state import Advance, ReviewState


def next_open(state: ReviewState) -> int | None:
    """Index of the next item that is not labelled: the open ones after here, those before, then the deferred.

    Items that cannot be shown now are passed over. None when there is nothing left but the current one.
    """
    here = state.position
    around = chain(range(here + 1, len(state.items)), range(here))
    found = next((index for index in around if _can_be_worked(state, index, ItemState.OPEN)), None)
    if found is not None:
        return found
    waiting = (state.index_of[trace_id] for trace_id in state.deferred)
    return next((i for i in waiting if i != here and _can_be_worked(state, i, ItemState.DEFERRED)), None)


def first_to_work(state: ReviewState) -> int:
    """Index of the item a review opens at when no position was left: the first open one, else the first."""
    return next((i for i in range(len(state.items)) if _can_be_worked(state, i, ItemState.OPEN)), 0)


def focus_after(asked: int, unanswered: Iterable[int]) -> int:
    """The question to go to after answering `asked`: the next unanswered one, else the first, else stay."""
    left = list(unanswered)
    return next((index for index in left if index > asked), left[0] if left else asked)


def opening_focus(state: ReviewState, position: int) -> int:
    """The question an item opens at: the first unanswered one, else the first."""
    if not state.items:
        return 0
    return next(iter(state.unanswered(state.items[position].trace_id)), 0)


def is_complete(state: ReviewState, answered: frozenset[str]) -> bool:
    """Whether an item with these questions answered is submitted without being told."""
    required = [question.name for question in state.questions if question.required]
    if not required or state.rules.advance is Advance.MANUAL or not answered.issuperset(required):
        return False
    return state.rules.advance is Advance.REQUIRED or all(q.name in answered for q in state.questions)


def _can_be_worked(state: ReviewState, index: int, wanted: ItemState) -> bool:
    item = state.items[index]
    return item.state is wanted and item.trace_id not in state.absent
