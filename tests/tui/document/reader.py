"""An app with nothing but a document view in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from labeler.reading.document import Document
from labeler.tui.document import DocumentView, LineRangeChanged
from labeler.tui.theme import Theme, load_theme
from tests.tui.snapshot import screen_text


class Reader(App[None]):
    """Nothing but a document view."""

    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__()
        self.loaded = theme or load_theme()
        self.register_theme(self.loaded.textual())
        self.theme = self.loaded.name
        self.ranges: list[tuple[int, int, int]] = []

    def compose(self) -> ComposeResult:
        yield DocumentView(self.loaded.palette)

    @property
    def view(self) -> DocumentView:
        return self.query_one(DocumentView)

    @property
    def rows(self) -> list[str]:
        return screen_text(self).split("\n")

    def on_line_range_changed(self, message: LineRangeChanged) -> None:
        self.ranges.append((message.first, message.last, message.total))


@asynccontextmanager
async def reading(document: Document, width: int = 80, height: int = 20) -> AsyncIterator[tuple[Reader, Pilot[None]]]:
    app = Reader()
    async with app.run_test(size=(width, height)) as pilot:
        app.view.show(document)
        await wrapped(app, pilot)
        yield app, pilot


async def wrapped(app: Reader, pilot: Pilot[None]) -> None:
    """Until everything is wrapped and painted."""
    await pilot.pause()
    while app.view.is_measuring:
        await pilot.pause(0.01)
    await pilot.pause()
