"""Tables and archives: Parquet, CSV of MLflow, pandas' JSON, zip archives of many files and of far too much."""

from __future__ import annotations

import builtins
import io
import json
import zipfile
from typing import Any

import pandas
import pytest

from labeler.reading.files.entry import ReadOptions, UnusableFile
from labeler.reading.files.read import read_traces
from labeler.reading.read import read_document
from labeler.reading.views.raw_json import blind_raw_document, raw_document
from tests.reading.corpus import body, recording
from tests.reading.files.examples import EXAMPLES, lines
from tests.reading.files.exported_documents import ANSWER, ASKED

ROWS = [{"id": 1, "prompt": ASKED, "response": ANSWER}, {"id": 2, "prompt": "And back?", "response": "At nine."}]


def _texts(data: bytes, options: ReadOptions | None = None) -> list[str]:
    found = read_traces("file", data, options)
    assert found.problems == ()
    return [read_document(trace).plain_text for trace in found.traces]


def test_parquet_holds_rows_and_traces() -> None:
    written = io.BytesIO()
    pandas.DataFrame([*ROWS, {"prompt": "x", "response": "y", "messages": None}]).to_parquet(written)
    texts = _texts(written.getvalue())
    assert len(texts) == 3
    assert ASKED in texts[0]
    assert ANSWER in texts[0]
    nested = io.BytesIO()
    pandas.DataFrame(EXAMPLES["chat messages"].rows).to_parquet(nested)
    assert ANSWER in _texts(nested.getvalue())[0]


def test_parquet_without_what_reads_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    known = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return known(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnusableFile, match=r"pip install 'trace-labeler\[parquet\]'"):
        read_traces("file", b"PAR1" + bytes(20))


@pytest.mark.parametrize("orient", ["records", "split", "columns", "index", "table"])
def test_a_table_that_pandas_wrote_as_json_is_read_in_every_orient(orient: Any) -> None:
    written = pandas.DataFrame(ROWS).to_json(orient=orient)
    assert [ANSWER in text for text in _texts(written.encode())] == [True, False]


def test_traces_of_mlflow_in_a_column_are_themselves() -> None:
    names = ("openai_tool_roundtrip", "plain_bool_number")
    cells = [json.dumps({"info": saved["trace_info"], "data": {"spans": saved["spans"]}}) for saved in
             (body(name)["trace"] for name in names)]  # fmt: skip
    table = pandas.DataFrame({"trace_id": [recording(name).summary.id for name in names], "trace": cells})
    for written in (table.to_csv(index=False), table.to_json(orient="records"), table.to_json(orient="split")):
        assert written is not None
        found = read_traces("file", written.encode()).traces
        assert [trace.summary for trace in found] == [recording(name).summary for name in names]


def test_keys_that_the_user_names_are_read_wherever_the_row_is_kept() -> None:
    rows = lines([{"wire": "Who rang?", "reply": "Sefa rang at noon.", "note": "x"}])
    with pytest.raises(UnusableFile, match="--request and --response"):
        read_traces("file", rows)
    (text,) = _texts(rows, ReadOptions(request="wire", response="reply"))
    assert "Who rang?" in text
    assert "Sefa rang at noon." in text
    assert _texts(b"wire,reply\nWho rang?,Sefa.\n", ReadOptions(request="wire", response="reply")) != []
    with pytest.raises(UnusableFile, match="no key 'other'"):
        read_traces("file", rows, ReadOptions(request="other", response="reply"))


def test_a_text_is_the_response_under_judgement() -> None:
    assert "The tide is high." in _texts(b"# Tides\n\nThe tide is high.\n", ReadOptions(is_text=True))[0]
    found = read_traces("tides.md", b"# Tides\n\nThe tide is high.\n").traces
    assert len(found) == 1


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.mark.slow
def test_a_zip_of_ten_thousand_files_is_read_file_by_file() -> None:
    files = {f"{number}.json": b'{"id": %d, "prompt": "a", "response": "b"}' % number for number in range(10_000)}
    found = read_traces("file", _zip(files))
    assert len(found.traces) == 10_000
    assert found.traces[9_999].summary.name == "9999"


def test_what_is_no_trace_in_a_zip_is_named_and_costs_no_other() -> None:
    files = {"a.jsonl": lines(ROWS), "b.json": b'{"x": 1}', "c.db": b"SQLite format 3\x00", "__MACOSX/._a": b"x"}
    found = read_traces("file", _zip(files))
    assert len(found.traces) == 2
    assert [problem.split(" ")[0] for problem in found.problems] == ["file/b.json:", "file/c.db"]
    with pytest.raises(UnusableFile, match="archive within an archive"):
        read_traces("file", _zip({"inner.zip": _zip(files)}))
    with pytest.raises(UnusableFile, match="looks like an Office document"):
        read_traces("file", _zip({"[Content_Types].xml": b"<x/>"}))


@pytest.mark.slow
def test_a_bomb_in_a_zip_is_refused() -> None:
    with pytest.raises(UnusableFile, match="100 times its size"):
        read_traces("file", _zip({"a.json": b'{"prompt": "' + b"a" * (80 << 20) + b'", "response": "b"}'}))


def test_a_blind_review_shows_no_scores_of_an_export_in_its_exact_json() -> None:
    (langfuse,) = read_traces("file", lines(EXAMPLES["Langfuse download"].rows)).traces
    row = {**ROWS[0], "expected": "quarter past", "scores": {"length": 0.25}}
    (scored,) = read_traces("file", lines([row])).traces
    for trace, said in ((langfuse, "ANNOTATION"), (scored, "quarter past"), (scored, "0.25")):
        assert said in raw_document(trace).plain_text
        assert said not in blind_raw_document(trace).plain_text
