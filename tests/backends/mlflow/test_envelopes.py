"""MLflow's envelopes: what is read from them, and what is sent."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.moment import utc_text
from labeler.domain.trace import TraceState
from labeler.reading.wire.envelopes import (
    MalformedEnvelope,
    assessment,
    assessment_to_wire,
    trace_summary,
)

CORPUS = Path(__file__).parent.parent.parent / "corpus"

text = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)
times = st.integers(min_value=-62_135_596_800_000, max_value=253_402_300_799_999)
assessments = st.builds(
    Assessment,
    id=st.just("a-1"),
    trace_id=st.just("tr-1"),
    name=text,
    kind=st.sampled_from([AssessmentKind.FEEDBACK, AssessmentKind.EXPECTATION]),
    value=json_values,
    source=st.builds(Source, st.sampled_from(SourceType), text),
    rationale=st.none() | st.text(min_size=1),
    span_id=st.none() | st.just("9321a84d740f2ce4"),
    metadata=st.dictionaries(text, text, max_size=3),
    created_at_ms=times.filter(bool),
    updated_at_ms=times.filter(bool),
    overrides=st.none() | st.just("a-0"),
)


@given(assessments)
def test_an_assessment_survives_the_wire(given_: Assessment) -> None:
    assert assessment(json.loads(json.dumps(assessment_to_wire(given_)))) == given_


@given(assessments)
def test_the_value_is_sent_last_so_that_no_misread_field_can_lose_others(given_: Assessment) -> None:
    assert list(assessment_to_wire(given_))[-1] == given_.kind.value


@given(
    st.dictionaries(st.sampled_from([*"abc", "trace_id", "tags", "assessments", "request_time", "state"]), json_values)
)
def test_whatever_comes_as_trace_info_is_read_or_called_malformed(obj: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedEnvelope):
        assert trace_summary(obj).id == obj["trace_id"]


@given(times)
def test_times_are_exact_to_the_millisecond(at_ms: int) -> None:
    assert trace_summary({"trace_id": "tr-1", "request_time": utc_text(at_ms)}).requested_at_ms == at_ms


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.info.json")), ids=lambda path: path.name.partition(".")[0])
def test_a_recorded_info_is_read(path: Path) -> None:
    info = json.loads(path.read_text("utf-8"))["trace"]["trace_info"]
    summary = trace_summary(info)
    assert summary.id == info["trace_id"]
    assert utc_text(summary.requested_at_ms) == info["request_time"]
    assert summary.duration_ms == round(float(info["execution_duration"].removesuffix("s")) * 1000)
    assert summary.state.value == info["state"]


def test_the_forms_of_trace_info_say_the_same() -> None:
    named = {"mlflow.traceName": "desk"}
    session = {"mlflow.trace.session": "quay", "mlflow.trace.user": "carol", "mlflow.traceInputs": "Hello?"}
    rest = {
        "trace_id": "tr-1",
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "7"}},
        "request_time": "2026-01-31T11:00:00.1239+01:00",
        "execution_duration": "1.834s",
        "state": "ERROR",
        "tags": named,
        "trace_metadata": session,
        "from_the_future": {"unknown": True},
    }
    to_json = rest | {"execution_duration": None, "execution_duration_ms": 1834, "request_preview": None}
    of_mlflow_2 = {
        "request_id": "tr-1",
        "experiment_id": "7",
        "timestamp_ms": 1_769_853_600_123,
        "execution_time_ms": 1834,
        "status": "ERROR",
        "tags": [{"key": "mlflow.traceName", "value": "desk"}],
        "request_metadata": session,
    }
    summary = trace_summary(rest)
    assert trace_summary(to_json) == summary
    assert trace_summary(of_mlflow_2) == summary
    assert (summary.experiment_id, summary.requested_at_ms, summary.duration_ms) == ("7", 1_769_853_600_123, 1834)
    assert (summary.state, summary.name, summary.session_id, summary.user) == (
        TraceState.ERROR,
        "desk",
        "quay",
        "carol",
    )
    assert summary.request_preview == "Hello?"


def test_what_is_not_recorded_is_absent_and_what_is_new_is_unspecified() -> None:
    summary = trace_summary({"trace_id": "tr-1", "state": "PAUSED"})
    assert (summary.name, summary.duration_ms, summary.state) == ("", None, TraceState.UNSPECIFIED)
    bare = assessment({"assessment_name": "ok", "feedback": {}}, "tr-1")
    assert (bare.value, bare.source, bare.valid) == (None, Source(SourceType.UNSPECIFIED, ""), True)


def test_what_judges_left_is_read() -> None:
    judged = {
        "trace_id": "tr-1",
        "assessments": [
            {"assessment_id": "a-1", "assessment_name": "old", "valid": False, "feedback": {"value": 4.0}},
            {
                "assessment_id": "a-2",
                "assessment_name": "failed",
                "source": {"source_type": "AI_JUDGE", "source_id": "judges/on-topic"},
                "feedback": {"value": None, "error": {"error_code": "RATE_LIMIT", "error_message": "slow down"}},
            },
            {"assessment_id": "a-3", "assessment_name": "iss-9", "issue": {"issue_name": "Loops"}},
            {"assessment_id": "a-4", "assessment_name": "e", "expectation": {"serialized_value": {"value": "[1]"}}},
        ],
    }
    old, failed, issue, expected = trace_summary(judged).assessments
    assert (old.valid, old.value, old.trace_id) == (False, 4.0, "tr-1")
    assert (failed.error, failed.source.type) == ("RATE_LIMIT: slow down", SourceType.LLM_JUDGE)
    assert (issue.kind, issue.name, issue.value) == (AssessmentKind.ISSUE, "iss-9", "Loops")
    assert (expected.kind, expected.value) == (AssessmentKind.EXPECTATION, [1])


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        [],
        {},
        {"trace_id": ""},
        {"trace_id": "tr-1", "request_time": "yesterday"},
        {"trace_id": "tr-1", "request_time": "9" * 5000},
        {"trace_id": "tr-1", "execution_duration": "1e999999s"},
        {"trace_id": "tr-1", "tags": {"secret": 7}},
        {"trace_id": "tr-1", "assessments": {}},
        {"trace_id": "tr-1", "assessments": [{"assessment_name": "neither"}]},
        {"trace_id": "tr-1", "assessments": [{"expectation": {"serialized_value": {"value": "[" * 100_000}}}]},
    ],
)
def test_a_broken_envelope_is_malformed_and_names_its_trace(malformed: Any) -> None:
    with pytest.raises(MalformedEnvelope) as raised:
        trace_summary(malformed)
    assert raised.value.trace_id == ("tr-1" if isinstance(malformed, dict) and malformed.get("trace_id") else None)
