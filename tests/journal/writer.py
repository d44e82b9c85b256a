"""A process that answers as fast as it can and says so after each commit: ``python -m tests.journal.writer FILE``."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from labeler.journal.journal import Journal
from tests.journal.sitting import Sitting, rows, spec


def main() -> None:
    journal = Journal.open(Path(sys.argv[1]))
    review = journal.reviews.begin(spec(queue_id="rq-1"), 1)
    sitting = Sitting()
    for number in itertools.count(len(journal.reviews.items(review.id))):
        trace = f"tr-{number}"
        journal.reviews.add_items(review.id, rows(trace))
        change = sitting.answer(trace, "helpful", number, None, number)
        journal.changes.record(review.id, change)
        print(change.id, sitting.cells[trace, "helpful"].assessment_id, flush=True)


if __name__ == "__main__":
    main()
