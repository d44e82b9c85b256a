"""Labels as CSV: a spreadsheet shows them and runs nothing."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.labels.label import COLUMNS, Label
from labeler.labels.label_file import read_label_file
from labeler.labels.spreadsheet import write_csv
from tests.labels.strategies import labels

FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]")

hostile_text = st.lists(
    st.sampled_from([*"=+-@＝＠;\t\n\r,|'\" ", "\r\n", "\u00a0", "\ufeff", "x", "HYPERLINK(1)"]), max_size=12
).map("".join)


def rows(*written: Label, delimiter: str = ",") -> list[list[str]]:
    """What was written, as a spreadsheet reads it that splits lines at `delimiter`."""
    out = io.StringIO(newline="")
    write_csv(written, out)
    return list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))


@given(labels())
def test_no_cell_can_start_a_formula_or_hold_a_control_character(label: Label) -> None:
    header, cells = rows(label)
    assert tuple(header) == COLUMNS
    assert len(cells) == len(COLUMNS)
    for cell in cells:
        assert not cell.startswith(("=", "+", "-", "@"))
        assert not any(ord(character) < 32 and character not in "\n\t" for character in cell)


@given(hostile_text, st.sampled_from([",", ";", "\t"]))
def test_no_text_becomes_a_formula_whatever_lines_are_split_at(text: str, delimiter: str) -> None:
    label = Label(f"tr-1{text}", text, {text: text}, rationale=text, reviewer=text, metadata={text: text})
    for row in rows(label, Label(text, "n", text, rationale="x"), delimiter=delimiter):
        for cell in row:
            assert not FORMULA.match(cell)


@pytest.mark.parametrize("blank", ["\n", "\t", ";", ' "', "; \n"])
@pytest.mark.parametrize("end", ["", "=1+1"])
def test_a_cell_of_a_million_blanks_is_written_at_once(blank: str, end: str) -> None:
    text = blank * 1_000_000 + end
    began = time.process_time()
    write_csv([Label("tr-1", "note", 1, rationale=text)], io.StringIO())
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("\t=1+1", "'\t'=1+1"),
        ("\n@SUM(A1)", "'\n'@SUM(A1)"),
        ("  +1", "'  +1"),
        ("wrong;=1+1", "wrong;'=1+1"),
        ('wrong; "=1+1', "wrong;' \"=1+1"),
        ("wrong\t-1", "wrong\t'-1"),
        ("＝1+1", "'＝1+1"),
        ("\r=1+1", "\\u000d=1+1"),
        ("a = b, c - d; e + f", "a = b, c - d; e + f"),
    ],
)
def test_a_formula_is_marked_where_it_begins_and_nothing_else_is_touched(text: str, cell: str) -> None:
    assert rows(Label("tr-1", "note", 1, rationale=text))[1][4] == cell


def test_values_and_metadata_are_json_and_what_is_absent_is_empty() -> None:
    label = Label("tr-1", "failure_modes", ["wrong", "unsafe"], rationale="=SUM(A1)\r\n\x1b[2J", metadata={"a": "b"})
    assert rows(label)[1] == [
        "tr-1", "failure_modes", "feedback", '["wrong", "unsafe"]', "'=SUM(A1)\n\\u001b[2J",
        "", "", "", "", '{"a": "b"}', "true",
    ]  # fmt: skip


def table_of(*written: Label) -> str:
    out = io.StringIO(newline="")
    write_csv(written, out)
    return out.getvalue()


@given(labels())
def test_a_table_of_labels_that_is_read_and_written_again_is_the_same_table(label: Label) -> None:
    """Marks against formulas come off again; control characters in text columns stay as they were spelt."""
    table = table_of(label)
    [line], unreadable = read_label_file(table.encode())
    assert unreadable == []
    assert table_of(line.label) == table
    assert line.label.metadata.keys() == label.metadata.keys() or "'" in table


def test_a_table_gives_the_labels_back_that_were_written() -> None:
    written = [
        Label("tr-1", "score", -1.5, reviewer="@ana", rationale="=1+1;-2\n+3", created_at_ms=5, metadata={"a": "b"}),
        Label("tr-1", "modes", ["wrong", "-"], reviewer="bo", span_id="ab", assessment_id="a-1", valid=False),
        Label("tr-2", "said", "x" * 200_000, reviewer="bo"),
    ]
    lines, unreadable = read_label_file(table_of(*written).encode("utf-8-sig"))
    assert [line.label for line in lines] == written
    assert unreadable == []


def test_a_bad_row_of_a_table_is_told_with_its_line_in_the_file() -> None:
    rows = 'trace_id,name,value,rationale\ntr-1,ok,true,"two\nlines"\ntr-2,ok,yes,\ntr-3,ok,,\ntr-4,ok,1,x,y\n'
    lines, unreadable = read_label_file(rows.encode())
    assert [line.number for line in lines] == [3]
    assert [(bad.number, bad.sentence) for bad in unreadable] == [
        (4, '"value" has to be JSON, as true, 4 or "a name" in quotes; it is "yes".'),
        (5, '"value" is missing.'),
        (6, "The line has 5 cells, the header 4."),
    ]
