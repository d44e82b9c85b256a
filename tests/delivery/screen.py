"""A process with an answer that its reviewer has not left: ``python -m tests.delivery.screen DIRECTORY TRACE``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from labeler.journal.journal import Journal
from tests.journal.sitting import Sitting


def main(directory: Path, trace_id: str) -> None:
    journal = Journal.open(directory / "journal.db")
    review = journal.last_review()
    assert review is not None
    journal.record(review.id, Sitting().answer(trace_id, "helpful", True, None, 5))
    print("answered", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
