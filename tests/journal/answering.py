"""A program that answers and says so after each commit, until its input ends: ``-m tests.journal.answering FILE NAME``.

What could not be saved it answers again. Lines: ``saved CHANGE``, ``moved PATH``, ``failed SENTENCE``.
"""

from __future__ import annotations

import itertools
import select
import sys
import time
from pathlib import Path

from labeler.journal.journal import Journal
from labeler.journal.models import JournalError
from tests.journal.sitting import Sitting, rows, spec


def main() -> None:
    path, name = Path(sys.argv[1]), sys.argv[2]
    while True:
        try:
            journal = Journal.open(path)
            review = journal.reviews.begin(spec(filter=f"name = '{name}'"), 1)
            break
        except JournalError as error:
            say("failed", error)
            time.sleep(0.05)
    journal.tell_moves(lambda moved: say("moved", moved.path))
    say("ready", name)
    sitting = Sitting()
    for number in itertools.count():
        trace = f"{name}-{number}"
        while True:
            change = sitting.answer(trace, "helpful", number, None, number)
            try:
                journal.reviews.add_items(review.id, rows(trace))
                journal.changes.record(review.id, change)
                break
            except JournalError as error:
                say("failed", error)
                time.sleep(0.02)
        say("saved", change.id)
        if select.select([sys.stdin], [], [], 0.002)[0]:
            break
    journal.close()


def say(what: str, about: object) -> None:
    print(what, about, flush=True)


if __name__ == "__main__":
    main()
