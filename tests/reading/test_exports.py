"""Traces as people bring them, from files of many makers: each text in its role, and nothing that misleads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labeler.reading.files.entry import UnusableFile
from labeler.reading.files.read import read_traces
from tests.reading.must_texts import folded, said, shown

EXPORTS = Path(__file__).parent / "exports"
EXPECTED: list[dict[str, Any]] = json.loads((EXPORTS / "EXPECT.json").read_text("utf-8"))


def views(name: str) -> list[dict[str, Any]]:
    return [shown(raw) for raw in read_traces(name, (EXPORTS / name).read_bytes()).traces]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["file"])
def test_each_text_is_read_in_its_role_and_order(expected: dict[str, Any]) -> None:
    found = views(expected["file"])
    messages = [each for view in found for each in view["messages"]]
    text = folded("\n".join(view["text"] for view in found))
    assert [must for must in expected["must"] if not said(must, messages)] == []
    assert [never for never in expected["never"] if folded(never) in text] == []
    places = [next(place for place, each in enumerate(messages) if said(must, [each])) for must in expected["must"]]
    assert places == sorted(places) or expected["file"].startswith(("logs_details", "latitude"))


def test_what_merely_carries_trace_id_and_spans_is_refused() -> None:
    name = "lookalike1.jsonl"
    with pytest.raises(UnusableFile, match=r"keys trace_id, ticket.* not a trace"):
        read_traces(name, (EXPORTS / name).read_bytes())


def test_or_read_for_what_it_holds_beside_them() -> None:
    (view,) = views("lookalike2.json")
    told = [(each["role"], each["text"]) for each in view["messages"]]
    assert ("user", "Is the mill open?") in told
    assert ("assistant", "No, it is shut.") in told


@pytest.mark.parametrize(
    "foreign",
    [
        {"ticket": "The lock gate jams."},
        {"spans": [{"span_id": "a", "start_time_unix_nano": 1, "text": "The lock gate jams."}]},
        {"spans": [{"name": "classify", "note": "The lock gate jams."}]},
        {"spans": [{"span_id": "a", "start": "2026-01-01T00:00:00Z", "message": "The lock gate jams."}]},
    ],
)
def test_a_foreign_object_is_never_an_unfinished_trace(foreign: dict[str, Any]) -> None:
    own = {"span_id": "a1", "start_time_unix_nano": 1, "attributes": {}}
    with pytest.raises(UnusableFile, match="not a trace"):
        read_traces("a.json", json.dumps({"trace_id": "e43876ef", "spans": [own], **foreign}).encode())
