"""The bundled sample: many shapes, readable, of our own making and always the same."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.domain.assessment import AssessmentKind, SourceType
from labeler.domain.trace import NOT_RECORDED, RawTrace, Span, Trace, TraceState
from labeler.reading.read import read_document
from labeler.reading.wire.spans import decode
from labeler.sample import TRACES, load
from tests.sample.make.__main__ import text
from tests.sample.make.catalogue import recipes


@pytest.fixture(scope="module")
def traces() -> list[RawTrace]:
    return load()


@pytest.fixture(scope="module")
def decoded(traces: list[RawTrace]) -> list[Trace]:
    return [decode(raw) for raw in traces]


def test_the_packaged_file_is_what_the_generator_makes() -> None:
    assert gzip.decompress(TRACES.read_bytes()).decode("utf-8") == text()


def test_every_line_of_the_file_is_a_trace_with_an_id_of_its_own(traces: list[RawTrace]) -> None:
    assert len({raw.summary.id for raw in traces}) == len(traces) == text().count("\n") >= 48
    assert len({recipe.key for recipe in recipes()}) == len(traces)
    times = [raw.summary.requested_at_ms for raw in traces]
    assert times == sorted(times)


def test_every_trace_decodes_to_a_tree_whose_spans_lie_within_their_parents(decoded: list[Trace]) -> None:
    for trace in decoded:
        spans = {span.id: span for span in trace.spans}
        assert len(spans) == len(trace.spans) >= 1
        roots = [span for span in trace.spans if span.parent_id not in spans]
        assert len(roots) == 1 or trace.summary.state is TraceState.IN_PROGRESS
        for span in trace.spans:
            assert span.start_ns < span.end_ns
            parent = spans.get(span.parent_id or "")
            assert parent is None or parent.start_ns <= span.start_ns <= span.end_ns <= parent.end_ns
        assert json.loads(trace.summary.metadata["mlflow.trace.sizeStats"])["num_spans"] == len(trace.spans)


def test_the_sample_has_the_shapes_that_a_reviewer_meets(traces: list[RawTrace], decoded: list[Trace]) -> None:
    states = Counter(raw.summary.state for raw in traces)
    assert states[TraceState.ERROR] >= 3
    assert states[TraceState.IN_PROGRESS] >= 2
    turns = Counter(raw.summary.session_id for raw in traces if raw.summary.session_id)
    assert sorted(turns.values()) == [3, 4, 5]
    types = Counter(span.type for trace in decoded for span in trace.spans)
    assert {"CHAT_MODEL", "AGENT", "TOOL", "RETRIEVER", "GUARDRAIL", "CHAIN", "TASK"} <= types.keys()
    assert sum(1 for trace in decoded if len(trace.spans) >= 6) >= 5
    assert sum(1 for raw in traces if len(raw.payload) > 12_000) >= 8
    assert max(len(raw.payload) for raw in traces) < 100_000
    events = [event for trace in decoded for span in trace.spans for event in span.events]
    assert all("Traceback" in str(event.attributes["exception.stacktrace"]) for event in events)


def test_answers_come_empty_null_false_and_not_at_all(decoded: list[Trace]) -> None:
    outputs = [roots(trace)[0].outputs for trace in decoded]
    assert any(output is None for output in outputs)
    assert any(output is False for output in outputs)
    assert any(output is NOT_RECORDED for output in outputs)
    assert '"content": ""' in json.dumps([output for output in outputs if isinstance(output, dict)])


def test_every_trace_reads_as_a_request_and_an_answer(traces: list[RawTrace]) -> None:
    for raw in traces:
        document = read_document(raw)
        assert document.title
        assert document.request is not None
        assert document.answer is not None
        assert document.request < document.answer
        assert "\x1b" not in document.plain_text


def test_what_others_said_is_there_to_agree_and_to_disagree_with(traces: list[RawTrace]) -> None:
    said = [assessment for raw in traces for assessment in raw.summary.assessments]
    judged = {assessment.trace_id for assessment in said if assessment.source.type is SourceType.LLM_JUDGE}
    assert len(traces) // 3 <= len(judged) <= len(traces) // 2
    names = Counter(assessment.name for assessment in said if assessment.source.type is SourceType.LLM_JUDGE)
    assert {"relevance", "groundedness", "safety", "user_satisfaction", "chunk_relevance"} <= names.keys()
    assert {assessment.source.type for assessment in said} >= {SourceType.CODE, SourceType.HUMAN}
    assert any(assessment.error for assessment in said)
    assert any(assessment.kind is AssessmentKind.EXPECTATION for assessment in said)
    by_id = {assessment.id: assessment for assessment in said}
    assert len(by_id) == len(said)
    superseded = {assessment.overrides for assessment in said if assessment.overrides}
    assert superseded == {assessment.id for assessment in said if not assessment.valid} != set()


def test_assessments_of_spans_name_spans_that_are_there(decoded: list[Trace]) -> None:
    about = [(trace, assessment) for trace in decoded for assessment in trace.summary.assessments if assessment.span_id]
    assert about
    for trace, assessment in about:
        (span,) = (span for span in trace.spans if span.id == assessment.span_id)
        assert span.type == "RETRIEVER"


def test_what_code_counted_is_right(traces: list[RawTrace]) -> None:
    for raw in traces:
        for assessment in raw.summary.assessments:
            preview = raw.summary.response_preview or ""
            if assessment.name == "response_length" and 0 < len(preview) < 1000 and assessment.value:
                assert assessment.value == len(json.loads(preview) if preview.startswith('"') else preview)


async def test_the_embedded_store_takes_it_all(tmp_path: Path, traces: list[RawTrace]) -> None:
    store = await LocalStore.open_or_create(tmp_path / "demo.db")
    assert await store.import_traces(traces) == len(traces)
    assert await store.import_traces(traces) == 0
    (demo,) = await store.experiments()
    assert await store.count(demo.id) == len(traces)
    back = await store.trace(traces[-1].summary.id)
    assert back.payload == traces[-1].payload
    assert {said.id for said in back.summary.assessments} == {said.id for said in traces[-1].summary.assessments}
    await store.close()


def roots(trace: Trace) -> list[Span]:
    ids = {span.id for span in trace.spans}
    return [span for span in trace.spans if span.parent_id not in ids]
