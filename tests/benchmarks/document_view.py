"""How long the document view takes: from a swap or a scroll to the frame that shows it.

Prints medians and 95th percentiles in milliseconds; asserts nothing. Frames are rendered to the bytes a
terminal would get. Run it with ``python -m tests.benchmarks.document_view``.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.screen import Screen

from labeler.reading.document import Document
from labeler.tui.document import DocumentView
from labeler.tui.safety import ControlCharacterFilter
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

    def get_line_filters(self) -> list[object]:  # type: ignore[override]
        return [*super().get_line_filters(), ControlCharacterFilter()]

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            frame = renderable.render_segments(self.console)
            if len(frame) > 200:
                self.bytes = len(frame)
                self.painted_at = time.perf_counter()
                self.painted.set()
        super()._display(screen, renderable)  # type: ignore[arg-type]


async def until_painted(app: Bench, act: Callable[[], object]) -> float:
    """Milliseconds from calling `act` in the app's loop until its frame is rendered."""
    app.painted.clear()
    start = time.perf_counter()
    app.call_later(act)
    await asyncio.wait_for(app.painted.wait(), 30)
    return (app.painted_at - start) * 1000


async def idle(app: Bench) -> None:
    """Until nothing paints any more."""
    while True:
        app.painted.clear()
        try:
            await asyncio.wait_for(app.painted.wait(), 0.05)
        except TimeoutError:
            return


async def until_wrapped(view: DocumentView) -> None:
    while view.is_measuring:
        await asyncio.sleep(0.005)


def copies(make: Callable[[int], Document], size: int, number: int) -> list[Document]:
    """Different documents of one size: nothing is cached between them."""
    document = make(size)
    return [replace(document, trace_id=f"tr-{n}") for n in range(number)]


async def measure(app: Bench, name: str, make: Callable[[int], Document], size: int) -> None:
    view = app.query_one(DocumentView)
    rounds = ROUNDS if size <= 100_000 else 12
    other = copies(make, 4_000, 1)[0]
    fresh, ahead, scroll, slices = [], [], [], []
    for document in copies(make, size, rounds):
        view.show(other)
        await idle(app)
        fresh.append(await until_painted(app, lambda document=document: view.show(document)))
        start = time.perf_counter()
        await until_wrapped(view)
        slices.append((time.perf_counter() - start) * 1000)
        await idle(app)
    for document in copies(make, size, rounds):
        view.show(other)
        await idle(app)
        await asyncio.to_thread(view.prepare, document)
        ahead.append(await until_painted(app, lambda document=document: view.show(document)))
        await idle(app)
    view.go_home()
    await idle(app)
    for _ in range(rounds):
        before = view.line_range()
        step = view.scroll_page if before[1] < before[2] else lambda _: view.go_home()
        scroll.append(await until_painted(app, lambda step=step: step(1)))
        await idle(app)
    print(f"{name:24} {row(fresh)}   {row(ahead)}   {row(scroll)}   {statistics.median(slices):6.0f}   {app.bytes:7}")


def row(times: list[float]) -> str:
    times = sorted(times)
    return f"{statistics.median(times):6.1f} {times[min(len(times) - 1, int(len(times) * 0.95))]:6.1f}"


async def main() -> None:
    app = Bench()
    print(f"{SIZE[0]}x{SIZE[1]}, ms        swap p50    p95   ahead  p50   p95   page  p50    p95  rest wrapped  bytes")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        gc.collect()
        gc.freeze()
        for kind, make in (("conversation", conversation), ("one text", one_text)):
            for size_name, size in SIZES.items():
                await measure(app, f"{kind} {size_name}", make, size)


if __name__ == "__main__":
    asyncio.run(main())
