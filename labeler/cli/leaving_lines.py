"""The three lines that a review prints when it is left: what was labelled, with which answers, and what is not sent."""

from __future__ import annotations

import shutil
from pathlib import Path

from labeler.journal.models import OutboxCounts
from labeler.journal.removed_journal import how_to_deliver
from labeler.reading.sanitise import one_line
from labeler.review.progress import Progress
from labeler.tui.progress.words import answers_words, items_words, pace_words

_PREFIX = len("labeler: ")


def leaving_lines(title: str, progress: Progress, left: OutboxCounts, moved_to: Path | None) -> tuple[str, str, str]:
    """Return the lines. `moved_to` is where the journal lies now, if that is not where it was."""
    width = max(shutil.get_terminal_size().columns, 80) - _PREFIX
    answers = " · ".join(part for part in (pace_words(progress), answers_words(progress)) if part)
    return (
        one_line(f"{title}: {items_words(progress)}", width),
        one_line(answers, width) if answers else "Nothing is answered yet",
        delivery_words(left, moved_to),
    )


def delivery_words(left: OutboxCounts, moved_to: Path | None) -> str:
    """Return what is not delivered, where it is kept, and what to do about it."""
    told = []
    if left.waiting and moved_to is not None:
        told.append(f"{left.waiting} to be delivered, safe in {moved_to}: {how_to_deliver(moved_to)}")
    elif left.waiting:
        told.append(
            f"{left.waiting} to be delivered, safe in the journal: they go out with the next run, or labeler sync"
        )
    if left.parked:
        told.append(f"{left.parked} waiting for you: labeler outbox list says why")
    if left.refused:
        told.append(f"{left.refused} refused by the server: labeler outbox list says why")
    return " · ".join(told) or "Nothing is left to deliver"
