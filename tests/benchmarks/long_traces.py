"""How long very long traces take: to be read, to their first screen, and to scroll through. Asserts nothing.

Run it with ``python -m tests.benchmarks.long_traces``. Reading happens on a thread of its own, ahead of need where
there is time; a first screen is what a reviewer waits for who comes before that. Milliseconds; processor time beside
wall time, which a busy machine disturbs less.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.widget import Widget

from labeler.domain.trace import RawTrace
from labeler.reading.document import Document
from labeler.reading.read import read_document
from labeler.reading.views.span_lines import span_lines
from labeler.reading.wire.spans import decode
from labeler.tui.appearance import UNICODE, ScreenLook
from labeler.tui.document import DocumentView
from labeler.tui.review.span_tree import SpanList
from tests.benchmarks.document_view import SIZE, Bench, Times, copies, until_wrapped
from tests.reading.corpus import span, trace_of

ROUNDS = 7
PAGES = 20
PARAGRAPH = "The sill at **Skarv** stands `0.4 m` over datum; 日本語 and 🚀 too.\n\n"


def long_text(characters: int) -> RawTrace:
    return trace_of(span({"q": "Print the log."}, (PARAGRAPH * (characters // len(PARAGRAPH) + 1))[:characters]))


def long_line() -> RawTrace:
    return trace_of(span({"q": "Print a blob."}, "x" * 60_000))


def many_messages(count: int) -> RawTrace:
    turns = [{"role": ("user", "assistant")[number % 2], "content": PARAGRAPH * 4} for number in range(count - 1)]
    return trace_of(span({"messages": turns}, {"choices": [{"message": {"content": "Done."}}]}, type="CHAT_MODEL"))


def many_spans(count: int) -> RawTrace:
    asked = {"messages": [{"role": "user", "content": PARAGRAPH}]}
    said = {"choices": [{"message": {"content": PARAGRAPH}}]}
    kinds = ("CHAT_MODEL", "TOOL", "CHAIN")
    below = [
        span(asked, said, number=number, parent=number // 3 or 1, type=kinds[number % 3])
        for number in range(2, count + 1)
    ]
    return trace_of(span({"q": "Fan out."}, "Joined.", type="AGENT"), *below)


def large(megabytes: int) -> RawTrace:
    """Half of it a conversation, half of it what its spans recorded beside."""
    each = PARAGRAPH * 400
    turns = [{"role": ("user", "assistant")[number % 2], "content": each} for number in range(megabytes * 13)]
    said = {"choices": [{"message": {"content": "Done."}}]}
    found = [{"row": number, "log": PARAGRAPH * 40} for number in range(megabytes * 120)]
    return trace_of(
        span({"messages": turns}, said, type="CHAT_MODEL"),
        span({"query": "all"}, found, number=2, parent=1, type="CHAIN"),
    )


TRACES: dict[str, Callable[[], RawTrace]] = {
    "a text of 200 KB": partial(long_text, 200_000),
    "a line of 60,000 characters": long_line,
    "1,000 messages": partial(many_messages, 1000),
    "2,000 spans": partial(many_spans, 2000),
    "10 MB": partial(large, 10),
}


class LongBench(Bench):
    """Documents, and a list of spans behind them."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield SpanList(ScreenLook(self.theme_loaded.palette, UNICODE))


async def scrolled(app: Bench, widget: Widget, page: Callable[[int], None]) -> Times:
    times = Times()
    for number in range(PAGES):
        await times.paint(app, partial(page, 1 if number % 2 == 0 else -1))
    return times


async def measure(app: Bench, name: str, raw: RawTrace) -> None:
    view = app.query_one(DocumentView)
    start = time.process_time()
    document = read_document(raw)
    reading = (time.process_time() - start) * 1000
    first = Times()
    other = Document("tr-other", "", "", document.blocks[:1], None, None)
    for copy in copies(lambda _: document, 0, ROUNDS):
        view.show(other)
        await first.paint(app, partial(view.show, copy))
        await until_wrapped(view)
    view.go_home()
    pages = await scrolled(app, view, view.scroll_page)
    print(f"{name:28} {len(raw.payload) / 1e6:6.1f} {reading:8.0f}   {first}   {pages}")


async def measure_list(app: Bench, raw: RawTrace) -> None:
    spans = app.query_one(SpanList)
    app.query_one(DocumentView).display = False
    start = time.process_time()
    lines = span_lines(decode(raw))
    reading = (time.process_time() - start) * 1000
    first = Times()
    for number in range(ROUNDS):
        shown = [replace(line, name=f"{line.name}.{number}") for line in lines]
        await first.paint(app, partial(spans.show, shown, frozenset(), None))
    pages = await scrolled(app, spans, spans.scroll_page)
    print(f"{'2,000 spans as a tree':28} {len(raw.payload) / 1e6:6.1f} {reading:8.0f}   {first}   {pages}")


async def main() -> None:
    app = LongBench()
    columns = "   p50    p95    cpu"
    print(f"{'':35} {'reading':8}   {'first screen':20}   one page")
    print(f"{f'{SIZE[0]}x{SIZE[1]}, ms':28} {'MB':>6} {'cpu':>8}   {columns}   {columns}")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        gc.collect()
        gc.freeze()
        for name, make in TRACES.items():
            await measure(app, name, make())
        await measure_list(app, TRACES["2,000 spans"]())


if __name__ == "__main__":
    asyncio.run(main())
