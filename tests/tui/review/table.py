"""A review on a desk with real parts: embedded store, journal and cache files, and the app without a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from labeler.backends.local.store import LocalStore
from labeler.cache.thread import CacheThread
from labeler.delivery.exchange import Exchange, Traffic
from labeler.delivery.intake import incoming
from labeler.desk.desk import Desk
from labeler.desk.opening import open_desk
from labeler.domain.question import Question
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec
from labeler.journal.journal import Journal
from labeler.journal.thread import JournalThread
from labeler.review.state import Rules
from labeler.tui.app import LabelerApp
from labeler.tui.chrome.line_widget import LineWidget
from labeler.tui.keymap import build_keymap
from labeler.tui.signs import UNICODE
from labeler.tui.theme import load_theme

REVIEWER = "rhea.k"


@dataclass
class Table:
    """Everything a test of the review screen looks at."""

    app: LabelerApp
    pilot: Pilot[None]
    desk: Desk
    store: LocalStore

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each until everything it caused is painted."""
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause()

    async def wait_for(self, condition: object, what: str) -> None:
        """Wait until `condition()` holds, at most 10 s."""
        assert callable(condition)
        for _ in range(500):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"waited 10 s for {what}\n{self.screen}")

    def line(self, name: str) -> str:
        """The text of a small widget: ``status``, ``panel``, ``key-line``, ``header``."""
        return "\n".join(self.app.screen.query_one(f"#{name}", LineWidget).plain_lines())

    @property
    def screen(self) -> str:
        return "\n".join(self.line(name) for name in ("status", "header", "panel", "key-line"))

    @property
    def position(self) -> int:
        return self.desk.state.position

    def values(self, index: int) -> dict[str, object]:
        """Current answers of the item at `index`, by question."""
        trace_id = self.desk.state.items[index].trace_id
        return {name: answer.value for name, answer in self.desk.state.answers_of(trace_id).items()}


@asynccontextmanager
async def open_table(
    folder: Path,
    traces: Sequence[RawTrace],
    questions: tuple[Question, ...],
    *,
    rules: Rules | None = None,
    size: tuple[int, int] = (120, 40),
    grace_s: float = 5.0,
    guard_ms: int = 0,
) -> AsyncIterator[Table]:
    """A running review of `traces`; opened again in the same folder it goes on where it was left."""
    store = await LocalStore.open_or_create(folder / "store.db")
    await store.import_traces(traces)
    journal = await JournalThread.open(folder / "journal.db")
    cache = await CacheThread.open(folder / "cache.db", 1 << 28)
    experiment = (await store.experiments())[0]
    spec = ReviewSpec(store.uri, "", (experiment.id,), REVIEWER, label="Autumn desk review")
    record = await journal.run(Journal.begin_review, spec, 1)
    desk = await open_desk(record, questions, rules or Rules(), journal, cache)
    async for page in incoming(store, spec, 1 << 60):
        await desk.take_in(page, only_unlabelled=False)
    traffic = Traffic(folder / "delivery.lock", grace_s, 2, 500, only_unlabelled=False)
    exchange = Exchange(desk, spec, journal, cache, lambda: LocalStore.open(folder / "store.db"), traffic)
    desk.on_need, desk.on_release, desk.on_refresh = exchange.need, exchange.wake, exchange.refresh

    def begin() -> None:
        exchange.start()
        desk.need()

    app = LabelerApp(desk, build_keymap({}), load_theme(), UNICODE, guard_ms, (), begin)
    try:
        async with app.run_test(size=size) as pilot:
            table = Table(app, pilot, desk, store)
            await table.wait_for(lambda: desk.connection == "online", "the connection")
            if desk.state.item is not None:
                first = desk.state.item.trace_id
                await table.wait_for(lambda: desk.library.get(first) is not None, "the first document")
            await pilot.pause()
            yield table
    finally:
        await desk.close()
        await exchange.close(0)
        await cache.close()
        await journal.close()
        await store.close()
