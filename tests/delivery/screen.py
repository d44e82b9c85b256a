"""A process that labels and does not leave its last item: ``python -m tests.delivery.screen DIRECTORY TRACE…``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from labeler.journal.journal import Journal
from tests.journal.sitting import Sitting


def main(directory: Path, trace_ids: Sequence[str]) -> None:
    journal = Journal.open(directory / "journal.db")
    review = journal.reviews.last()
    assert review is not None
    sitting = Sitting()
    for number, trace_id in enumerate(trace_ids):
        if number:
            journal.outbox.release(trace_ids[number - 1], 5)
        journal.changes.record(review.id, sitting.answer(trace_id, "helpful", True, None, 5))
    print("answered", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
