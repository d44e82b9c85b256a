"""The time of bringing a journal of an earlier format to today's, with the copy that is kept beside it.

``python -m tests.benchmarks.migration [--runs N] [--items N] [--answers N] [--version N]``. Copying the file alone is
the peer: a journal cannot be brought over in less, since it is copied first.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from labeler.journal.journal import Journal
from labeler.journal.schema import STEPS
from tests.benchmarks.measures import machine, median, noise, table
from tests.benchmarks.opening import make_journal
from tests.journal.earlier_formats import write_as_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--version", type=int, default=len(STEPS) - 1)
    asked = parser.parse_args()
    print(machine())
    noise()
    took: dict[str, list[float]] = {"copied": [], "migrated": [], "opened again": []}
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as scratch:
        today, earlier = Path(scratch, "today.db"), Path(scratch, "earlier.db")
        make_journal(today, asked.items, asked.answers)
        write_as_of(asked.version, today, earlier)
        for number in range(asked.runs):
            path = Path(scratch, str(number), "journal.db")
            path.parent.mkdir()
            begun = time.perf_counter()
            shutil.copy(earlier, path)
            copied = time.perf_counter()
            Journal.open(path).close()
            migrated = time.perf_counter()
            Journal.open(path).close()
            again = time.perf_counter()
            for name, seconds in zip(took, (copied - begun, migrated - copied, again - migrated), strict=True):
                took[name].append(seconds * 1000)
            shutil.rmtree(path.parent)
    title = f"{asked.answers:,} answers on {asked.items:,} items, format {asked.version} to {len(STEPS)}"
    table(title, "ms", took)
    print(f"\nmigrated over copied: {median(took['migrated']) / median(took['copied']):.1f}")


if __name__ == "__main__":
    main()
