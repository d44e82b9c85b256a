"""Traces that other SDKs recorded (made by running them against the vendor of `sdks`) are read whole as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labeler.domain.trace import RawTrace
from labeler.reading.wire.envelopes import trace_summary
from tests.reading.must_texts import lacking, said, shown
from tests.reading.wire_forms import as_artifact

RECORDINGS = Path(__file__).parent / "recordings"
MUST: dict[str, list[dict[str, Any]]] = {
    entry["name"]: entry["must"] for entry in json.loads((RECORDINGS / "EXPECT.json").read_text("utf-8"))
}


@pytest.mark.parametrize("name", MUST)
def test_what_other_sdks_recorded_is_there(name: str) -> None:
    payload = (RECORDINGS / f"{name}.json").read_bytes()
    body = json.loads(payload)
    summary = trace_summary(body["trace"]["trace_info"])
    assert lacking(RawTrace(summary, payload), MUST[name]) == []
    assert lacking(RawTrace(summary, as_artifact(body)), MUST[name]) == []


@pytest.mark.parametrize("name", MUST)
def test_each_thing_is_said_once_and_in_its_order(name: str) -> None:
    payload = (RECORDINGS / f"{name}.json").read_bytes()
    view = shown(RawTrace(trace_summary(json.loads(payload)["trace"]["trace_info"]), payload))
    musts = [must for must in MUST[name] if must["role"] != "any"]
    places = [[place for place, each in enumerate(view["messages"]) if said(must, [each])] for must in musts]
    assert [must for must, found in zip(musts, places, strict=True) if len(found) != 1] == []
    assert places == sorted(places)
