"""Labelled files: each row as it was, with the labels that are its own, in whatever way the file is written."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import pandas
import pytest

from labeler.labels.labelled_file import LabelsNotWritten
from labeler.labels.labelled_path import is_made_of_another, label_lines_path, labelled_path
from labeler.labels.row_index import RowIndex, index_of_known
from labeler.labels.row_labels import Said
from labeler.reading.files.entry import ReadOptions
from labeler.reading.files.read import stream_entries
from tests.labels.files import indexed, known, labelled_file, thumb, trace_ids, write
from tests.reading.files.examples import EXAMPLES, lines

CORPUS: Final = Path(__file__).parent.parent / "corpus"
PAIR: Final = {"prompt": "a", "response": "b"}
OTHER: Final = {"prompt": "ü", "response": "\U0001f600"}
FILES: Final[dict[str, bytes]] = {
    "rows.jsonl": lines([PAIR, OTHER, PAIR]),
    "list.json": json.dumps([PAIR, OTHER], indent=1).encode(),
    "documents.json": b"".join(json.dumps({"text": each}, indent=2).encode() for each in ("a", "b")),
    "log.jsonl": b'\xc2\xa0 INFO 12:00 {"prompt": "a", "response": "b"}\nWARN \n[{"prompt": "c", "response": "d"},]\n',
    "ends.jsonl": lines([PAIR, OTHER]).replace(b"\n", b"\r\n") + b"\r\n  \r\n",
    "marked.jsonl": b"\xef\xbb\xbf" + lines([PAIR]),
    "wide.jsonl": lines([PAIR, OTHER]).decode().encode("utf-16"),
    "big.jsonl": b"\xfe\xff" + lines([PAIR, OTHER]).decode().encode("utf-16-be"),
    "bytes.jsonl": b'{"prompt": "\xff\xe2\x82\xfe", "response": "b"}\n{"prompt": "\xe2\x82", "response": "c"}\n',
    "packed.jsonl.gz": gzip.compress(lines([PAIR, OTHER]), mtime=0),
    "langfuse.jsonl": lines(EXAMPLES["Langfuse download"].rows),
    "langsmith.json": json.dumps(EXAMPLES["LangSmith tree"].rows, indent=2).encode(),
    "mlflow.jsonl": json.dumps(json.loads((CORPUS / "openai_chat_multiturn.json").read_bytes())).encode(),
    "bad.jsonl": lines([PAIR]) + b'{"prompt": "cut\n{"nothing": 1}\n' + lines([OTHER]),
}
EXACT: Final = {
    "numbers": '{"prompt": "a", "response": "", '
    '"p": 1.50, "e": 1e400, "n": 0.10000000000000000555, "i": 9007199254740993}',
    "a key twice": '{"prompt":"a","response":"first","response":"b"}',
    "blanks": '{"prompt" : "\\u0061", "response": "caf\u00e9" \t }',
    "labels of its own": '{"prompt": "a", "response": "b", "labels": ["mine"]}',
    "none of its own": '{"prompt": "a", "response": "b", "labels": []}',
    "both": '{"labels": "x", "prompt": "a", "response": "b"}',
}


@pytest.mark.parametrize("name", EXACT)
def test_a_row_keeps_its_text_and_gets_one_key_before_its_last_brace(tmp_path: Path, name: str) -> None:
    text, source = EXACT[name], tmp_path / "data.jsonl"
    source.write_text(text)
    (trace_id,) = trace_ids(source.read_bytes())
    said = {trace_id: Said((thumb(trace_id, 7, rationale="so"),))}
    assert (write(source, said).labelled, source.read_text()) == (1, text)
    key = "labeler_labels" if '"labels"' in text else "labels"
    label = {"name": "is_helpful", "value": True, "rationale": "so", "kind": "feedback", "reviewer": "rhea"}
    told = label | {"at": "2026-09-21T14:13:20.007Z", "span_id": None, "assessment_id": f"a-{7:032}"}
    assert labelled_path(source).read_text() == f'{text[:-1]}, "{key}": [{json.dumps(told)}]}}'
    assert write(source, {}).labelled == 1, "what a journal does not know is kept"
    write(source, {trace_id: Said(earlier=(thumb(trace_id, 7),))})
    assert labelled_path(source).read_text() == f'{text[:-1]}, "{key}": []}}', "what it knows is as it says"


@pytest.mark.parametrize("name", FILES)
def test_a_labelled_file_is_the_same_rows_and_without_its_labels_the_same_bytes(tmp_path: Path, name: str) -> None:
    data, source = FILES[name], tmp_path / name
    source.write_bytes(data)
    ids = trace_ids(data, name)
    said = {each: Said((thumb(each, number),)) for number, each in enumerate(dict.fromkeys(ids), 1)}
    assert write(source, said).labelled == len(ids) > 0
    labelled = labelled_path(source).read_bytes()
    index = indexed(labelled, labelled_path(source).name)
    assert [row.trace_id for row in index.rows] == ids
    kept = {each: [label.assessment_id for label in labels] for each, labels in index.kept.items()}
    assert kept == {each: [label.assessment_id for label in about.standing] for each, about in said.items()}
    assert _without_labels(labelled, name) == _unpacked(data, name)
    write(source, said)
    assert labelled_path(source).read_bytes() == labelled, "written again, it is the same"
    write(labelled_path(source), said)
    assert labelled_path(source).read_bytes() == labelled, "and written back to itself"


def _unpacked(data: bytes, name: str) -> bytes:
    return gzip.decompress(data) if name.endswith(".gz") else data


def _without_labels(data: bytes, name: str) -> bytes:
    data = _unpacked(data, name)
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    begin, end = ', "labels": [{"name"'.encode(encoding), "}]".encode(encoding)
    while (start := data.find(begin)) >= 0:
        data = data[:start] + data[data.index(end, start) + len(end) :]
    return data


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_keeps_its_dialect_and_gets_columns_that_no_spreadsheet_runs(tmp_path: Path, delimiter: str) -> None:
    source = tmp_path / "data.csv"
    rows = [
        ["id", "prompt", "response"],
        ["1", "=1+1", 'a "b"\r\nc'],
        ["2", "x; y, z", "ü"],
        ["3", "short"],
        [],
        ["4", "p", "r"],
    ]
    table = io.StringIO(newline="")
    csv.writer(table, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    source.write_bytes(table.getvalue().encode())
    one, two, three, four = trace_ids(source.read_bytes(), "data.csv")
    said = {one: Said((thumb(one, 1, rationale=f"=run{delimiter}\nit"),)), two: Said((thumb(two, 2, value=False),))}
    assert write(source, said, names=("is_helpful", "stars")).labelled == 2
    labelled = labelled_path(source).read_bytes()
    assert trace_ids(labelled, "data.labelled.csv") == [one, two, three, four]
    for line, original in zip(labelled.split(b"\r\n"), table.getvalue().encode().split(b"\r\n"), strict=False):
        assert line.startswith(original) or b"run" in line
    read = list(csv.reader(io.StringIO(labelled.decode(), newline=""), delimiter=delimiter))
    assert read[0] == [*rows[0], "label.is_helpful", "comment.is_helpful", "label.stars", "comment.stars"]
    assert read[1] == [*rows[1], "true", f"'=run{delimiter}\nit", "", ""]
    assert [row[3:4] for row in read[2:]] == [["false"], [""], [], [""]]
    frame = pandas.read_csv(labelled_path(source), sep=delimiter)
    assert frame["label.is_helpful"].tolist()[:2] == [True, False]
    said = {one: Said(earlier=said[one].standing), three: Said((thumb(three, 3),))}
    assert write(labelled_path(source), said).labelled == 2, "two of them: the second was given elsewhere"
    again = list(csv.reader(io.StringIO(labelled_path(source).read_text(), newline=""), delimiter=delimiter))
    assert [row[3:5] for row in again] == [read[0][3:5], ["", ""], ["false", ""], ["true", ""], [], ["", ""]]


def test_a_table_in_windows_letters_is_written_in_unicode_where_a_comment_needs_it(tmp_path: Path) -> None:
    source = tmp_path / "data.csv"
    source.write_bytes("prompt,response\nOù?,là\n".encode("cp1252"))
    (trace_id,) = trace_ids(source.read_bytes(), "data.csv")
    write(source, {trace_id: Said((thumb(trace_id, 1, rationale="à côté"),))})
    assert labelled_path(source).read_text("cp1252").splitlines()[1] == "Où?,là,true,à côté"
    write(source, {trace_id: Said((thumb(trace_id, 1, rationale="→ là"),))})
    assert labelled_path(source).read_text("utf-8-sig").splitlines()[1] == "Où?,là,true,→ là"


def test_parquet_keeps_its_columns_and_gets_typed_ones(tmp_path: Path) -> None:
    source = tmp_path / "data.parquet"
    frame = pandas.DataFrame(
        {"messages": [[{"role": "user", "content": "q"}, {"role": "assistant", "content": str(n)}] for n in range(3)]}
    )
    frame.to_parquet(source)
    ids = trace_ids(source.read_bytes(), "data.parquet")
    said = {
        each: Said((thumb(each, n, value=n > 0), thumb(each, n + 9, name="stars", value=n / 2)))
        for n, each in enumerate(ids[:2])
    }
    assert write(source, said).labelled == 2
    read = pandas.read_parquet(labelled_path(source))
    assert read["messages"].map(list).tolist() == pandas.read_parquet(source)["messages"].map(list).tolist()
    assert read["label.is_helpful"].tolist() == [False, True, None]
    assert read["label.stars"].tolist()[:2] == [0.0, 0.5]
    assert trace_ids(labelled_path(source).read_bytes(), "data.labelled.parquet") == ids


def test_the_flat_form_is_read_by_pandas_at_once(tmp_path: Path) -> None:
    source = tmp_path / "data.jsonl"
    source.write_bytes(lines([PAIR, OTHER]))
    one, other = trace_ids(source.read_bytes())
    said = {one: Said((thumb(one, 1, rationale="so"), thumb(one, 2, name="modes", value=["wrong", "unsafe"])))}
    write(source, said, tmp_path / "flat.jsonl", names=("is_helpful", "modes"), is_flat=True)
    frame = pandas.read_json(tmp_path / "flat.jsonl", lines=True)
    assert frame["label.is_helpful"].tolist()[0] == 1
    assert (frame["comment.is_helpful"][0], frame["label.modes"][0]) == ("so", ["wrong", "unsafe"])
    write(source, said)
    nested = pandas.read_json(labelled_path(source), lines=True)
    assert [[label["value"] for label in labels] for labels in nested["labels"]] == [[True, ["wrong", "unsafe"]], []]
    exploded = nested.explode("labels").dropna(subset=["labels"])
    assert exploded["labels"].map(lambda label: label["name"]).tolist() == ["is_helpful", "modes"]
    assert trace_ids((tmp_path / "flat.jsonl").read_bytes()) == [one, other]


READ_AS_TRACES: Final = {"log.jsonl", "langfuse.jsonl", "langsmith.json", "mlflow.jsonl", "bad.jsonl"}
"""Files with entries that are no row, or whose traces have IDs of their own."""


def indexed_by_content(path: Path, traces: Collection[str]) -> RowIndex | None:
    return index_of_known(stream_entries(path.name, io.BytesIO(path.read_bytes()), ReadOptions()), traces)


@pytest.mark.parametrize("name", FILES)
def test_a_labelled_file_of_known_rows_is_indexed_by_their_content_as_by_reading_them(
    tmp_path: Path, name: str
) -> None:
    source = tmp_path / name
    source.write_bytes(FILES[name])
    first, *_, last = [*indexed(FILES[name], name).traces] * 2
    write(source, {each: Said((thumb(each, n),)) for n, each in enumerate((first, last))})
    labelled = labelled_path(source)
    read = indexed(labelled.read_bytes(), labelled.name)
    known = indexed_by_content(labelled, read.traces)
    assert (known is None) == (name in READ_AS_TRACES)
    assert indexed_by_content(labelled, []) is None
    if known is not None:
        assert (known.rows, known.kept, known.traces) == (read.rows, read.kept, read.traces)
        assert (known.is_complete, known.is_labelled) == (True, True)


def test_labels_of_other_people_are_kept_and_mine_are_as_the_journal_has_them(tmp_path: Path) -> None:
    source = tmp_path / "data.jsonl"
    source.write_bytes(lines([PAIR, OTHER]))
    one, other = trace_ids(source.read_bytes())
    theirs = thumb(one, 1, value=False, reviewer="bo")
    write(source, {one: Said((theirs, thumb(one, 2)))})
    by_hand = (
        labelled_path(source)
        .read_text()
        .replace('"labels": []', '"labels": [{"name":"x", "value":1.50, "reviewer":"cy"}]')
    )
    labelled_path(source).write_text(by_hand)
    changed = Said((thumb(one, 3, value="no"),), earlier=(thumb(one, 2),))
    write(source, {one: changed, other: Said((thumb(other, 4),))})
    first, second = (json.loads(line)["labels"] for line in labelled_path(source).read_text().splitlines())
    assert [(label["reviewer"], label["value"]) for label in first] == [("bo", False), ("rhea", "no")]
    assert [(label["reviewer"], label["value"]) for label in second] == [("cy", 1.5), ("rhea", True)]
    assert '{"name":"x", "value":1.50, "reviewer":"cy"}' in labelled_path(source).read_text()
    write(source, {one: Said(replaced=frozenset([theirs.assessment_id or ""]))})
    assert [label["reviewer"] for label in json.loads(labelled_path(source).read_text().splitlines()[0])["labels"]] == [
        "rhea"
    ]


def test_what_is_no_labelled_file_of_these_rows_is_refused_and_stays(tmp_path: Path) -> None:
    source, path = tmp_path / "data.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(lines([PAIR, OTHER]))
    other_rows = lines([{"prompt": "x", "response": str(n), "labels": []} for n in range(2)])
    for there, why in (
        (b"notes\n", "it is no labelled file"),
        (lines([PAIR, OTHER]), "its rows have no labels"),
        (other_rows, "its rows are not those of data.jsonl, such as row 1"),
        (lines([{**PAIR, "label.stars": 4}]), "its labels are written as the flat form"),
    ):
        path.write_bytes(there)
        for attempt in (lambda: labelled_file(source, path).check(), lambda: write(source, {}, path)):
            with pytest.raises(LabelsNotWritten, match=why):
                attempt()
        assert path.read_bytes() == there
    with pytest.raises(LabelsNotWritten, match="is the file itself and no labelled one"):
        labelled_file(source, source).check()
    assert source.read_bytes() == lines([PAIR, OTHER])


def test_labels_of_rows_that_are_gone_are_told_and_never_lost(tmp_path: Path) -> None:
    source = tmp_path / "data.jsonl"
    rows = [{"id": n, "prompt": "q", "response": str(n)} for n in range(4)]
    source.write_bytes(lines(rows))
    ids = trace_ids(source.read_bytes())
    said = {each: Said((thumb(each, n),)) for n, each in enumerate(ids)}
    write(source, said)
    source.write_bytes(lines([rows[0], {**rows[1], "response": "better"}, rows[3]]))
    told = write(source, said)
    assert (told.labelled, told.rows) == (2, 3)
    assert told.notices == (
        "1 row changed since you labelled them: they are other items now.",
        "1 row with labels is no longer in data.jsonl.",
        "Their labels are kept: labeler export --local has them.",
    )
    write(source, said)
    source.write_bytes(lines([rows[0]]))
    before = labelled_path(source).read_bytes()
    with pytest.raises(LabelsNotWritten, match=r"its row 3, not in data.jsonl, has labels that this journal does"):
        write(source, {})
    looked_at = labelled_file(source)
    assert "1 row with labels is no longer in data.jsonl." in looked_at.check()
    with pytest.raises(LabelsNotWritten, match="has labels that this journal does"):
        looked_at.write(known({}))
    assert labelled_path(source).read_bytes() == before


def test_names_of_labelled_files(tmp_path: Path) -> None:
    for name, labelled, label_lines in (
        ("data.jsonl", "data.labelled.jsonl", "data.labels.jsonl"),
        ("a.b.csv", "a.b.labelled.csv", "a.b.labels.jsonl"),
        ("data.jsonl.gz", "data.labelled.jsonl.gz", "data.labels.jsonl"),
        ("data", "data.labelled", "data.labels.jsonl"),
        ("data.labelled.json", "data.labelled.json", "data.labelled.labels.jsonl"),
    ):
        assert labelled_path(Path(name)).name == labelled
        assert label_lines_path(Path(name)).name == label_lines
    (tmp_path / "data.jsonl").touch()
    for name, is_made in (("data.labelled.jsonl", True), ("data.labels.jsonl", True), ("x.labelled.jsonl", False)):
        (tmp_path / name).touch()
        assert is_made_of_another(tmp_path / name) is is_made
    assert not is_made_of_another(tmp_path / "data.jsonl")


def test_permissions_are_those_of_the_rows(tmp_path: Path) -> None:
    source = tmp_path / "data.jsonl"
    source.write_bytes(lines([PAIR]))
    source.chmod(0o640)
    write(source, {})
    assert labelled_path(source).stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data.jsonl", "data.labelled.jsonl"]


def test_what_is_said_in_labelled_rows_is_read_of_every_form(tmp_path: Path) -> None:
    for name in ("rows.jsonl", "langfuse.jsonl", "langsmith.json", "mlflow.jsonl"):
        data, source = FILES[name], tmp_path / name
        source.write_bytes(data)
        said = {each: Said((thumb(each, 1),)) for each in trace_ids(data, name)}
        write(source, said)
        labelled = labelled_path(source).read_bytes()
        told: dict[str, Any] = {}
        for found in _traces(labelled, name):
            told[found.summary.id] = [each for each in found.summary.assessments if each.name == "is_helpful"]
        assert {each: [(a.source.id, a.value, a.id) for a in about] for each, about in told.items()} == {
            each: [("rhea", True, f"a-{1:032}")] for each in said
        }


def _traces(data: bytes, name: str) -> Any:
    from labeler.reading.files.read import read_traces

    return read_traces(name, data).traces
