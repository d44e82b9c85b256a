"""A process that answers 300 items in one change: ``python -m tests.journal.bulk_writer FILE``.

It says ``begun`` before, the number of effects written after each, and ``saved`` once it is committed.
"""

from __future__ import annotations

import sys
import time
import uuid
from pathlib import Path

from labeler.domain.assessment import AssessmentKind
from labeler.domain.change import Act, Answer, AnswerEffect, Change
from labeler.journal.journal import Journal
from tests.journal.sitting import mint, rows, spec


def main() -> None:
    journal = Journal.open(Path(sys.argv[1]))
    review = journal.reviews.begin(spec(), 1)
    run = uuid.uuid4().hex[:8]
    traces = [f"tr-{run}-{number}" for number in range(300)]
    journal.reviews.add_items(review.id, rows(*traces))
    effects = tuple(
        AnswerEffect(
            trace, "helpful", AssessmentKind.FEEDBACK, None, Answer(mint(), False, "timed out", 1, 0, bulk=300)
        )
        for trace in traces
    )
    print("begun", flush=True)
    change = Change(f"c-{run}", Act.BULK, traces[0], 1, effects)
    journal.changes.record(review.id, change, _tell)
    print("saved", flush=True)


def _tell(written: int) -> None:
    print(written, flush=True)
    time.sleep(0.001)  # so that it can be killed at any of them


if __name__ == "__main__":
    main()
