"""What a worklist shows, as the view asks for it."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class RowFacts(NamedTuple):
    """What a wide row tells besides: when, how long, the trace's name, who else answered. Display text of one line."""

    time: str = ""
    duration: str = ""
    name: str = ""
    others: str = ""


class WorklistRowView(NamedTuple):
    """A row: signs of one cell with their roles, and a title on one line, already sanitised.

    `sign` is that of the state, `second` a flag or another mark, `draft`, `failed` and `selected` are signs or a
    space. `value` is
    what I answered, in few cells. `dim` rows have nothing left to do.
    """

    sign: str
    sign_role: str
    second: str
    second_role: str
    title: str
    dim: bool = False
    draft: str = " "
    value: str = ""
    value_role: str = ""
    failed: str = " "
    selected: str = " "
    facts: RowFacts = RowFacts()


class WorklistSource(Protocol):
    """A worklist. Rows are asked for as they come into view, so `row` has to be quick."""

    @property
    def row_count(self) -> int: ...

    def row(self, index: int) -> WorklistRowView: ...
