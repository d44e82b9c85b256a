"""Traces of files as they look: a nested agent folded, plumbing that failed in one line, a chat row, a rest unread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeler.domain.trace import RawTrace
from labeler.reading.files.read import read_traces
from tests.reading.files.examples import EXAMPLES, lines
from tests.tui.review.asked import THUMB
from tests.tui.review.table import open_table
from tests.tui.snapshot import Snapshots

EXPORTS = Path(__file__).parents[2] / "reading" / "exports"


def export(name: str) -> RawTrace:
    return read_traces(name, (EXPORTS / name).read_bytes()).traces[0]


def row(name: str) -> RawTrace:
    return read_traces(name, lines(EXAMPLES[name].rows)).traces[0]


def note_beside() -> RawTrace:
    """A model call with a note of somebody's that no message tells, and parameters."""
    asked = {
        "model": "m4",
        "temperature": 0.2,
        "messages": [{"role": "user", "content": "How deep is the inner basin?"}],
        "keeper_note": "Measured at low water, by hand.",
    }
    said = {"id": "c-1", "choices": [{"message": {"role": "assistant", "content": "Six metres."}}]}
    return read_traces("row", json.dumps({"request": asked, "response": said}).encode()).traces[0]


SHOWN = {
    "nested-agent": export("native_subagent.server.json"),
    "failed-plumbing": export("noise_polls.json"),
    "chat-row": row("chat messages"),
    "note-beside": note_beside(),
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", SHOWN)
async def test_a_trace_of_a_file(tmp_path: Path, snapshots: Snapshots, name: str, size: tuple[int, int]) -> None:
    async with open_table(tmp_path, [SHOWN[name]], (THUMB,), size=size, grace_s=3600) as table:
        await table.all_is_told()
        snapshots.check(f"{name}-{'x'.join(map(str, size))}", table.app)
