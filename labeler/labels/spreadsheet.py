"""Labels as CSV for spreadsheets. It is for people: cells are made harmless, so only JSON Lines is exact."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Final, TextIO

from labeler.domain.value import JsonValue
from labeler.labels.exact_json import exact_json
from labeler.labels.label import COLUMNS, Label, fields_of

_JSON_COLUMNS: Final = frozenset({"value", "metadata", "valid"})
_BLANK: Final = r"\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
_SIGN: Final = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_BEFORE_SIGN: Final = re.compile(rf'(;|^|(?<![{_BLANK}"])(?=[{_BLANK}"]))([{_BLANK}"]*+)(?={_SIGN})')
"""Where a spreadsheet may begin a formula: a sign, in the wide letters of East Asia too, that only blanks precede.

A spreadsheet that splits lines at semicolons or tabs, as is usual in many countries, takes a quote within a line for
text. So every part of a cell behind one of them is a cell there, and every line of a cell is a row. A run of blanks is
looked at once, from its beginning: a trace may hold a million of them.
"""
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def write_csv(labels: Iterable[Label], out: TextIO) -> None:
    r"""Write a header and a row a label; `value` and `metadata` as JSON, what is absent as an empty cell.

    Cells that a spreadsheet would run as formulas get a leading ``'``, and so does what would become such a cell where
    lines are split at ``;`` or tabs. Control and bidi characters but tab and newline are written as ``\uXXXX``. `out`
    should be opened with ``newline=""``.
    """
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for label in labels:
        fields = fields_of(label)
        rows.writerow(_harmless(_cell_text(column, fields[column])) for column in COLUMNS)


def _cell_text(column: str, content: JsonValue) -> str:
    if column in _JSON_COLUMNS:
        return exact_json(content)
    return "" if content is None else str(content).replace("\r\n", "\n")


def _harmless(text: str) -> str:
    visible = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return _BEFORE_SIGN.sub(_marked, visible)


def _marked(match: re.Match[str]) -> str:
    """The blanks before a sign, with a mark at the beginning of each cell that would be a formula."""
    separator, blanks = match.groups()
    begins_cell = separator == ";" or (match.start() == 0 and '"' not in blanks)
    marked = blanks.replace("\t", "\t'").replace("\n", "\n'")
    return separator + ("'" if begins_cell else "") + marked
