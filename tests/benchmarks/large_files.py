"""How long a large file takes to be opened for review, and what memory: ``python -m tests.benchmarks.large_files``.

Of each file: until its first trace is painted in a terminal, as a multiple of what a file of one row takes; until all
of its traces are in the worklist, as a multiple of what a bare Python takes to read the lines as JSON; and the most
memory that the program had. Times are wall time.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.measures import machine, noise
from tests.terminal.conftest import Machine

_WORDS: Final = "The sill at Skarv stands half a metre over datum and the ferry waits for the tide to turn. "


def chat_row(number: int, size: int) -> dict[str, Any]:
    """A chat row of about `size` characters."""
    answer = (_WORDS * (size // len(_WORDS) + 1))[: max(size - 120, 40)]
    asked = {"role": "user", "content": f"Question {number}: when does the ferry leave?"}
    return {"id": number, "messages": [asked, {"role": "assistant", "content": answer}]}


def otlp_line(number: int, size: int) -> dict[str, Any]:
    """An export of one trace of one span, of about `size` characters."""
    row = chat_row(number, size)
    told = {f"gen_ai.{side}.messages": [each] for side, each in zip(("input", "output"), row["messages"], strict=True)}
    parts = {
        key: [{"role": each["role"], "parts": [{"type": "text", "content": each["content"]}]} for each in messages]
        for key, messages in told.items()
    }
    span = {
        "traceId": f"{number + 1:032x}",
        "spanId": f"{number + 1:016x}",
        "name": "chat m4",
        "startTimeUnixNano": "1790000000000000000",
        "endTimeUnixNano": "1790000001000000000",
        "attributes": [{"key": key, "value": {"stringValue": json.dumps(each)}} for key, each in parts.items()],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


FILES: Final[dict[str, tuple[Callable[[int, int], dict[str, Any]], int, int]]] = {
    "55 MB of chat rows": (chat_row, 5_500, 10_000),
    "55 MB of OTLP lines": (otlp_line, 5_500, 10_000),
    "one row of 50 MB": (chat_row, 1, 50_000_000),
    "1 GB of chat rows": (chat_row, 100_000, 10_000),
}
"""What is in each, how many rows, and of what size."""


def write(path: Path, name: str) -> int:
    """Write one of the files; returns its bytes."""
    make, count, size = FILES[name]
    with path.open("w") as file:
        for number in range(count):
            file.write(json.dumps(make(number, size)) + "\n")
    return path.stat().st_size


def as_json_s(path: Path) -> float:
    """Seconds that Python takes to read the lines of a file as JSON."""
    begun = time.perf_counter()
    with path.open() as file:
        for line in file:
            json.loads(line)
    return time.perf_counter() - begun


def opened(home: Path, path: Path, count: int) -> Iterator[float]:
    """Seconds until the first trace is painted and until all are there, then the most memory in MB."""
    home.mkdir()
    desk = Machine(home)
    desk.asks_one_thumb()
    begun = time.perf_counter()
    with desk.terminal("review", str(path), "--out", "-") as terminal:
        terminal.wait_until(lambda text: re.search(r"item 1/", text) is not None, "the first trace", 600)
        yield time.perf_counter() - begun
        terminal.wait_until(lambda text: re.search(rf"item 1/{count}\b", text) is not None, "all traces", 1800)
        yield time.perf_counter() - begun
        status = Path(f"/proc/{terminal._pid}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        yield int(peak[1]) / 1024 if peak else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(FILES), metavar="FILE", help=", ".join(FILES))
    asked = parser.parse_args()
    print(machine())
    noise()
    for name in asked.names:
        with tempfile.TemporaryDirectory(prefix="labeler-bench-") as scratch:
            small = Path(scratch) / "small.jsonl"
            small.write_text(json.dumps(chat_row(0, 1000)) + "\n")
            least = next(opened(Path(scratch) / "before", small, 1))
            path = Path(scratch) / "file.jsonl"
            megabytes = write(path, name) / 1e6
            bare = as_json_s(path)
            first, whole, peak = opened(Path(scratch) / "home", path, FILES[name][1])
            print(
                f"{name}: {megabytes:,.0f} MB; first trace {first:.1f} s ({first / least:.1f} × one row); "
                f"all {whole:.1f} s ({whole / bare:.1f} × bare JSON); at most {peak:,.0f} MB of memory"
            )


if __name__ == "__main__":
    main()
