"""The bundled sample: invented traces of a harbour's help desk, for `labeler demo` and for tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeler.domain.trace import RawTrace

TRACES: Final = Path(__file__).with_name("traces.jsonl.gz")
"""JSON Lines, gzipped: a body of MLflow's ``traces/get`` a line, oldest trace first."""


def load() -> list[RawTrace]:
    """The sample's traces, undecoded, oldest first."""
    from labeler.reading.files.read import read_traces

    return list(read_traces(TRACES.name, TRACES.read_bytes()).traces)
