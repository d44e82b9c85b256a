"""What a worklist shows, as the view asks for it."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class WorklistRowView(NamedTuple):
    """A row: two signs of one cell with their roles, and a title on one line, already sanitised.

    `dim` rows have nothing left to do.
    """

    sign: str
    sign_role: str
    second: str
    second_role: str
    title: str
    dim: bool = False


class WorklistSource(Protocol):
    """A worklist. Rows are asked for as they come into view, so `row` has to be quick."""

    @property
    def row_count(self) -> int: ...

    def row(self, index: int) -> WorklistRowView: ...
