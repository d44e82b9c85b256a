"""Labels as CSV for spreadsheets, and back. It is for people: cells are made harmless, so only JSON Lines is exact."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from labeler.domain.value import JsonValue, UnusableValue
from labeler.labels.exact_json import exact_json
from labeler.labels.label import COLUMNS, SOURCE_TYPE, Label, fields_of
from labeler.labels.label_lines import BadLine, LabelLine, label_of_fields

_JSON_COLUMNS: Final = frozenset({"value", "metadata", "valid"})
_BLANK: Final = r"\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
_SIGN: Final = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_BEFORE_SIGN: Final = re.compile(rf'(;|^|(?<![{_BLANK}"])(?=[{_BLANK}"]))([{_BLANK}"]*+)(?={_SIGN})')
"""Where a spreadsheet may begin a formula: a sign, in the wide letters of East Asia too, that only blanks precede.

A spreadsheet that splits lines at semicolons or tabs, as is usual in many countries, takes a quote within a line for
text. So every part of a cell behind one of them is a cell there, and every line of a cell is a row. A run of blanks is
looked at once, from its beginning: a trace may hold a million of them.
"""
_MARK: Final = re.compile(rf"(?:^|(?<=[;\t\n]))'(?=[{_BLANK}]*+{_SIGN})")
_NEEDED: Final = frozenset({"trace_id", "name", "value"})
_SHOWN: Final = 40
"""Characters of a cell in a sentence."""

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def write_csv(labels: Iterable[Label], out: TextIO) -> None:
    r"""Write a header and a row a label; `value` and `metadata` as JSON, what is absent as an empty cell.

    Where a label is by a judge or code, there is one column more, which says so.

    Cells that a spreadsheet would run as formulas get a leading ``'``, and so does what would become such a cell where
    lines are split at ``;`` or tabs. Control and bidi characters but tab and newline are written as ``\uXXXX``. `out`
    should be opened with ``newline=""``.
    """
    rows = csv.writer(out, lineterminator="\n")
    all_fields = [fields_of(label) for label in labels]
    columns = (*COLUMNS, SOURCE_TYPE) if any(SOURCE_TYPE in fields for fields in all_fields) else COLUMNS
    rows.writerow(columns)
    for fields in all_fields:
        rows.writerow(harmless(_cell_text(column, fields.get(column))) for column in columns)


def is_label_table(content: bytes) -> bool:
    """Return whether a file's first line names the columns that a table of labels cannot do without."""
    header = next(csv.reader(io.StringIO(_decoded(content.lstrip().partition(b"\n")[0]))), [])
    return {*map(str.strip, header)} >= _NEEDED


def read_csv(content: bytes) -> tuple[list[LabelLine], list[BadLine]]:
    """Read a table of labels as `write_csv` writes it: the lines that are labels, and those that cannot be read.

    An empty cell is an absent field. The marks that keep a spreadsheet from running a cell are taken off again.
    """
    lines: list[LabelLine] = []
    unreadable: list[BadLine] = []
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    rows = csv.reader(io.StringIO(_decoded(content), newline=""))
    header: list[str] = []
    try:
        for row in rows:
            if not header:
                header = [*map(str.strip, row)]
            elif any(row):
                try:
                    lines.append(LabelLine(rows.line_num, label_of_fields(_fields(header, row))))
                except UnusableValue as problem:
                    unreadable.append(BadLine(rows.line_num, f"{problem}."))
    except csv.Error as error:
        unreadable.append(BadLine(rows.line_num, f"The line is not CSV: {error}."))
    return lines, unreadable


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _fields(header: Sequence[str], row: Sequence[str]) -> dict[str, JsonValue]:
    if len(row) > len(header):
        raise UnusableValue(f"The line has {len(row)} cells, the header {len(header)}")
    cells = {column: _MARK.sub("", cell) for column, cell in zip(header, row, strict=False) if cell}
    return {column: _parsed(column, cell) if column in _JSON_COLUMNS else cell for column, cell in cells.items()}


def _parsed(column: str, cell: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(cell)
    except (ValueError, RecursionError):
        shown = exact_json(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")
        raise UnusableValue(f'"{column}" has to be JSON, as true, 4 or "a name" in quotes; it is {shown}') from None
    return value


def _cell_text(column: str, content: JsonValue) -> str:
    if column in _JSON_COLUMNS:
        return exact_json(content)
    return "" if content is None else str(content).replace("\r\n", "\n")


def harmless(text: str) -> str:
    """Return the text of a cell that no spreadsheet runs, without control and bidi characters."""
    visible = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return _BEFORE_SIGN.sub(_marked, visible)


def _marked(match: re.Match[str]) -> str:
    """Return the blanks before a sign, with a mark at the beginning of each cell that would be a formula."""
    separator, blanks = match.groups()
    begins_cell = separator == ";" or (match.start() == 0 and '"' not in blanks)
    marked = blanks.replace("\t", "\t'").replace("\n", "\n'")
    return separator + ("'" if begins_cell else "") + marked
