"""A process that sends answers with MLflow's own client and tries three times.

``python -m tests.reliability.naive_client URL REVIEWER FIRST FILE``, the file holding a trace ID a line. It says what
it begins and how that ended, answer by answer, and goes on until it is killed.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

TRIES = 3


def main(url: str, reviewer: str, first: str, file: str) -> None:
    import mlflow
    from mlflow.entities import AssessmentSource

    mlflow.set_tracking_uri(url)
    trace_ids = Path(file).read_text().split()
    source = AssessmentSource("HUMAN", reviewer)
    print("ready", flush=True)
    for number in itertools.count(int(first)):
        print(f"begun {number}", flush=True)
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
        print(f"{word} {number}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
