"""Whatever a trace holds, reading it gives a document and never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from labeler.domain.trace import Trace
from labeler.reading import read as reading
from labeler.reading.read import read_document
from tests.reading.any_trace import (
    KINDS,
    SIDES,
    SMALL,
    SPANS,
    check_any_trace,
    check_any_values,
    check_mutations,
    read_strictly,
)
from tests.reading.corpus import recording, span, trace_of


@settings(max_examples=150)
@given(SIDES, SIDES, KINDS)
def test_any_inputs_and_outputs_give_some_text(inputs: object, outputs: object, kind: str | None) -> None:
    check_any_values(inputs, outputs, kind)


@pytest.mark.slow
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(SPANS)
def test_any_spans_give_some_text(spans: list[Any]) -> None:
    check_any_trace(spans)


@pytest.mark.parametrize("name", SMALL)
def test_damaged_recordings_are_read_as_far_as_they_go(name: str) -> None:
    check_mutations(name, range(2))


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_badly_damaged_recordings_are_read_as_far_as_they_go(name: str) -> None:
    check_mutations(name, range(2, 60))


@pytest.mark.slow
@settings(max_examples=6000, deadline=None)
@given(SIDES, SIDES, KINDS)
def test_any_inputs_and_outputs_at_length(inputs: object, outputs: object, kind: str | None) -> None:
    check_any_values(inputs, outputs, kind)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPANS)
def test_any_spans_at_length(spans: list[Any]) -> None:
    check_any_trace(spans)


def nested(levels: int, wrap: Any) -> Any:
    value: Any = "core"
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"content": v}, lambda v: {"text": v}, lambda v: [{"a": v}]])
@pytest.mark.parametrize("levels", [45, 95, 105, 400])
def test_deep_values_are_read_or_kept_as_text(levels: int, wrap: Any) -> None:
    deep = nested(levels, wrap)
    calls = [{"id": "1", "function": {"name": "f", "arguments": json.dumps(deep)}}]
    messages = [{"role": "user", "content": deep}, {"role": "assistant", "tool_calls": calls}]
    for inputs, outputs in [
        (deep, deep),
        ({"messages": messages}, deep),
        (messages, {"role": "tool", "content": deep}),
    ]:
        assert "core" in read_strictly(trace_of(span(inputs, outputs))).plain_text


def test_attributes_with_endless_keys_are_read() -> None:
    endless = {"llm.input_messages." + "0." * 5000 + "role": "user", "gen_ai.prompt." + "a." * 5000: "x"}
    assert read_strictly(trace_of(span("Hi?", attributes=endless))).title == "Hi?"


def test_a_defect_of_ours_is_told_and_costs_no_more_than_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(trace: Trace) -> None:
        raise KeyError("x")

    monkeypatch.setattr(reading, "converse", defect)
    assert "defect in labeler (KeyError)" in read_document(recording("plain_none_io")).plain_text
