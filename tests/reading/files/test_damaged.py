"""Arbitrary and damaged files of every form: never an exception, always some text or a sentence."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.domain.trace import RawTrace
from labeler.reading.files.entry import UnusableFile
from labeler.reading.files.read import TraceFile, read_traces
from tests.reading.any_trace import mutated, read_strictly
from tests.reading.files.examples import EXAMPLES, lines

_KEYS = st.sampled_from(
    sorted(
        {key for example in EXAMPLES.values() for row in example.rows if isinstance(row, dict) for key in row}
        | {
            "trace_id",
            "span_id",
            "traceID",
            "run_type",
            "scores",
            "labels",
            "feedback",
            "contexts",
            "custom_id",
            "body",
        }
        | {"method", "url", "from", "value", "from_", "lc", "kwargs", "columns", "schema", "0", "1", "labeler.keys"}
    )
)
_WORDS = st.sampled_from(
    ["user", "assistant", "llm", "GENERATION", "response_item", "2026-05-01T10:00:00Z", "tool", "", "\x00"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=16,
)


def check_any_file(data: bytes) -> int:
    """Read a file and every trace in it; return how many there were. What cannot be read is a sentence."""
    try:
        found = read_traces("file", data)
        assert found.traces
    except UnusableFile as refused:
        found = TraceFile((), (str(refused),))
    assert all(sentence.startswith("file") and sentence.endswith(".") for sentence in found.problems)
    for trace in found.traces:
        assert read_strictly(trace).plain_text.strip()
        assert trace.summary.id
        json.dumps([each.value for each in trace.summary.assessments], allow_nan=False)
    return len(found.traces)


@settings(max_examples=150, deadline=None)
@given(st.lists(_VALUES, max_size=4))
def test_arbitrary_rows_give_a_text_or_a_sentence(rows: list[Any]) -> None:
    check_any_file(lines(rows))
    check_any_file(json.dumps(rows).encode())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=4), _KEYS, _KEYS)
def test_arbitrary_tables_give_a_text_or_a_sentence(rows: list[list[str]], one: str, other: str) -> None:
    table = io.StringIO()
    csv.writer(table).writerows([[one, other], *rows])
    check_any_file(table.getvalue().encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_damaged_row_gives_a_text_or_a_sentence(name: str) -> None:
    rows = EXAMPLES[name].rows
    read = 0
    for seed in range(25):
        chance = random.Random(f"{name} {seed}")
        rate = chance.choice([0.01, 0.05, 0.15])
        read += check_any_file(lines([mutated(copy.deepcopy(row), chance, rate) for row in rows])) > 0
    assert read > 5


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_file_that_is_cut_off_gives_a_text_or_a_sentence(name: str) -> None:
    rows = EXAMPLES[name].rows
    for data in (lines(rows), json.dumps(rows, indent=1).encode(), gzip.compress(lines(rows))):
        for part in range(1, 12):
            check_any_file(data[: len(data) * part // 12])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes_are_told_in_a_sentence(data: bytes) -> None:
    check_any_file(data)
    check_any_file(b'{"prompt": "a", "response": "b"}\n' + data)
    check_any_file(b"prompt,response\n" + data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "latin-1"])
def test_every_encoding_is_read_and_what_is_no_text_is_said(encoding: str) -> None:
    data = '{"prompt": "Où?", "response": "là-bas"}'.encode(encoding)
    found = read_traces("file", data)
    document = read_strictly(found.traces[0]).plain_text
    if encoding == "latin-1":
        assert "l\ufffd-bas" in document
        assert "no text in its encoding" in found.notices[0]
    else:
        assert "là-bas" in document
        assert found.notices == ()


def ids(found: tuple[RawTrace, ...]) -> list[str]:
    """What the rows call themselves."""
    return [trace.summary.name for trace in found]


def test_what_is_cut_off_costs_itself_alone() -> None:
    rows = [{"id": number, "prompt": "a", "response": "b"} for number in (1, 2, 3)]
    listed = read_traces("file", json.dumps(rows).encode()[:-20])
    assert ids(listed.traces) == ["1", "2"]
    assert listed.problems == ("file: entry 3 is cut off: the file ends in the middle of it.",)
    ended = read_traces("file", json.dumps(rows).encode()[:-1])
    assert ids(ended.traces) == ["1", "2", "3"]
    assert ended.problems == ("file: the list behind entry 3 is cut off: the file ends within it.",)
    by_line = read_traces("file", lines(rows)[:-20])
    assert ids(by_line.traces) == ["1", "2"]
    assert by_line.problems == ("file: line 3 is cut off: the file ends in the middle of it.",)


def test_a_bad_row_between_good_ones_is_named_by_its_line() -> None:
    good = b'{"id": 1, "prompt": "a", "response": "b"}\n'
    other = good.replace(b"1", b"2")
    for bad, why in (
        (b'{"half', "line 2 is not JSON"),
        (b"null", "line 2 is null"),
        (b'{"prompt": "a"}', "line 2 is an object with the keys prompt"),
        (b"{}", "line 2 is an empty object"),
        (b"[" * 5000, "line 2 is not JSON (nested too deeply"),
    ):
        found = read_traces("file", good + bad + b"\n" + other)
        assert ids(found.traces) == ["1", "2"], bad
        assert found.problems[0].startswith(f"file: {why}")
    many = read_traces("file", good + b"oops\n" * 500)
    assert len(many.problems) == 21
    assert many.problems[-1] == "file: 480 more entries could not be read."


def test_rows_of_several_forms_stand_in_one_file_each_read_as_its_own() -> None:
    names = ("prompt and response", "Langfuse download", "Datadog spans", "a text", "ADK session")
    data = b"".join(lines(EXAMPLES[name].rows) for name in names)
    found = read_traces("file", data)
    assert len(found.traces) == len(names)
    assert found.problems == ()


def test_one_id_with_two_contents_is_said_and_twice_the_same_is_one() -> None:
    one, other = EXAMPLES["ADK session"].rows[0], {**EXAMPLES["ADK session"].rows[0], "userId": "bo"}
    twice = read_traces("file", lines([one, one]))
    assert (len(twice.traces), twice.problems) == (1, ())
    assert "more than once" in twice.notices[0]
    differing = read_traces("file", lines([one, other]))
    assert [trace.summary.user for trace in differing.traces] == ["ana"]
    assert "other content" in differing.problems[0]


def test_a_row_of_many_megabytes_is_read_whole() -> None:
    text = "tide " * (1 << 21)
    (trace,) = read_traces("file", lines([{"prompt": "How long?", "response": text}])).traces
    assert len(trace.payload) > 10_000_000
    assert trace.summary.id.startswith("row-")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"SQLite format 3\x00" + bytes(100), "looks like a SQLite database; labeler opens JSON"),
        (b"%PDF-1.7", "looks like a PDF document"),
        (b"\x80\x04\x95", "a Python pickle, which is never opened"),
        (b"<!DOCTYPE html><html>", "it looks like a web page"),
        (b"<?xml version='1.0'?>", "it looks like XML"),
        (b"---\nname: x\n", "it looks like YAML"),
        (b"The tide is high.\n", "text that is no JSON; --text shows it as one text"),
        (b"name,age\nana,3\n", "text that is no JSON"),
        (
            b'{"alpha": "x", "beta": "y"}',
            "keys alpha, beta, not a trace; where two of them are a request and a response",
        ),
        (b'{"trace_id": "t", "spans": [{"name": "a", "took": 3}]}', "keys trace_id, spans, not a trace"),
        (b"PK\x03\x04 and more", "a damaged zip archive"),
        (b"PAR1 and more", "a damaged Parquet file"),
        (b"[{}, 3]", r"an empty object, not a trace \(1 more entries"),
    ],
)
def test_what_is_refused_is_called_what_it_looks_like(data: bytes, told: str) -> None:
    with pytest.raises(UnusableFile, match=told):
        read_traces("file", data)
