"""The CPU time of a key, in process: from the key's event to the frame that shows the next trace.

``python -m tests.benchmarks.key_in_process [--keys N] [--items N] [--profile FILE]``. The review is real (embedded
store, journal and cache files, delivery and prefetch beside it) but no terminal is: frames are rendered to the bytes
that one would get. CPU time of the event loop's thread tells what the noise of the machine hides; the wall time
stands beside it. `--profile` writes what `cProfile` saw of the loop's thread from key to frame.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import random
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from textual import events
from textual._compositor import CompositorUpdate
from textual.screen import Screen

from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.listing import ListedTrace
from labeler.delivery.review_sync import ReviewSync, Traffic
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk
from labeler.desk.worklist_rows import to_row
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import PassFail, Question
from labeler.domain.worklist import Query, ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.review.action import ShowOnly
from labeler.review.criteria import Criterion, CriterionKind
from labeler.review.state import Rules
from labeler.tui.app import LabelerApp
from labeler.tui.appearance import UNICODE
from labeler.tui.keymap import build_keymap
from labeler.tui.media import MediaSettings
from labeler.tui.theme import load_theme
from labeler.tui.widgets.line_widget import LineWidget
from tests.benchmarks.measures import machine, noise, table
from tests.benchmarks.pseudo_terminal import SIZE
from tests.benchmarks.worklists import first_typical, make_store

QUESTION = Question("helpful", PassFail())


class Took(NamedTuple):
    """Milliseconds from a key to its frame: by the clock, and of the loop's thread on the CPU."""

    wall: float
    cpu: float


P = TypeVar("P", bound="Painting")


class Painting(LabelerApp):
    """The real app, which renders each frame to bytes, as a driver would, and tells when it had."""

    profile: cProfile.Profile | None = None
    frame: asyncio.Future[tuple[float, float]] | None = None

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            renderable.render_segments(self.console)
            if self.frame is not None and not self.frame.done() and self.moved():
                if self.profile is not None:
                    self.profile.disable()
                self.frame.set_result((time.perf_counter(), time.thread_time()))
        super()._display(screen, renderable)  # type: ignore[arg-type]  # its updates are of no type it declares

    def moved(self) -> bool:
        """Whether the status line tells of the item that is waited for."""
        status = self.screen.query_one("#status", LineWidget).plain_lines()
        return re.search(rf"item {self.awaited}/", status[0]) is not None

    awaited = 0

    async def took(self, key: str) -> Took:
        """Press a key that leads to the next item."""
        self.awaited = self.desk.state.position + 2
        return await self.press(key)

    async def press(self, key: str) -> Took:
        """Press a key, until the frame that shows what is waited for."""
        self.frame = asyncio.get_running_loop().create_future()
        event = events.Key(key, key)
        event.set_sender(self)
        assert self._driver is not None
        wall, cpu = time.perf_counter(), time.thread_time()
        if self.profile is not None:
            self.profile.enable()
        self._driver.send_message(event)
        painted, used = await asyncio.wait_for(self.frame, 30)
        return Took((painted - wall) * 1000, (used - cpu) * 1000)


@asynccontextmanager
async def at_work(home: Path, kind: type[P]) -> AsyncIterator[P]:
    """A review of the store in a folder, at rest, in an app of this kind."""
    store = await LocalStore.open(home / "store.db")
    journal = await AsyncJournal.open(home / "journal.db")
    cache = await AsyncCache.open(home / "cache.db", 1 << 30)
    spec = ReviewSpec(store.uri, "", ("1",), "bench", label="bench")
    record = await journal.run(journal.reviews.begin, spec, 1)
    async for page in store.snapshot(Query(("1",))):
        await journal.run(journal.reviews.add_items, record.id, [to_row(ListedTrace(each)) for each in page])
    traffic = Traffic(5.0, 2, 500, only_unlabelled=True)
    exchange = ReviewSync(spec, journal, cache, lambda: LocalStore.open(home / "store.db"), traffic)
    desk = await open_desk(record, (QUESTION,), Rules(), journal, cache, exchange)

    def begin() -> None:
        exchange.start(desk)
        desk.need()

    media = MediaSettings(home / "copied", pictures=False)
    app = kind(desk, build_keymap({}), load_theme(), UNICODE, 0, (), begin, media)
    async with app.run_test(size=SIZE):
        await at_rest(desk)
        gc.collect()
        yield app
    await desk.close()
    await exchange.close(0)
    await cache.close()
    await journal.close()
    await store.close()


async def measure(home: Path, keys: int, profile: cProfile.Profile | None) -> dict[str, list[Took]]:
    """Move, then answer, at the pace of a quick reviewer: among all items, then among those that a filter shows."""
    took: dict[str, list[Took]] = {}
    async with at_work(home, Painting) as app:
        app.profile = profile
        for among in ("", ", among the open ones"):
            if among:
                await app.desk.act(ShowOnly(app.desk.filters.index.filter_by(Criterion(CriterionKind.OPEN))))
            for name, key in ((f"j: moving, no commit{among}", "j"), (f"y: answer, commit, next{among}", "y")):
                rng = random.Random(key)
                took[name] = []
                for _ in range(keys):
                    await asyncio.sleep(rng.uniform(0.2, 0.4))
                    took[name].append(await app.took(key))
    return took


async def at_rest(desk: Desk) -> None:
    """Until the connection stands and the process uses almost no CPU time."""
    while True:
        before = time.process_time()
        await asyncio.sleep(1)
        if desk.connection is ConnectionStatus.ONLINE and time.process_time() - before < 0.06:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--profile", type=Path)
    asked = parser.parse_args()
    profile = cProfile.Profile() if asked.profile else None
    print(machine())
    noise()
    with tempfile.TemporaryDirectory(prefix="labeler-bench-") as directory:
        make_store(Path(directory) / "store.db", asked.items, first_typical(5 * asked.keys + 600))
        took = asyncio.run(measure(Path(directory), asked.keys, profile))
    table("CPU time of the loop", "ms", {name: [each.cpu for each in times] for name, times in took.items()})
    table("by the clock", "ms", {name: [each.wall for each in times] for name, times in took.items()})
    if profile is not None:
        profile.dump_stats(asked.profile)


if __name__ == "__main__":
    main()
