"""What it costs a reviewer that a queue of 1,000 items is read while 20 of them change a second.

``python -m tests.benchmarks.polling [--keys N] [--items N] [--changes N]``. From a key to the next trace completely
painted, as `key_to_paint` measures it, in the real program at a real MLflow server: with nothing read but at the start,
and with the queue read at its usual pace while others finish and open items. Then the share of a core that an hour of
polling takes, from the CPU time of two minutes without a key.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Final

from tests.benchmarks.key_to_paint import Figures, press_keys
from tests.benchmarks.measures import cpu_ms, machine, median, noise, table
from tests.benchmarks.pseudo_terminal import PseudoTerminal, environment
from tests.desk.at_a_queue import ServedQueue, served_queue
from tests.servers.mlflow_server import MlflowServer

_ONCE: Final = (
    "from labeler.delivery import reading_intervals as pace; "
    "pace.USUAL = pace.ReadingIntervals(queue_s=1e6, near_end_s=1e6, in_view_s=1e6)"
)
_USUAL: Final = "pass"
_RUN: Final = "import sys; from labeler.cli.main import main; sys.exit(main())"


@contextmanager
def changing(queue: ServedQueue, changes_a_second: int) -> Iterator[None]:
    """Have a colleague finish and open the last items of the queue, so many a second."""
    ended = threading.Event()
    places = cycle(queue.trace_ids[len(queue.trace_ids) // 2 :])

    def work() -> None:
        for number, trace_id in enumerate(places):
            if ended.wait(1 / changes_a_second):
                return
            is_open = (number // (len(queue.trace_ids) // 2)) % 2 == 0
            queue.set(trace_id, "COMPLETE" if is_open else "PENDING", "sam" if is_open else None)

    thread = threading.Thread(target=work, daemon=True)
    if changes_a_second:
        thread.start()
    yield
    ended.set()
    if changes_a_second:
        thread.join()


@contextmanager
def review_of(queue: ServedQueue, home: Path, pace: str) -> Iterator[PseudoTerminal]:
    home.mkdir()
    (home / "config.toml").touch()
    arguments = ["review", "-b", queue.server.url, "-q", queue.id, "-r", "ana"]
    with PseudoTerminal([sys.executable, "-c", f"{pace}; {_RUN}", *arguments], environment(home), home) as terminal:
        terminal.wait_for(r"item 1/\d+ [\s\S]*● online")
        terminal.until_idle()
        yield terminal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--items", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=20, help="a second")
    parser.add_argument("--quiet-s", type=float, default=120, help="seconds without a key, for the cost of polling")
    asked = parser.parse_args()
    print(machine())
    noise()
    rows: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        server = MlflowServer(Path(directory))
        server.start()
        try:
            queue = served_queue(asked.items, ["ana", "sam"], server=server)
            for name, pace, changes in (
                ("read at the start alone", _ONCE, 0),
                ("the queue read, nothing changes", _USUAL, 0),
                (f"the queue read, {asked.changes} changes a second", _USUAL, asked.changes),
            ):
                home = Path(directory) / name.replace(" ", "-")
                with review_of(queue, home, pace) as terminal, changing(queue, changes):
                    rows[name] = press_keys(terminal, "j", asked.keys, 1)
            with review_of(queue, Path(directory) / "quiet", _USUAL) as terminal:
                before, began = cpu_ms(terminal.pid), time.perf_counter()
                while time.perf_counter() - began < asked.quiet_s:
                    terminal.show(terminal.until_quiet(1))
                share = (cpu_ms(terminal.pid) - before) / (time.perf_counter() - began) / 10
        finally:
            server.close()
    noise()
    table("key to trace completely painted", "ms", {name: figures.painted for name, figures in rows.items()})
    table("CPU time till then, all threads", "ms", {name: figures.cpu for name, figures in rows.items()})
    alone, polled, changing_too = (median(figures.painted) for figures in rows.values())
    ratios = f"{polled / alone:.2f} while it is read, {changing_too / alone:.2f} while others work on it too"
    print(f"\nkey to trace painted, over that with nothing read: {ratios}")
    print(f"without a key, the queue read every 15 s: {share:.2f} % of a core")


if __name__ == "__main__":
    main()
