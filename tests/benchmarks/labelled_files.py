"""Time and memory of a labelled file of many rows: read, written, written again, and written over one that is there.

``python -m tests.benchmarks.labelled_files [--rows N] [--bytes N] [--folder DIR]``. Each step runs in a process of its
own, so that its memory is its own; writing again is what happens once a minute. By its side: copying the file, and
parsing and writing each of its rows with the standard library's json.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

from labeler.labels.labelled_path import labelled_path
from labeler.labels.row_labels import Said
from tests.benchmarks.measures import machine
from tests.labels.files import known, labelled_file, thumb

_MEGABYTE: Final = 1 << 20


def make(path: Path, rows: int, size: int) -> None:
    """Chat rows that come to about so many bytes."""
    words = "the buoy north of the pier has drifted a cable's length since the morning watch; "
    answer = words * max(1, (size // rows - 100) // len(words))
    with path.open("w") as file:
        for number in range(rows):
            file.write(json.dumps({"id": number, "prompt": f"Where is buoy {number}?", "response": answer}) + "\n")


def read(path: Path) -> dict[str, float]:
    began = time.perf_counter()
    labelled_file(path)
    return {"read": time.perf_counter() - began}


def write(path: Path) -> dict[str, float]:
    file = labelled_file(path)
    said = {each: Said((thumb(each, n),)) for n, each in enumerate(file.index.traces)}
    times = {}
    for what in ("written", "written again"):
        began = time.perf_counter()
        file.write(known(said))
        times[what] = time.perf_counter() - began
    return times


def write_over(path: Path) -> dict[str, float]:
    file = labelled_file(path)
    began = time.perf_counter()
    file.write(known({}))
    return {"written over one that is there": time.perf_counter() - began}


def copy(path: Path) -> dict[str, float]:
    began = time.perf_counter()
    shutil.copyfile(path, path.with_suffix(".copy"))
    return {"copied": time.perf_counter() - began}


def parse_and_write(path: Path) -> dict[str, float]:
    began = time.perf_counter()
    with path.open() as source, path.with_suffix(".copy").open("w") as out:
        for line in source:
            out.write(json.dumps(json.loads(line) | {"labels": []}) + "\n")
    return {"parsed and written with json": time.perf_counter() - began}


def _measured(step: Callable[[Path], dict[str, float]], path: Path, results: Queue[object]) -> None:
    times = step(path)
    results.put((times, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=1_000_000_000)
    parser.add_argument("--folder", type=Path, help="where there is room for three times as much")
    arguments = parser.parse_args()
    print(machine())
    spawning = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        path = Path(folder) / "data.jsonl"
        make(path, arguments.rows, arguments.bytes)
        print(f"{arguments.rows:,} rows, {path.stat().st_size / _MEGABYTE:,.0f} MB")
        for step in (copy, parse_and_write, read, write, write_over):
            results = spawning.Queue()
            process = spawning.Process(target=_measured, args=(step, path, results))
            process.start()
            times, megabytes = results.get()
            process.join()
            path.with_suffix(".copy").unlink(missing_ok=True)
            for what, seconds in times.items():
                print(f"  {what:<32} {seconds:8.1f} s   {megabytes:6.0f} MB at most", flush=True)
        assert labelled_path(path).exists()


if __name__ == "__main__":
    main()
