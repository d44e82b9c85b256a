"""A review on a desk with real parts: embedded store, journal and cache files, and the app without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from labeler.backends.base import Unreachable
from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.listing import listed_traces
from labeler.delivery.review_sync import ReviewSync, Traffic
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk
from labeler.domain.assessment import Assessment, SourceType
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import Question
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.review.state import Rules
from labeler.tui.app import LabelerApp
from labeler.tui.appearance import UNICODE, Signs
from labeler.tui.keymap import build_keymap
from labeler.tui.media import MediaSettings
from labeler.tui.screens.worklist_menu import Menu
from labeler.tui.theme import load_theme
from tests.tui.review.hand import Hand

REVIEWER = "rhea.k"


@dataclass
class Table(Hand):
    """Everything a test of the review screen looks at."""

    remote: ReviewSync
    store: LocalStore
    journal: AsyncJournal
    cache: AsyncCache

    async def delivered(self) -> None:
        """Wait until nothing is queued any more."""
        for _ in range(500):
            if (await self.desk.deliveries.counts_now()).waiting == 0:
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"waited 10 s for the outbox to be empty\n{self.screen}")

    async def everything_is_here(self) -> None:
        """Wait until the cache has every trace of the worklist."""
        items = self.desk.state.items
        home = self.desk.destination_of(items[0].trace_id)
        for _ in range(500):
            if len(await self.cache.run(Cache.have, home, [item.trace_id for item in items])) == len(items):
                await self.all_is_told()
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"waited 10 s for the traces\n{self.screen}")

    async def stored(self, index: int) -> list[Assessment]:
        """What people said about the item at `index`, as the store has it, oldest first."""
        summary = await self.store.summary(self.desk.state.items[index].trace_id)
        people = [each for each in summary.assessments if each.source.type is SourceType.HUMAN]
        return sorted(people, key=lambda each: each.created_at_ms)


def first_listing(desk: Desk) -> asyncio.Event:
    """An event for the end of the listing at the start: what a test says before it may be overtaken by the store."""
    has_ended, end_listing = asyncio.Event(), desk.news.end_listing

    async def end_and_note(selected: Collection[str]) -> int:
        went = await end_listing(selected)
        has_ended.set()
        return went

    desk.news.end_listing = end_and_note  # type: ignore[method-assign]
    return has_ended


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
    signs: Signs = UNICODE,
    keys: Mapping[str, Sequence[str]] | None = None,
    online: bool = True,
    viewer: Sequence[str] = (),
    pictures: bool = True,
    menu: Menu | None = None,
) -> AsyncIterator[Table]:
    """A running review of `traces`; opened again in the same folder it goes on where it was left."""
    store = await LocalStore.open_or_create(folder / "store.db")
    await store.import_traces(traces)
    journal = await AsyncJournal.open(folder / "journal.db")
    cache = await AsyncCache.open(folder / "cache.db", 1 << 28)
    experiment = (await store.experiments())[0]
    spec = ReviewSpec(store.uri, "", (experiment.id,), REVIEWER, label="Autumn desk review")
    record = await journal.run(journal.reviews.begin, spec, 1)
    traffic = Traffic(grace_s, 2, 500, only_unlabelled=False)

    async def connect() -> LocalStore:
        if not online:
            raise Unreachable("The backend does not answer.")
        return await LocalStore.open(folder / "store.db")

    remote = ReviewSync(spec, journal, cache, connect, traffic)
    desk = await open_desk(record, questions, rules or Rules(), journal, cache, remote)
    async for page in listed_traces(store, spec):
        await desk.take_in(page, only_unlabelled=False)

    has_listed = first_listing(desk)

    def begin() -> None:
        remote.start(desk)
        desk.need()

    media = MediaSettings(folder / "copied", tuple(viewer), pictures)
    app = LabelerApp(desk, build_keymap(keys or {}), load_theme(), signs, guard_ms, (), begin, media, menu)
    try:
        async with app.run_test(size=size) as pilot:
            table = Table(app, pilot, desk, remote, store, journal, cache)
            table.review.presses.clock = table.now_s
            wanted = ConnectionStatus.ONLINE if online else ConnectionStatus.OFFLINE
            await table.wait_for(lambda: desk.connection is wanted, f"being {wanted}")
            await table.wait_for(lambda: has_listed.is_set() or not online, "what the store lists at the start")
            await table.trace_is_here()
            await table.settle()
            yield table
    finally:
        await desk.close()
        await remote.close(0)
        await cache.close()
        await journal.close()
        await store.close()
