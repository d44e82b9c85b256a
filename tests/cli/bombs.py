"""Files made to break who reads them, and the program run on them with its memory measured."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import Program

MOST_KB = 400 * 1024
"""Memory that any of these may take at most, Python and libraries included."""

GOOD = "good, and readable"
DEEP = "[" * 10_000 + "]" * 10_000


def trace(number: int, answer: str) -> str:
    """A body of ``traces/get`` whose answer is an AnyValue in JSON."""
    encoded = base64.b64encode(number.to_bytes(16)).decode()
    info = {
        "trace_id": f"tr-{number:032x}",
        "request_time": "2026-01-01T00:00:00Z",
        "state": "OK",
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "1"}},
    }
    span = (
        f'{{"name":"s","span_id":"AQIDBAUGBwg=","trace_id":"{encoded}","start_time_unix_nano":1,'
        '"end_time_unix_nano":2,"status":{},"attributes":[{"key":"mlflow.spanInputs","value":{"string_value":"hello"}},'
        f'{{"key":"mlflow.spanOutputs","value":{answer}}}]}}'
    )
    return f'{{"trace":{{"trace_info":{json.dumps(info)},"spans":[{span}]}}}}'


def text(value: str) -> str:
    return json.dumps({"string_value": value})


def nested(levels: int) -> str:
    """An AnyValue of lists within lists."""
    return '{"array_value":{"values":[' * levels + "]}}" * levels


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    max_kb: int


def run(labeler: Program, *arguments: str) -> Ran:
    """Run the real program; how much memory it took at most is the kernel's word."""
    out, err = labeler.home / "out", labeler.home / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "labeler", *arguments],
            cwd=labeler.work,
            env=labeler.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ran(process.returncode, out.read_text(), err.read_text(), usage.ru_maxrss)


def bomb(path: Path, piece: bytes, count: int, head: bytes = b"") -> None:
    """A gzip file of `count` mebibytes of a piece."""
    block = (piece * ((1 << 20) // len(piece) + 1))[: 1 << 20]
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(head)
        for _ in range(count):
            file.write(block)
