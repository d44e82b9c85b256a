"""The one question before something is done to all that is selected: what, to how many, and who of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from labeler.desk.desk import Desk
from labeler.reading.sanitise import one_line
from labeler.review.action import Bulk, OnEach
from labeler.review.bulk import BulkPlan, each_words, plan
from labeler.review.selection import told_counts
from labeler.tui.widgets.confirm import Way

_VALUE: Final = 60
_TITLE: Final = 32
"""Characters of what is done, and of a sample's title."""


def bulk_question(desk: Desk, each: OnEach, take: Callable[[Bulk], Awaitable[None]]) -> tuple[Sequence[Way], str] | str:
    """Return the ways there are and what is told above them; or why nothing can be done.

    `take` does it.
    """
    found = plan(desk.state, each)
    what = one_line(each_words(desk.state, each), _VALUE)
    if not found.everyone:
        return f"Nothing to do: {told_counts(found.left_out)}"
    first, others = len(found.first), len(found.everyone)
    everyone = Way(f"all {others}?", f"all {others}", partial(take, Bulk(each, found.everyone)))
    ways = [everyone]
    if found.has_two_ways:
        those = partial(take, Bulk(each, found.first))
        ways = [Way(f"only the {first} without an answer?", f"only those {first}", those), everyone]
    return ways, f"{what} · {_details(desk, found)}"


def _details(desk: Desk, found: BulkPlan) -> str:
    state = desk.state
    total, with_mine = len(found.everyone), len(found.everyone) - len(found.without)
    titles = (one_line(state.items[state.index_of[trace_id]].title, _TITLE) or trace_id for trace_id in found.samples)
    parts = [
        f"{len(state.selection)} selected",
        f"{with_mine} of {total} with an answer of yours" if with_mine else "none with an answer of yours",
        f"{found.not_opened} not opened in this sitting" if found.not_opened else "all opened in this sitting",
        _drafts(found.drafts),
        f"left out: {told_counts(found.left_out)}" if found.left_out else "",
        ", ".join(f"“{title}”" for title in titles),
    ]
    return " · ".join(part for part in parts if part)


def _drafts(count: int) -> str:
    if not count:
        return ""
    return f"{count} drafts would be left behind" if count > 1 else "a draft would be left behind"
