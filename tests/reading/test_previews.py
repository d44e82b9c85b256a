"""A trace whose spans are not there is read from its previews, and from nothing else when there are spans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.reading.read import read_document
from labeler.reading.views.raw_json import blind_raw_document, raw_document
from labeler.reading.views.retrieved_documents import retrieved_document
from labeler.reading.views.trace_metadata import trace_facts
from labeler.reading.wire.spans import decode
from tests.reading.corpus import span, trace_of

SUMMARY = TraceSummary("tr-1", "1", 0, None, TraceState.OK, "chat")
WHOLE = "(a preview: the spans with the whole are not there)"


def without_spans(request: str | None, response: str | None, state: TraceState = TraceState.OK) -> RawTrace:
    summary = replace(SUMMARY, request_preview=request, response_preview=response, state=state)
    return RawTrace(summary, b'{"spans":[]}')


def test_previews_are_the_request_and_the_response_under_judgement() -> None:
    document = read_document(without_spans("What is the fee?", '{"answer": "5 %"}'))
    assert document.plain_text.split("\n\n") == [
        "request preview", "What is the fee?", WHOLE, "response preview", "5 %", WHOLE, "(from previews)",
    ]  # fmt: skip
    assert document.title == "What is the fee?"
    assert (document.request, document.answer) == (0, 1)


@pytest.mark.parametrize(("length", "is_cut"), [(249, False), (250, True), (999, False), (1_000, True), (10_000, True)])
def test_a_preview_as_long_as_mlflow_lets_it_be_is_said_to_be_cut(length: int, is_cut: bool) -> None:
    raw = without_spans("x" * (length - 3) + "...", "y" * length)
    assert read_document(raw).plain_text.count("a preview, cut after") == is_cut
    assert (f"cut after {length:,} characters" in read_document(raw).plain_text) == is_cut
    assert ("request preview, cut" in trace_facts(raw.summary, (), []).plain_text) == is_cut


def test_a_side_without_a_preview_and_a_trace_without_any_say_so() -> None:
    assert "(no preview is kept, and the spans are not there)" in read_document(without_spans("Hi", None)).plain_text
    assert read_document(without_spans(None, None)).plain_text == "output\n\n(there are no spans of this trace)"
    running = read_document(without_spans(None, None, TraceState.IN_PROGRESS)).plain_text
    assert "nothing recorded yet: the trace is still in progress" in running


def test_every_view_has_the_previews_and_says_what_is_not_known() -> None:
    raw = without_spans("What is the fee?", "5 %")
    for view in (raw_document(raw), blind_raw_document(raw), trace_facts(raw.summary, (), [])):
        assert "request preview: What is the fee?\n\nresponse preview: 5 %" in view.plain_text
    assert retrieved_document(decode(raw)).plain_text == "(there are no spans of this trace to tell)"
    told = replace(raw, payload=b'{"trace": {"trace_info": {"request_preview": "What is the fee?"}, "spans": []}}')
    assert "kept beside it" not in raw_document(told).plain_text


def test_a_trace_with_spans_is_never_told_by_previews() -> None:
    raw = trace_of(span("the whole question", "the whole answer"))
    raw = replace(raw, summary=replace(raw.summary, request_preview="CUT...", response_preview="CUT..."))
    for view in (read_document(raw), raw_document(raw), trace_facts(raw.summary, decode(raw).spans, [])):
        assert "CUT..." not in view.plain_text
