"""What else can be read of a trace: one span, its searches, its session, its facts. Never an exception."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any, Unpack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.value import JsonValue
from labeler.reading.document import BlockKind, Document
from labeler.reading.read import read_document
from labeler.reading.views.retrieved_documents import retrieved_document
from labeler.reading.views.session import Turn, session_document
from labeler.reading.views.span import span_document
from labeler.reading.views.span_lines import span_lines
from labeler.reading.views.trace_metadata import trace_facts
from labeler.reading.wire.spans import UnreadableTrace, decode
from tests.domain.assessment_fields import AssessmentFields
from tests.reading.any_trace import ANY_JSON, ATTRIBUTES, EVENTS, KINDS
from tests.reading.corpus import NAMES, recording, span, trace_of


def every_view(raw: RawTrace) -> list[Document]:
    """All documents that a trace can be read as, beside its conversation."""
    trace = decode(raw)
    spans = [span_document(trace, each.id) for each in trace.spans]
    turn = Turn(raw.summary, read_document(raw))
    facts = trace_facts(raw.summary, trace.spans, raw.summary.assessments)
    assert len(span_lines(trace)) == len(trace.spans)
    assert None not in spans
    return [*filter(None, spans), retrieved_document(trace), facts, session_document([turn], turn)]


def check_is_harmless(document: Document) -> None:
    for block in document.blocks:
        for text in (block.text, block.summary):
            assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"], text
        assert "\n" not in block.summary


@pytest.mark.parametrize("name", NAMES)
def test_every_recording_can_be_read_in_every_way(name: str) -> None:
    for document in every_view(recording(name)):
        assert document.plain_text.strip()
        check_is_harmless(document)


@pytest.mark.slow
@given(
    st.lists(st.tuples(ANY_JSON, ANY_JSON, KINDS, ATTRIBUTES, EVENTS, st.booleans()), min_size=1, max_size=4),
    st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=3),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_arbitrary_traces_can_be_read_in_every_way(spans: list[tuple[Any, ...]], tags: dict[str, str]) -> None:
    raw = trace_of(
        *(
            span(i, o, number=n, parent=n // 2 or None, type=kind, attributes=attributes, events=events,
                 status="STATUS_CODE_ERROR" if failed else "STATUS_CODE_OK")
            for n, (i, o, kind, attributes, events, failed) in enumerate(spans, 1)
        )
    )  # fmt: skip
    raw = replace(raw, summary=replace(raw.summary, tags=tags, metadata=tags))
    try:
        documents = every_view(raw)
    except UnreadableTrace:
        return
    for document in documents:
        check_is_harmless(document)


def test_a_span_says_what_it_was_what_went_wrong_and_what_went_in_and_out() -> None:
    stack = "Traceback (most recent call last):\n  line 1\nOSError: flat"
    raised = {"exception.type": "OSError", "exception.message": "flat", "exception.stacktrace": stack}
    model = {
        "mlflow.llm.model": "gpt-4o",
        "mlflow.llm.provider": "openai",
        "mlflow.chat.tokenUsage": {"input_tokens": 1200, "output_tokens": 3, "total_tokens": 1203},
        "mlflow.llm.cost": {"total_cost": 0.0000149},
        "custom.note": "blue",
    }
    trace = decode(
        trace_of(
            span("q", "a", name="root"),
            span(
                {"messages": [{"role": "user", "content": "Is it open?"}], "temperature": 0.25},
                {"choices": [{"message": {"role": "assistant", "content": "Until six."}}]},
                number=2,
                parent=1,
                name="ask",
                type="CHAT_MODEL",
                status="STATUS_CODE_ERROR",
                message="flat",
                attributes=model,
                events=[
                    {"name": "exception", "time_unix_nano": 1_003_000_000, "attributes": raised},
                    {"name": "retry", "time_unix_nano": 1_052_000_000, "attributes": {"attempt": 2}},
                    *({"name": f"mlflow.chunk.item.{n}", "attributes": {"mlflow.chunk.value": n}} for n in range(3)),
                ],
            ),
        )
    )
    document = span_document(trace, f"{2:016x}")
    assert document is not None
    text = document.plain_text
    for said in (
        "type: CHAT_MODEL",
        "status: ERROR flat",
        "1.0 ms into the trace",
        "model: gpt-4o (openai)",
        "tokens: 1,200 in, 3 out, 1,203 in all",
        "cost: 0.0000149 USD",
        "inside: root",
        "OSError: flat",
        stack,
        "inputs: user\n\nIs it open?",
        '"temperature": 0.25',
        "outputs: assistant\n\nUntil six.",
        "custom.note: blue",
        "event retry after 50 ms\n\nattempt: 2",
        "3 chunks of a stream",
    ):
        assert said in text, f"{said}\n\n{text}"
    folded = {block.text: block.folded for block in document.blocks}
    assert folded[stack] is False
    assert {block.span_id for block in document.blocks} == {f"{2:016x}"}
    assert span_document(trace, "no such span") is None


def test_the_timeline_counts_from_the_first_start_of_any_span() -> None:
    late_root = {**span(number=9, name="root"), "end_time_unix_nano": 0}
    trace = decode(trace_of(span(number=2, parent=9), late_root))
    assert [(line.name, line.start_ms, line.duration_ms) for line in span_lines(trace)] == [
        ("root", 7.0, None),
        ("span 2", 0.0, 898.0),
    ]


def test_searches_are_told_with_query_rank_score_source_and_text() -> None:
    one = {"page_content": "Lock six is narrow.", "metadata": {"doc_uri": "locks.md", "score": 0.8, "page": 4}}
    two = {"page_content": "Lock\nseven\x1b[2J", "metadata": {"title": "Locks", "source": "b.md"}}
    raw = trace_of(
        span({"question": "how wide?"}, {"answer": "4 m", "source_documents": [two, one]}, number=1),
        span({"query": "width lock six"}, [one, two], number=2, parent=1, type="RETRIEVER", name="find"),
        span({"query": "width"}, [{**two, "score": 0.99}], number=3, parent=1, type="RERANKER", name="rerank"),
    )
    relevance = Assessment(
        "a-1", "tr-1", "chunk_relevance", AssessmentKind.FEEDBACK, False, Source(SourceType.LLM_JUDGE, "m"),
        span_id=f"{2:016x}", metadata={"chunk_index": "1"},
    )  # fmt: skip
    assert retrieved_document(decode(raw), [relevance]).plain_text.split("\n\n") == [
        "find: 2 documents",
        "query: width lock six",
        "1 · score 0.8 · locks.md",
        "Lock six is narrow.",
        "page: 4",
        "2 · Locks · b.md",
        "Lock\nseven␛[2J",
        "(chunk_relevance: no · judge m)",
        "rerank: 1 document",
        "query: width",
        "1 · score 0.99 · Locks · b.md",
        "Lock\nseven␛[2J",
    ]


def test_each_retrieved_document_can_be_jumped_to_and_folded() -> None:
    raw = trace_of(span("q", [{"page_content": "a"}, {"page_content": "b" * 9000}], type="RETRIEVER"))
    texts = [block for block in retrieved_document(decode(raw)).blocks if block.kind is BlockKind.PROSE]
    assert [(block.message, block.foldable, block.folded) for block in texts] == [(1, True, False), (2, True, True)]


def test_a_trace_without_documents_says_so() -> None:
    assert retrieved_document(decode(trace_of(span("q", "a")))).plain_text == (
        "(no documents were retrieved for this trace)"
    )


def turn(number: int, asked: str, answered: str) -> Turn:
    history = [{"role": "user", "content": "HISTORY"}, {"role": "assistant", "content": "OLD"}] if number > 1 else []
    messages = [{"role": "system", "content": "RULES"}, *history, {"role": "user", "content": asked}]
    choices = [{"message": {"role": "assistant", "content": answered}}]
    raw = trace_of(span({"messages": messages}, {"choices": choices}, trace_id=f"{number:032x}"))
    summary = replace(raw.summary, id=f"tr-{number:032x}", requested_at_ms=number * 1000)
    return Turn(summary, read_document(replace(raw, summary=summary)))


def test_a_session_is_told_turn_by_turn_without_repeating_what_came_before() -> None:
    document = session_document(
        [turn(1, "Hi", "Hello"), turn(2, "Open?", "Yes")], turn(3, "When?", "At six"), "offline"
    )
    said = [(block.kind.value, block.text) for block in document.blocks]
    assert [text for kind, text in said if kind == "prose"] == ["Hi", "Hello", "Open?", "Yes", "When?", "At six"]
    assert said[0] == ("note", "offline")
    headings = [text for _, text in said if text.startswith("turn")]
    assert headings[-1] == "turn 3   the trace under judgement"
    assert len(headings) == 3
    by_message = {block.message: block.text for block in document.blocks if block.kind is BlockKind.PROSE}
    assert document.request is not None
    assert document.answer is not None
    assert (by_message[document.request], by_message[document.answer]) == ("When?", "At six")
    numbers = [block.message for block in document.blocks]
    assert numbers == sorted(numbers)


def said_of(name: str, value: JsonValue, at: int, **more: Unpack[AssessmentFields]) -> Assessment:
    source = Source(SourceType.HUMAN, "rhea.k")
    said = Assessment(f"a-{at}", "tr-1", name, AssessmentKind.FEEDBACK, value, source, created_at_ms=at)
    return replace(said, **more)


def test_facts_name_what_people_look_for_and_keep_the_rest() -> None:
    raw = trace_of(span("q", "a", type="LLM", attributes={"mlflow.llm.model": "gpt-4o"}))
    summary = TraceSummary(
        "tr-1", "7", 0, 1800, raw.summary.state, "desk", "conv-1", "guest", {"desk.channel": "web"},
        {
            "mlflow.trace.session": "conv-1",
            "mlflow.trace.tokenUsage": '{"input_tokens": 5, "output_tokens": 6, "total_tokens": 11}',
            "mlflow.trace.cost": '{"total_cost": 0.0178}',
            "mlflow.sourceRun": "run-1",
            "mlflow.linkedPrompts": '[{"name": "greeting", "version": "3"}]',
            "other": "\x1b[31m",
        },
    )  # fmt: skip
    said = [
        said_of("tone", 2, 1000, valid=False),
        said_of("tone", 4, 2000, overrides="a-1000", rationale="on second thought"),
        said_of("tone", True, 1500, source=Source(SourceType.LLM_JUDGE, "gpt"), span_id="ab"),
    ]
    text = trace_facts(summary, decode(raw).spans, said).plain_text
    for fact in (
        "latency: 1.8 s", "tokens: 5 in, 6 out, 11 in all", "cost: 0.0178 USD", "model: gpt-4o", "user: guest",
        "session: conv-1", "prompts: greeting, version 3", "source run: run-1", "tags\n\ndesk.channel: web",
        "metadata\n\nother: ␛[31m",
    ):  # fmt: skip
        assert fact in text, f"{fact}\n\n{text}"
    history = [line.split(" · ") for line in text.partition("assessments\n\n")[2].splitlines() if " · " in line]
    assert [words[:2] for words in history] == [
        ["tone: 4", "reviewer rhea.k"],
        ["tone: yes", "judge gpt"],
        ["tone: 2", "superseded"],
    ]
    assert "on second thought" in text
    assert "about span ab" in text
    assert "mlflow.trace.session" not in text


def test_what_is_hidden_is_said_to_be_hidden() -> None:
    raw = trace_of(span("q", "a"))
    text = trace_facts(raw.summary, (), [], hidden="What others said is hidden: this review is blind.").plain_text
    assert text.endswith("assessments\n\n(What others said is hidden: this review is blind.)")
