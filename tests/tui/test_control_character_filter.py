"""Whatever a widget is given, nothing reaches the terminal but text, colours and cursor moves."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import DataTable, Input, Label, Log, OptionList, Static, TextArea

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.control_character_filter import ControlCharacterFilter
from labeler.tui.document import DocumentView
from labeler.tui.review.worklist import WorklistView
from labeler.tui.review.worklist_rows import WorklistRowView

_OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H")
"""Colours and cursor moves: what Textual itself writes."""
_HARMFUL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

HOSTILE = (
    "aa\x1b]2;PWNED\x1b\\zz \x1b]52;c;c3RvbGVu\x07 \x1b[2J \x1bP$q\x1b\\ \x1b]8;;http://evil\x1b\\x "
    "\x9b2J \x07\x08\x0b\x0c\x0d\x00\x7f \u202eevil\u2066 \u200b\ufeff \ud800 zz"
)


class OneRow:
    row_count = 1

    def row(self, index: int) -> WorklistRowView:
        return WorklistRowView("·", "sign.open", " ", "row", HOSTILE)


def document_view() -> Widget:
    blocks = tuple(Block(kind, HOSTILE, summary=HOSTILE, language="python") for kind in BlockKind)
    view = DocumentView()
    view.show(Document("tr-1", HOSTILE, "", blocks, None, None))
    return view


def table() -> Widget:
    widget: DataTable[str] = DataTable()
    widget.add_columns("a")
    widget.add_row(HOSTILE)
    return widget


def log() -> Widget:
    widget = Log()
    widget.call_after_refresh(widget.write_line, HOSTILE)
    return widget


def bordered() -> Widget:
    widget = Static("aa")
    widget.border_title = HOSTILE.replace("[", "\\[")
    widget.styles.border = ("round", "red")
    return widget


WIDGETS: list[Callable[[], Widget]] = [
    document_view,
    lambda: WorklistView(OneRow()),
    lambda: Static(HOSTILE, markup=False),
    lambda: Label(HOSTILE, markup=False),
    lambda: TextArea(HOSTILE),
    lambda: Input(HOSTILE),
    lambda: OptionList(HOSTILE, markup=False),
    table,
    log,
    bordered,
]


class Terminal(App[None]):
    """Keeps what a driver would write."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make
        self.written = ""

    def compose(self) -> ComposeResult:
        yield self._make()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), ControlCharacterFilter()]

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.written += renderable.render_segments(self.console)
        super()._display(screen, renderable)  # type: ignore[arg-type]  # its updates are of no type it declares


@pytest.mark.parametrize("make", WIDGETS)
async def test_no_control_character_of_a_trace_reaches_the_terminal(make: Callable[[], Widget]) -> None:
    app = Terminal(make)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
    app.written.encode("utf-8")
    left = _OURS.sub("", app.written)
    assert "aa" in left
    assert not _HARMFUL.findall(left)


@given(st.lists(st.text(), max_size=5))
def test_what_is_dropped_takes_no_cell_so_that_widths_hold(texts: list[str]) -> None:
    segments = [Segment(text) for text in texts]
    kept = ControlCharacterFilter().apply(segments, Color(0, 0, 0))
    for before, after in zip(segments, kept, strict=True):
        if "\u200d" not in before.text and "\t" not in before.text:
            assert cell_len(after.text) == cell_len(before.text)
        assert not _HARMFUL.search(after.text)
        after.text.encode("utf-8")


def test_harmless_lines_are_passed_on_as_they_are() -> None:
    segments = [Segment("plain"), Segment("naïve 日本 👩\u200d👧 नि\u200d")]
    assert ControlCharacterFilter().apply(segments, Color(0, 0, 0)) is segments
