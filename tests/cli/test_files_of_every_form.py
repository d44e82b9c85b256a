"""Files of other products in the real program: directories, stdin, keys that are named, and what is refused."""

from __future__ import annotations

import json

import pytest

from tests.cli.program import Program
from tests.reading.files.examples import EXAMPLES, lines
from tests.reading.files.exported_documents import ANSWER, ASKED


@pytest.mark.slow
def test_show_reads_directories_and_stdin(labeler: Program) -> None:
    folder = labeler.work / "exports"
    folder.mkdir()
    (folder / "deeper").mkdir()
    (folder / "langfuse.json").write_bytes(lines(EXAMPLES["Langfuse download"].rows))
    (folder / "rows.csv").write_text(f'prompt,response\n"{ASKED}","{ANSWER}"\n')
    (folder / "readme.html").write_text("<html></html>")
    ended = labeler.run("show", "--json", "exports")
    assert [trace["trace_id"][:4] for trace in ended.lines] == ["lf-7", "row-"]
    assert ended.code == 1
    assert "readme.html is not JSON: it looks like a web page" in ended.err
    assert "1 folders in it were not looked into" in ended.err
    piped = labeler.run("show", "--json", "-", stdin=lines(EXAMPLES["LangSmith runs"].rows).decode())
    assert (piped.code, [trace["trace_id"] for trace in piped.lines]) == (0, ["r1"])
    assert ANSWER in piped.lines[0]["text"]
    assert labeler.run("show", "deeper/none.json").code == 2


def test_the_answers_of_a_batch_are_read_with_their_requests(labeler: Program) -> None:
    asked = [
        {
            "custom_id": name,
            "method": "POST",
            "url": "/v1/chat",
            "body": {"messages": [{"role": "user", "content": text}]},
        }
        for name, text in (("q-1", ASKED), ("q-2", "Is the north pier lit?"))
    ]
    body = {"choices": [{"message": {"role": "assistant", "content": ANSWER}}]}
    said = {"id": "b1", "custom_id": "q-1", "response": {"status_code": 200, "body": body}, "error": None}
    (labeler.work / "answers.jsonl").write_bytes(lines([said]))
    (labeler.work / "requests.jsonl").write_bytes(lines(asked))
    (alone,) = labeler.run("show", "--json", "answers.jsonl").lines
    for targets in (["answers.jsonl", "requests.jsonl"], ["."]):
        both, left = labeler.run("show", "--json", *targets).lines
        told = [(each["role"], each["text"]) for each in both["messages"]]
        assert told == [("user", ASKED), ("assistant", ANSWER)]
        assert both["trace_id"] == alone["trace_id"], "labels of the row last, with its request or without"
        assert left["messages"][0]["text"] == "Is the north pier lit?"


def test_the_exact_json_of_a_row_is_the_row(labeler: Program) -> None:
    row = '{"prompt": "a",  "response": 1.50, "prompt": "b"}'
    (labeler.work / "rows.jsonl").write_text(row + "\n")
    assert labeler.run("show", "--raw", "rows.jsonl").out == row + "\n"


@pytest.mark.slow
def test_keys_are_named_and_contradictions_refused(labeler: Program) -> None:
    (labeler.work / "rows.jsonl").write_text(json.dumps({"q": ASKED, "a": ANSWER, "nr": 7}) + "\n")
    refused = labeler.run("show", "rows.jsonl")
    assert refused.code == 2
    assert "name them with --request and --response" in refused.err
    shown = labeler.run("show", "--json", "--request", "q", "--response", "a", "--id", "nr", "rows.jsonl")
    assert shown.code == 0
    assert (shown.lines[0]["name"], [each["role"] for each in shown.lines[0]["messages"]]) == (
        "7",
        ["user", "assistant"],
    )
    assert labeler.run("show", "--text", "--request", "q", "rows.jsonl").code == 2
    assert labeler.run("review", "-").code == 2


def test_help_lists_the_forms_with_an_example_each(labeler: Program) -> None:
    for command in ("show", "review"):
        told = labeler.run(command, "--help").out
        for form in (
            "MLflow",
            "OTLP/JSON",
            "Jaeger",
            "chat rows",
            "Langfuse",
            "LangSmith",
            "Phoenix",
            "Datadog",
            "ADK",
        ):
            assert form in told
        assert '{"prompt": "...", "response": "..."}' in told
