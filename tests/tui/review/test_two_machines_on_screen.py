"""After any history of two machines and the server's page, each screen tells what stands: by `≠` and its row in `O`.

What the histories of `tests/delivery/two_machines.py`, and of more that is done on the server's page, come to is read
off screens: on either machine, in the worklist in which the work was done and in another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.listing import ListedTrace
from labeler.desk.open_desk import open_desk
from labeler.domain.assessment import Assessment
from labeler.domain.trace import RawTrace, TraceState, TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.review.state import Advance, Rules
from tests.delivery.two_machines import HELPFUL, TwoMachines
from tests.journal.sitting import EXPERIMENT, HOME, mint, spec
from tests.tui.review.hand import Hand, on_screen

WORKLISTS: Final = (spec(), spec(filter="errors"))
FIRST_ROW: Final = 2


class OnScreens(TwoMachines):
    """Two machines, and a page on which answers are also changed and deleted."""

    def valid(self) -> list[Assessment]:
        """My answers that stand on the server, oldest first."""
        return sorted((each for each in self.told() if each.valid), key=lambda each: (each.created_at_ms, each.id))

    @rule(value=st.booleans())
    def edit_on_the_servers_page(self, value: bool) -> None:
        for newest in self.valid()[-1:]:
            self.backend.server.update(replace(newest, value=value), ())

    @rule(value=st.booleans())
    def override_on_the_servers_page(self, value: bool) -> None:
        for newest in self.valid()[-1:]:
            now_ms = self.now()
            written = replace(newest, id=mint(), value=value, overrides=newest.id, created_at_ms=now_ms, metadata={})
            self.backend.server.create(written)

    @rule(oldest=st.booleans())
    def delete_on_the_servers_page(self, oldest: bool) -> None:
        for each in self.valid()[:1] if oldest else self.valid()[-1:]:
            self.backend.server.retract(each.id)

    def teardown(self) -> None:
        try:
            for at in (0, 1, 0, 1):
                self.deliver(at)
            for at in (0, 1):
                for worklist in WORKLISTS:
                    self.wait(self.see_what_stands(at, worklist))
        finally:
            super().teardown()

    async def see_what_stands(self, at: int, worklist: ReviewSpec) -> None:
        async with self.at_screen(at, worklist) as hand:
            await hand.wait_for(lambda: not self.untold(hand), f"what stands to be told: {self.valid()}")
            if hand.desk.deliveries.counts.conflicts:
                await hand.press_at_once("O")
                await hand.wait_for(lambda: "the other: " in hand.screen and "yours here: " in hand.screen, "both")

    def untold(self, hand: Hand) -> str:
        """What the screen does not tell of my answers, or tells wrongly."""
        is_in_conflict = bool(hand.desk.deliveries.counts.conflicts)
        row, panel, answers = hand.screen.splitlines()[FIRST_ROW][:43], hand.line("panel"), self.valid()
        if ("≠" in row) is not is_in_conflict or ("≠ 1 conflict" in hand.line("status")) is not is_in_conflict:
            return "the conflict"
        if is_in_conflict:
            own = hand.desk.state.answers_of("tr-a")[HELPFUL.name].assessment_id
            return "" if any(each.id != own for each in answers) else "that nothing is in conflict any more"
        if len(answers) > 1 and f"+{len(answers) - 1}" not in panel:
            return "the others"
        if answers and ("[y" if answers[-1].value else "[n") not in panel:
            return "the answer"
        return ""

    @asynccontextmanager
    async def at_screen(self, at: int, worklist: ReviewSpec) -> AsyncIterator[Hand]:
        """Open a worklist on one of the machines, once the trace was read anew."""
        folder, journal = self.directory / f"{at}", self.desks[at].journal
        folder.mkdir(exist_ok=True)
        cache = await AsyncCache.open(folder / "cache.db", 1 << 20)
        record = await journal.run(journal.reviews.begin, worklist, 1)
        desk = await open_desk(record, (HELPFUL,), Rules(Advance.MANUAL), journal, cache)
        summary = TraceSummary(
            "tr-a", EXPERIMENT, 1, 1, TraceState.OK, "a", assessments=self.told(), read_at_ms=self.now()
        )
        try:
            await cache.run(Cache.put, HOME, RawTrace(summary, b'{"spans": []}'))
            await desk.take_in([ListedTrace(summary)], only_unlabelled=False)
            async with on_screen(desk, folder) as hand:
                await desk.news.learn_of([summary])
                yield hand
        finally:
            await desk.close()
            await cache.close()


TestOnScreens = OnScreens.TestCase
TestOnScreens.settings = settings(max_examples=2, stateful_step_count=10)


class LongOnScreens(OnScreens):
    """The same, many times."""


TestLongOnScreens = pytest.mark.slow(LongOnScreens.TestCase)
TestLongOnScreens.settings = settings(max_examples=20, stateful_step_count=16)
