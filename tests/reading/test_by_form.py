"""The table of what is read, form by form and maker by maker, is true, and it is the one in the documentation."""

from __future__ import annotations

from pathlib import Path

from tests.reading.by_form import COLUMNS, counts, table

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "reading.md"


def test_every_text_is_found_in_its_role_and_order_and_said_once() -> None:
    short = {name: dict(row) for name, row in counts().items() if len({row[each] for each in COLUMNS[3:]}) != 1}
    assert short == {}


def test_the_documentation_has_the_table_as_it_is() -> None:
    assert table() in DOCUMENTATION.read_text("utf-8"), "python -m tests.reading.by_form prints it"
