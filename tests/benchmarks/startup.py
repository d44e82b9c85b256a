"""How long the front doors take to answer: medians of interleaved runs, beside bare Python.

Run: python -m tests.benchmarks.startup [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRACE = Path(__file__).parents[1] / "corpus" / "openai_tool_roundtrip.json"

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "labeler --version": ["-m", "labeler", "--version"],
    "labeler --help": ["-m", "labeler", "--help"],
    "labeler keys": ["-m", "labeler", "keys"],
    "labeler config show": ["-m", "labeler", "config", "show"],
    "labeler show FILE": ["-m", "labeler", "show", str(TRACE)],
    "labeler outbox list": ["-m", "labeler", "outbox", "list"],
}


def measure(arguments: list[str], environment: dict[str, str]) -> float:
    """Seconds of one run, from its start to its end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {"LABELER_DATA_DIR": directory, "HOME": directory, "XDG_CONFIG_HOME": directory}
        for arguments in COMMANDS.values():
            measure(arguments, environment)
        for _ in range(runs):
            for name, arguments in COMMANDS.items():
                times[name].append(measure(arguments, environment))
    bare = statistics.median(times["python -c pass"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:22} {median * 1000:7.0f} ms   {(median - bare) * 1000:+7.0f} ms over bare Python")


if __name__ == "__main__":
    main()
