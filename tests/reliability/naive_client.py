"""A process that sends answers with MLflow's own client and tries three times.

``python -m tests.reliability.naive_client URL REVIEWER FILE``, the file holding a trace ID a line. For each number read
from its input a process is forked that sends answers from that number on until it is killed: the same as one started
anew, without the seconds that importing mlflow takes. Each says what it begins and how that ended, answer by answer.
"""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

TRIES = 3


def main(url: str, reviewer: str, file: str) -> None:
    import mlflow

    mlflow.set_tracking_uri(url)
    trace_ids = Path(file).read_text().split()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            send(trace_ids, reviewer, int(line))
        say(f"process {pid}")
        os.waitpid(pid, 0)
        say("ended")


def send(trace_ids: list[str], reviewer: str, first: int) -> None:
    """Send answers, one after the other, for ever."""
    import mlflow
    from mlflow.entities import AssessmentSource

    source = AssessmentSource("HUMAN", reviewer)
    for number in itertools.count(first):
        say(f"begun {number}")
        word = "failed"
        for _ in range(TRIES):
            try:
                mlflow.log_feedback(
                    trace_id=trace_ids[number % len(trace_ids)],
                    name=f"question {number // len(trace_ids)}",
                    value=number % 2 == 0,
                    source=source,
                    metadata={"number": str(number)},
                )
            except Exception:  # whatever it is, a retry loop tries again
                continue
            word = "done"
            break
        say(f"{word} {number}")


def say(line: str) -> None:
    """A line in one piece, whoever else writes or is killed."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
