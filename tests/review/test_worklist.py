"""What a review asks of its worklist at each key takes no longer in a long one."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from itertools import islice
from types import FrameType
from typing import Any

from labeler.domain.worklist import ItemState
from labeler.review.action import Go, SetAnswer, Submit, Where
from labeler.review.navigation import nothing_left
from labeler.review.possible import refusal
from labeler.review.state import ReviewState
from labeler.review.worklist import Item
from tests.review.sitting import HELPFUL


def at_the_last_open_item(items: int) -> ReviewState:
    """A review in which all others are labelled, and were all visited."""
    state = ReviewState((HELPFUL,))
    state.add_items(Item(f"t{number}", "e", "", ItemState.LABELLED) for number in range(items - 1))
    state.add_items([Item("last", "e", "")])
    state.position = items - 1
    return state


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python are run, comprehensions counted at each turn; what is made only once is made before."""
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    work()
    before = sys.gettrace()
    gc.disable()  # what others have called when it runs is lines of Python as well
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
        gc.enable()
    return lines


def ask_everything(state: ReviewState) -> None:
    """What a paint and a key ask: which actions would act, what comes next, how much is left."""
    for action in (Go(Where.NEXT_OPEN), SetAnswer("helpful", True), Submit()):
        refusal(state, action)
    nothing_left(state)
    list(islice(state.worklist.unlabelled_after(0), 3))
    state.worklist.count_of(ItemState.OPEN)
    state.answers_by_span("last")


def test_what_is_asked_at_each_key_walks_over_no_worklist() -> None:
    few, many = at_the_last_open_item(10), at_the_last_open_item(5_000)
    assert lines_run(lambda: ask_everything(many)) == lines_run(lambda: ask_everything(few))


def test_what_a_key_changes_is_remembered_without_a_walk() -> None:
    def change(state: ReviewState) -> None:
        for now in (ItemState.DEFERRED, ItemState.LABELLED, ItemState.OPEN):
            state.worklist.set_state("last", now)
            state.worklist.set_state("t3", now)

    few, many = at_the_last_open_item(10), at_the_last_open_item(5_000)
    assert lines_run(lambda: change(many)) == lines_run(lambda: change(few))
