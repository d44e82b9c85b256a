"""A label file in either form, told by its first line: JSON Lines, or a table as CSV."""

from __future__ import annotations

from labeler.labels.label_lines import BadLine, LabelLine, read_lines
from labeler.labels.spreadsheet import is_label_table, read_csv


def read_label_file(content: bytes) -> tuple[list[LabelLine], list[BadLine]]:
    """Read a whole file: the lines that are labels, and those that cannot be read, each with its number."""
    return read_csv(content) if is_label_table(content) else read_lines(content)
