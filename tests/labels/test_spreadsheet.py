"""Labels as CSV: a spreadsheet shows them and runs nothing."""

from __future__ import annotations

import csv
import io

from hypothesis import given

from labeler.labels.label import COLUMNS, Label
from labeler.labels.spreadsheet import write_csv
from tests.labels.strategies import labels


def rows(*written: Label) -> list[list[str]]:
    out = io.StringIO(newline="")
    write_csv(written, out)
    return list(csv.reader(io.StringIO(out.getvalue(), newline="")))


@given(labels())
def test_no_cell_can_start_a_formula_or_hold_a_control_character(label: Label) -> None:
    header, cells = rows(label)
    assert tuple(header) == COLUMNS
    assert len(cells) == len(COLUMNS)
    for cell in cells:
        assert not cell.startswith(("=", "+", "-", "@"))
        assert not any(ord(character) < 32 and character not in "\n\t" for character in cell)


def test_values_and_metadata_are_json_and_what_is_absent_is_empty() -> None:
    label = Label("tr-1", "failure_modes", ["wrong", "unsafe"], rationale="=SUM(A1)\r\n\x1b[2J", metadata={"a": "b"})
    assert rows(label)[1] == [
        "tr-1", "failure_modes", "feedback", '["wrong", "unsafe"]', "'=SUM(A1)\n\\u001b[2J",
        "", "", "", "", '{"a": "b"}', "true",
    ]  # fmt: skip
