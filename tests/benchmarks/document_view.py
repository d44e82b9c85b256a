"""How long the document view takes: from a swap or a scroll to the frame that shows it.

Prints medians and 95th percentiles in milliseconds of wall time, and the median of processor time, which a
busy machine disturbs less; asserts nothing. Frames are rendered to the bytes a terminal would get. Run it with
``python -m tests.benchmarks.document_view``.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.screen import Screen

from labeler.reading.document import Document
from labeler.tui.control_character_filter import ControlCharacterFilter
from labeler.tui.document import DocumentView
from labeler.tui.theme import load_theme
from tests.tui.document.documents import conversation, one_text

SIZE = (140, 45)
SIZES = {"4 KB": 4_000, "10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000}
ROUNDS = 40


class Bench(App[None]):
    """An app that renders each frame to bytes, as a real driver would, and notes when it had."""

    def __init__(self) -> None:
        super().__init__()
        self.theme_loaded = load_theme()
        self.register_theme(self.theme_loaded.textual())
        self.theme = self.theme_loaded.name
        self.painted = asyncio.Event()
        self.painted_at = 0.0
        self.bytes = 0

    def compose(self) -> ComposeResult:
        yield DocumentView(self.theme_loaded.palette)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), ControlCharacterFilter()]

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            frame = renderable.render_segments(self.console)
            if len(frame) > 200:
                self.bytes = len(frame)
                self.painted_at = time.perf_counter()
                self.painted.set()
        super()._display(screen, renderable)  # type: ignore[arg-type]  # its updates are of no type it declares


class Times:
    """How long one thing took, each time it was done: wall and processor time in milliseconds."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.processor: list[float] = []

    async def paint(self, app: Bench, act: Callable[[], object]) -> None:
        """Call `act` in the app's loop and take the time until its frame is rendered."""
        await idle(app)
        app.painted.clear()
        start, start_processor = time.perf_counter(), time.process_time()
        app.call_later(act)
        await asyncio.wait_for(app.painted.wait(), 30)
        self.wall.append((app.painted_at - start) * 1000)
        self.processor.append((time.process_time() - start_processor) * 1000)

    def __str__(self) -> str:
        wall = sorted(self.wall)
        high = wall[min(len(wall) - 1, int(len(wall) * 0.95))]
        return f"{statistics.median(wall):6.1f} {high:6.1f} {statistics.median(self.processor):6.1f}"


async def idle(app: Bench) -> None:
    """Until nothing paints any more."""
    while True:
        app.painted.clear()
        try:
            await asyncio.wait_for(app.painted.wait(), 0.05)
        except TimeoutError:
            return


async def until_wrapped(view: DocumentView) -> None:
    while view.is_measuring:  # noqa: ASYNC110 (the view has no event for it)
        await asyncio.sleep(0.005)


def copies(make: Callable[[int], Document], size: int, number: int) -> list[Document]:
    """Different documents of one size: nothing is cached between them."""
    document = make(size)
    return [replace(document, trace_id=f"tr-{n}") for n in range(number)]


async def measure(app: Bench, name: str, make: Callable[[int], Document], size: int) -> None:
    view = app.query_one(DocumentView)
    rounds = ROUNDS if size <= 100_000 else 12
    other = copies(make, 4_000, 1)[0]
    fresh, ahead, scroll, rest = Times(), Times(), Times(), []
    for document in copies(make, size, rounds):
        view.show(other)
        await fresh.paint(app, partial(view.show, document))
        start = time.perf_counter()
        await until_wrapped(view)
        rest.append((time.perf_counter() - start) * 1000)
    for document in copies(make, size, rounds):
        view.show(other)
        await asyncio.to_thread(view.prepare, document)
        await ahead.paint(app, partial(view.show, document))
    view.go_home()
    for _ in range(rounds):
        _, last, total = view.line_range()
        await scroll.paint(app, partial(view.scroll_page, 1) if last < total else view.go_home)
    print(f"{name:20} {fresh}   {ahead}   {scroll}   {statistics.median(rest):6.0f} {app.bytes:7}")


async def main() -> None:
    app = Bench()
    columns = "   p50    p95    cpu"
    print(f"{'':20} {'not prepared':20}   {'prepared ahead':20}   {'one page':20}   rest is")
    print(f"{f'{SIZE[0]}x{SIZE[1]}, ms':20} {columns}   {columns}   {columns}   wrapped   bytes")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        gc.collect()
        gc.freeze()
        for kind, make in (("conversation", conversation), ("one text", one_text)):
            for size_name, size in SIZES.items():
                await measure(app, f"{kind} {size_name}", make, size)


if __name__ == "__main__":
    asyncio.run(main())
