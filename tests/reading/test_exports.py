"""Traces as people bring them, from files of many makers: each text in its role, and nothing that misleads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

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
