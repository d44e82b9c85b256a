"""Every recorded trace shows what a reviewer must be able to read in it, in whatever form it comes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from labeler.domain.trace import RawTrace, TraceState
from labeler.reading.conversation.build import Conversation
from labeler.reading.document import BlockKind
from labeler.reading.files.read import read_traces
from labeler.reading.read import read_conversation, read_document
from labeler.reading.sanitise import sanitise
from tests.reading.corpus import ARTIFACTS, NAMES, artifact, body, recording
from tests.reading.must_texts import missing, shown
from tests.reading.wire_forms import as_artifact, as_legacy, as_otlp, plain


@pytest.mark.parametrize("name", NAMES)
def test_what_a_reviewer_must_read_is_there(name: str) -> None:
    assert missing(recording(name), name) == []


@pytest.mark.parametrize("name", ARTIFACTS)
def test_what_a_reviewer_must_read_is_there_from_the_artifact(name: str) -> None:
    assert missing(artifact(name), name) == []


def same_conversation(one: Conversation, other: Conversation) -> bool:
    return repr(one) == repr(other)


@pytest.mark.parametrize("form", [as_artifact, as_legacy, as_otlp])
@pytest.mark.parametrize("name", NAMES)
def test_every_wire_form_of_a_trace_gives_the_same_conversation(name: str, form: Any) -> None:
    raw = recording(name)
    assert same_conversation(read_conversation(RawTrace(raw.summary, form(body(name)))), read_conversation(raw))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("otlp_")])
def test_exports_that_never_passed_mlflow_are_read_as_well(name: str) -> None:
    whole = body(name)
    for each in whole["trace"]["spans"]:
        each["attributes"] = [as_exported(pair) for pair in each["attributes"] if not pair["key"].startswith("mlflow.")]
    (raw,) = read_traces("spans.json", as_otlp(whole)).traces
    assert missing(raw, name) == []
    assert raw.summary.name == recording(name).summary.name or not recording(name).summary.name


def as_exported(pair: dict[str, Any]) -> dict[str, Any]:
    """An attribute as instrumentations write it: structured values as JSON text."""
    value = plain(pair.get("value", {}))
    structured = isinstance(value, dict | list)
    return {"key": pair["key"], "value": {"string_value": json.dumps(value)}} if structured else pair


@pytest.mark.parametrize("name", NAMES)
def test_everything_shown_is_safe_and_numbered(name: str) -> None:
    document = read_document(recording(name))
    assert document.blocks[0].kind is BlockKind.HEADER
    assert document.title
    assert len(document.title) <= 80
    for block in document.blocks:
        assert sanitise(block.text) == block.text
        assert sanitise(block.summary) == block.summary
        assert not (block.folded and not block.foldable)
        assert "\n" not in block.summary
    headers = [block.message for block in document.blocks if block.kind is BlockKind.HEADER]
    assert headers == list(range(len(headers)))
    assert document.answer in headers
    assert document.request is None or document.request in headers[: document.answer]


@pytest.mark.parametrize(
    ("name", "title", "answer"),
    [
        ("openai_tool_roundtrip", "When is high tide at Pell Quay today?", "High tide at Pell Quay is at 05:42 and"),
        ("openai_n_choices", "Name for a grey rowing boat?", "Pewter"),
        ("langgraph_thread_memory", "Which bed did I mention?", "You mentioned bed C."),
        ("gemini_chat", "And in the evening?", "By evening you could float a teacup."),
        ("dspy_react", "Is the belfry door shut?", "Yes, the belfry door is shut."),
        ("plain_custom_keys", "Where is the spare key?", "Under the blue pot."),
        ("otlp_traceloop_legacy", "Patch or replace the jib?", "Patch it; the leech is sound."),
        ("otlp_claude_code", "rename the pier module", "Renaming pier.py to quay.py."),
        ("haystack_rag", "Where do we store lamp oil?", "In the stone shed."),
    ],
)
def test_the_last_request_is_the_title_and_the_response_under_judgement_is_numbered(
    name: str, title: str, answer: str
) -> None:
    document = read_document(recording(name))
    assert document.title == title
    texts = [block.text for block in document.blocks if block.message == document.answer]
    assert any(text.startswith(answer) for text in texts)


def test_a_conversation_read_from_a_child_says_so() -> None:
    assert read_document(recording("openai_tool_roundtrip")).blocks[-1].text == "from Completions"
    assert read_document(recording("otlp_claude_code")).blocks[-1].text == "answer from claude_code.llm_request"
    assert not read_document(recording("openai_async")).blocks[-1].text.startswith("from")


def test_binary_content_is_a_placeholder_never_text() -> None:
    blob = read_document(recording("text_base64_blob"))
    assert "[image/png 512 B]" in blob.plain_text
    assert "[base64 1.5 KB]" in blob.plain_text
    assert "AAECAwQF" not in blob.plain_text
    media = [block for block in blob.blocks if block.kind is BlockKind.MEDIA]
    assert [block.uri.partition(":")[0] for block in media] == ["data", "mlflow-attachment"]
    attached = read_document(recording("plain_attachment"))
    assert {block.text for block in attached.blocks if block.kind is BlockKind.MEDIA} == {
        "[application/pdf 13 B]",
        "[image/png 74 B]",
    }
    assert all(b.uri.startswith("mlflow-attachment://") for b in attached.blocks if b.kind is BlockKind.MEDIA)


def test_vectors_are_folded_with_their_numbers() -> None:
    document = read_document(recording("openai_embeddings"))
    vectors = [block for block in document.blocks if block.summary == "data[0].embedding [8 numbers]"]
    assert [block.folded for block in vectors] == [True]
    assert vectors[0].text.startswith("0.5567010045051575, 0.27835050225257874")


def test_states_are_told_apart() -> None:
    def notes(name: str) -> list[str]:
        return [block.text for block in read_document(recording(name)).blocks if block.kind is BlockKind.NOTE]

    assert notes("plain_empty_strings") == ["empty string", "empty string"]
    assert notes("plain_none_io") == ["empty object: nothing was passed", "null"]
    assert notes("plain_bool_number") == []
    assert any("content was not captured" in note for note in notes("otlp_genai_openai_v2_nocontent_real"))
    assert notes("otlp_plain_http") == ["not recorded", "not recorded"]


def test_an_error_under_a_good_root_is_flagged_before_the_answer() -> None:
    document = read_document(recording("plain_exception_midway_handled"))
    kinds = [block.kind for block in document.blocks]
    assert kinds.index(BlockKind.ERROR) < len(kinds) - 1
    assert document.blocks[-1].text.startswith("I could not reach the stock room")
    stack = next(block for block in document.blocks if block.kind is BlockKind.CODE)
    assert stack.folded
    assert stack.text.startswith("Traceback")
    assert stack.summary.startswith("stack trace, raised in ")


def test_what_was_redacted_is_said_to_be() -> None:
    notes = [each.text for each in read_document(recording("otlp_claude_code")).blocks if each.kind is BlockKind.NOTE]
    assert "redacted by the recorder: <REDACTED>" in notes


@pytest.mark.parametrize("payload", [b"", b"{", b"[" * 10_000, b'{"trace":{"trace_info":{}}}', b"\xff\xfe"])
def test_an_unreadable_trace_is_a_document_that_says_so(payload: bytes) -> None:
    without_previews = replace(recording("plain_none_io").summary, request_preview=None, response_preview=None)
    document = read_document(RawTrace(without_previews, payload))
    assert [block.kind for block in document.blocks] == [BlockKind.HEADER, BlockKind.ERROR]
    assert document.blocks[1].text.startswith("The trace")
    assert document.answer == 0


def test_a_trace_in_progress_says_so() -> None:
    raw = recording("openai_tool_roundtrip")
    spans = [each for each in body("openai_tool_roundtrip")["trace"]["spans"] if each.get("parent_span_id")][:1]
    for each in spans:
        each["attributes"] = [pair for pair in each["attributes"] if pair["key"] != "mlflow.spanOutputs"]
    running = RawTrace(
        type(raw.summary)(raw.summary.id, "1", 0, None, TraceState.IN_PROGRESS, "agent"),
        as_artifact({"trace": {"spans": spans}}),
    )
    text = read_document(running).plain_text
    assert "When is high tide at Pell Quay today?" in text
    assert "still in progress" in text
    nothing = RawTrace(running.summary, b'{"spans":[]}')
    assert "nothing recorded yet" in read_document(nothing).plain_text


def test_the_json_view_is_exact_where_the_text_is_safe() -> None:
    view = shown(recording("text_ansi"))
    assert "\x1b[31mRED" in view["messages"][-1]["text"]
    assert "\x1b" not in view["text"]
    assert list(view) == ["trace_id", "name", "state", "source", "messages", "text"]
