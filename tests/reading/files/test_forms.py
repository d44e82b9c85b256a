"""Every form of file: its texts in their roles and order, whichever way the rows lie in the file."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from labeler.domain.assessment import SourceType
from labeler.domain.trace import TraceState
from labeler.reading.conversation.build import Conversation, converse
from labeler.reading.files.read import read_traces
from labeler.reading.formats.plain import main_text
from labeler.reading.wire.spans import decode
from tests.reading.files.examples import EXAMPLES, Example, lines
from tests.reading.files.exported_documents import ANSWER, ASKED, CALL_ARGUMENTS, RESULT, SYSTEM


def _as_list(example: Example) -> bytes:
    return json.dumps(example.rows, indent=1).encode()


def _in_zip(example: Example) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside/rows.jsonl", lines(example.rows))
    return packed.getvalue()


_LAYOUTS: dict[str, Callable[[Example], bytes]] = {
    "lines": lambda example: lines(example.rows),
    "list": _as_list,
    "indented documents": lambda example: b"".join(json.dumps(row, indent=2).encode() for row in example.rows),
    "lines of Windows": lambda example: b"\xef\xbb\xbf" + lines(example.rows).replace(b"\n", b"\r\n"),
    "utf-16": lambda example: lines(example.rows).decode().encode("utf-16"),
    "gzip": lambda example: gzip.compress(lines(example.rows)),
    "zip": _in_zip,
}


def _read(data: bytes) -> Conversation:
    found = read_traces("rows", data)
    assert found.problems == ()
    (trace,) = found.traces
    return converse(decode(trace))


def _said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(message.role.value, main_text(message)) for message in conversation.messages]


@pytest.mark.parametrize("layout", _LAYOUTS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_conversation_of_every_form_is_read_in_its_order(name: str, layout: str) -> None:
    example = EXAMPLES[name]
    conversation = _read(_LAYOUTS[layout](example))
    said = _said(conversation)
    expected = [
        *([("system", SYSTEM)] if example.is_system else []),
        *([("user", ASKED)] if example.is_asked else []),
        ("assistant", ANSWER),
    ]
    assert [each for each in said if each in expected] == expected
    assert conversation.answer is not None
    assert main_text(conversation.messages[conversation.answer]) == ANSWER
    calls = [(call.name, call.arguments) for message in conversation.messages for call in message.calls]
    assert calls == ([("sailings", CALL_ARGUMENTS)] if example.is_tool else [])
    results = [message for message in conversation.messages if message.role.value == "tool"]
    assert len([each for each in results if RESULT in str(each.parts)]) == (1 if example.is_tool else len(results))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_kept_of_a_trace_is_read_as_the_file_was(name: str) -> None:
    data = lines(EXAMPLES[name].rows)
    (trace,) = read_traces("rows", data).traces
    kept = json.loads(trace.payload)
    assert all(
        json.dumps(each, ensure_ascii=False) in data.decode() for each in (kept if isinstance(kept, list) else [kept])
    )


def test_what_an_export_says_beside_the_spans_is_kept() -> None:
    (trace,) = read_traces("rows", lines(EXAMPLES["Langfuse download"].rows)).traces
    summary = trace.summary
    assert (summary.id, summary.name, summary.user, summary.session_id) == ("lf-7", "ferries", "ana", "s-9")
    assert (summary.requested_at_ms, summary.duration_ms) == (1777629600000, 4500)
    assert summary.tags == {"tags": "pier"}
    assert json.loads(summary.metadata["mlflow.trace.tokenUsage"])["total_tokens"] == 42
    (score,) = summary.assessments
    assert (score.trace_id, score.name, score.value, score.rationale) == ("lf-7", "correct", True, "so")
    assert score.source.type is SourceType.HUMAN
    assert converse(decode(trace)).models == ("m4",)


def test_scores_expected_answers_and_labels_of_rows_are_assessments_of_whoever_gave_them() -> None:
    row = {
        "prompt": ASKED,
        "response": ANSWER,
        "expected": "18:10",
        "scores": {"length": 0.5},
        "feedback": [{"name": "tone", "score": 4, "judge": "m9", "comment": "dry"}],
        "labels": [{"name": "correct", "value": True, "reviewer": "ana", "rationale": "so", "assessment_id": "a-1"}],
    }
    (trace,) = read_traces("rows", lines([row])).traces
    said = {each.name: each for each in trace.summary.assessments}
    assert {name: (each.kind.value, each.value, each.source.type.value) for name, each in said.items()} == {
        "expected": ("expectation", "18:10", "SOURCE_TYPE_UNSPECIFIED"),
        "length": ("feedback", 0.5, "SOURCE_TYPE_UNSPECIFIED"),
        "tone": ("feedback", 4, "LLM_JUDGE"),
        "correct": ("feedback", True, "HUMAN"),
    }
    assert (said["correct"].source.id, said["correct"].id, said["tone"].rationale) == ("ana", "a-1", "dry")


def test_a_row_is_known_by_its_content_and_how_many_equal_ones_came_before() -> None:
    one, other = {"id": 1, "prompt": "a", "response": "b"}, {"id": 1, "prompt": "a", "response": "c"}
    ids = [trace.summary.id for trace in read_traces("x", lines([one, other, one])).traces]
    assert len(set(ids)) == 3
    assert ids[2] == f"{ids[0]}-2"
    grown = [trace.summary.id for trace in read_traces("y", lines([other, one, {**one, "labels": []}])).traces]
    assert grown == [ids[1], ids[0], ids[2]]
    spelled_otherwise = b'{"response":"b", "prompt":"\\u0061","id":1}'
    assert read_traces("z", spelled_otherwise).traces[0].summary.id == ids[0]
    assert read_traces("z", lines([one])).traces[0].summary.metadata["labeler.row.id"] == "1"


def test_what_is_to_be_done_stands_before_what_with() -> None:
    row = {"instruction": "Answer in one sentence.", "input": ASKED, "output": ANSWER}
    assert _said(_read(lines([row]))) == [("user", f"Answer in one sentence.\n\n{ASKED}"), ("assistant", ANSWER)]


def test_an_empty_answer_is_the_answer_whatever_stands_beside_it() -> None:
    said = _read(lines([{"prompt": ASKED, "response": "", "answer": "18:10"}]))
    assert said.answer is not None
    assert main_text(said.messages[said.answer]) == ""


def test_a_batch_s_request_that_failed_says_why() -> None:
    row = {
        "custom_id": "q1",
        "result": {"type": "errored", "error": {"type": "error", "error": {"message": "too long"}}},
    }
    (trace,) = read_traces("rows", lines([row])).traces
    assert "too long" in str(converse(decode(trace)).messages)


def test_expectations_and_scores_of_evaluations_are_assessments() -> None:
    row = {
        "inputs": {"question": ASKED},
        "outputs": {"response": ANSWER},
        "expectations": {"facts": ["18:10"], "pier": "north"},
        "feedback_scores": [{"name": "tone", "value": 0.5}],
    }
    (trace,) = read_traces("rows", lines([row])).traces
    said = {each.name: (each.kind.value, each.value) for each in trace.summary.assessments}
    assert said == {"facts": ("expectation", ["18:10"]), "pier": ("expectation", "north"), "tone": ("feedback", 0.5)}


def test_earlier_turns_stand_before_the_question() -> None:
    history = [{"role": "user", "content": "Good morning."}, {"role": "assistant", "content": "Good morning, skipper."}]
    row = {"query": ASKED, "response": ANSWER, "chat_history": json.dumps(history)}
    assert _said(_read(lines([row]))) == [
        ("user", "Good morning."),
        ("assistant", "Good morning, skipper."),
        ("user", ASKED),
        ("assistant", ANSWER),
    ]


@pytest.mark.parametrize(
    "error", ["timed out after 30 s", {"message": "timed out after 30 s"}, ["timed out after 30 s"]]
)
def test_why_there_is_no_answer_is_said(error: object) -> None:
    (trace,) = read_traces("rows", lines([{"input": ASKED, "output": None, "error": error}])).traces
    assert trace.summary.state is TraceState.ERROR
    last = converse(decode(trace)).messages[-1]
    assert "timed out after 30 s" in str(last.parts)


def test_columns_of_csv_are_the_keys_of_rows(tmp_path: Path) -> None:
    for delimiter in (",", ";", "\t"):
        table = f'prompt{delimiter}response\r\n"{ASKED}"{delimiter}"{ANSWER}"\r\n'.encode()
        assert _said(_read(table)) == [("user", ASKED), ("assistant", ANSWER)]
    written = "messages\n" + '"' + json.dumps(EXAMPLES["chat messages"].rows[0]["messages"]).replace('"', '""') + '"\n'
    assert ("assistant", ANSWER) in _said(_read(written.encode()))
    windows = 'id,prompt,response\n1,"Où est le café ?","à côté"\n'.encode("cp1252")
    assert _said(_read(windows)) == [("user", "Où est le café ?"), ("assistant", "à côté")]
