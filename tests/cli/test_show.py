from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from labeler.cli.main import main
from labeler.domain.trace import Span
from labeler.reading.files.read import read_traces
from labeler.reading.wire import spans
from labeler.reading.wire.identifiers import Object
from labeler.reading.wire.spans import decode_all
from tests.cli.embedded_store import filled_store
from tests.cli.program import Program
from tests.servers.filling import CORPUS, TOOLS, log, recordings
from tests.servers.mlflow_server import shared_server

HOSTILE = [str(path) for path in sorted(CORPUS.glob("text_*.json")) if ".info." not in path.name]
ANSI = CORPUS / "text_ansi.json"


def test_a_file_is_printed_as_it_is_read(labeler: Program) -> None:
    ended = labeler.run("show", str(TOOLS))
    assert ended.code == 0
    assert "High tide at Pell Quay is at 05:42 and again at 18:07." in ended.out
    assert "tide_table" in ended.out
    assert ended.err == ""


def test_json_is_a_line_a_trace_in_the_promised_form(labeler: Program) -> None:
    ended = labeler.run("show", "--json", str(TOOLS), str(ANSI))
    assert len(ended.lines) == 2
    for trace in ended.lines:
        assert {"trace_id", "name", "state", "source", "messages", "text"} <= trace.keys()
        assert {message["role"] for message in trace["messages"]} <= {"system", "user", "assistant", "tool"}
    calls = [call for message in ended.lines[0]["messages"] for call in message.get("tool_calls", [])]
    assert calls == [{"name": "tide_table", "arguments": {"harbour": "Pell Quay", "day": "today"}}]


@pytest.mark.parametrize("option", [[], ["--json"], ["--raw"], ["--spans"], ["--json", "--spans"]])
def test_nothing_that_a_terminal_obeys_comes_out_of_a_trace(labeler: Program, option: list[str]) -> None:
    out = labeler.run("show", *option, *HOSTILE).out
    assert out
    assert not {char for char in out if (ord(char) < 32 and char not in "\n\t") or 0x7F <= ord(char) < 0xA0}
    assert not set(out) & set("\u202e\u2066\u2069\u200b\ufeff\u2028")


@pytest.mark.parametrize("path", [TOOLS, *HOSTILE])
def test_the_exact_json_is_what_was_recorded(labeler: Program, path: str) -> None:
    ended = labeler.run("show", "--raw", str(path))
    assert json.loads(ended.out) == json.loads(Path(path).read_bytes())


def test_gzip_and_lines_are_read_too(labeler: Program) -> None:
    (labeler.work / "both.jsonl.gz").write_bytes(
        gzip.compress(b"\n".join(json.dumps(json.loads(path.read_bytes())).encode() for path in (TOOLS, ANSI)))
    )
    assert len(labeler.run("show", "--json", "both.jsonl.gz").lines) == 2


@pytest.mark.slow
def test_what_cannot_be_read_does_not_stop_the_rest(labeler: Program) -> None:
    (labeler.work / "some.jsonl").write_bytes(
        b'{"broken\n' + json.dumps(json.loads(TOOLS.read_bytes())).encode() + b"\n"
    )
    (labeler.work / "bad.json").write_bytes(b"no")
    partly = labeler.run("show", "some.jsonl", "--json")
    assert (partly.code, len(partly.lines)) in ((1, 1), (2, 0))
    ended = labeler.run("show", "bad.json", str(TOOLS), "--json")
    assert ended.code == 2
    assert "bad.json" in ended.err
    assert len(ended.lines) == 1


def test_the_span_tree_is_shown_on_request(labeler: Program) -> None:
    assert "CHAT_MODEL" in labeler.run("show", str(TOOLS), "--spans").out
    (trace,) = labeler.run("show", str(TOOLS), "--spans", "--json").lines
    assert [span["depth"] for span in trace["spans"]] == [0, 1, 1, 1]


def test_a_trace_is_shown_from_the_embedded_store_by_its_id(labeler: Program) -> None:
    trace_id, *_ = filled_store(labeler.work / "store.db", "openai_tool_roundtrip")
    ended = labeler.run("show", trace_id, "tr-none", "-b", "local:store.db", "--json")
    assert ended.code == 1
    assert [trace["trace_id"] for trace in ended.lines] == [trace_id]
    assert "tr-none" in ended.err


@pytest.mark.slow
def test_a_trace_is_shown_from_a_server_the_same_as_from_its_file(labeler: Program) -> None:
    server = shared_server()
    (recording,) = recordings("openai_tool_roundtrip")
    log(server, server.new_experiment(), [recording])
    (shown,) = labeler.run("show", recording.id, "-b", server.url, "--json").lines
    file = labeler.work / "trace.json"
    file.write_bytes(recording.raw.payload)
    (from_file,) = labeler.run("show", "trace.json", "--json").lines
    assert shown["messages"] == from_file["messages"]
    assert read_traces("trace.json", file.read_bytes()).traces[0].summary.id == recording.id


def test_a_trace_is_decoded_once_whatever_is_shown_of_it(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    decoded = []

    def decoding(encoded: Sequence[Object]) -> tuple[Span, ...]:
        decoded.append(encoded)
        return decode_all(encoded)

    monkeypatch.setattr(spans, "decode_all", decoding)
    for options in ([], ["--json"], ["--spans"], ["--json", "--spans"]):
        decoded.clear()
        assert main(["show", *options, str(TOOLS)]) == 0
        assert len(decoded) == 1
    assert capsysbinary.readouterr().out
