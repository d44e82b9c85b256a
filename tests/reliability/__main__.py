"""The one command: ``python -m tests.reliability [SUBJECT [OPTION…]]``; without a subject every one, as documented."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module

SUBJECTS = {
    "kills": "the real program killed while it labels and delivers through faults",
    "naive": "the same faults and kills for a client that only tries again",
    "server-kills": "the MLflow server killed in the middle of delivery",
    "taken": "the journal removed, replaced and overwritten under the running program",
    "restored": "the server restored from older backups",
    "load": "50 reviewers at one MLflow server on PostgreSQL, through faults",
    "outage": "20,000 queued answers after a week without a server",
    "day": "a working day with every key, restarts and an outage; the server's end beside what was meant",
    "shared-queue": "real programs at one shared review queue: how many items are done twice",
    "sprint": "eight programs label a sprint while it is watched; every figure of its status beside the rows",
    "sprint-kills": "the making of a sprint killed and run again, and two at once",
    "machines": "state machines of the journal and of delivery against plain models",
}
"""A subject is the module of its name (a dash becomes an underscore) with ``main(arguments)``, which returns 0 when
what it shows held."""


def main(arguments: Sequence[str]) -> int:
    """Run the subject named first with the rest of the arguments, without one all; the first exit code other than 0."""
    if not arguments:
        return next((code for code in [run(subject, ()) for subject in SUBJECTS] if code), 0)
    if arguments[0] not in SUBJECTS:
        print(__doc__, *(f"  {name:<14}{what}" for name, what in SUBJECTS.items()), sep="\n", file=sys.stderr)
        return 2
    return run(arguments[0], arguments[1:])


def run(subject: str, arguments: Sequence[str]) -> int:
    print(f"\n{subject}: {SUBJECTS[subject]}", flush=True)
    code: int = import_module(f"tests.reliability.{subject.replace('-', '_')}").main(arguments)
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # servers end with the run
    sys.exit(main(sys.argv[1:]))
