"""What a cache or a store kept of another trace is neither shown nor judged as the one it is kept for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labeler.backends.local.store import LocalStore
from labeler.cache.store import Cache
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import open_table


def misplaced(whose: RawTrace, content: RawTrace) -> RawTrace:
    return replace(whose, payload=content.payload)


async def test_what_the_cache_kept_of_another_trace_is_brought_anew_before_anything_is_shown(tmp_path: Path) -> None:
    earlier, later = traces(2)
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([earlier, later])
    cache = Cache(tmp_path / "cache.db", 1 << 28)
    cache.put(Destination(store.uri, "", ""), misplaced(later, earlier))
    cache.close()
    await store.close()
    async with open_table(tmp_path, [], (THUMB,)) as table:
        shown = table.desk.document(later.summary.id)
        assert shown is not None
        assert shown.raw.payload == later.payload
        await table.press("y")
        assert table.values(0) == {"user_satisfaction": True}


async def test_what_the_backend_has_of_another_trace_too_is_told_and_takes_no_answer(tmp_path: Path) -> None:
    earlier, later = traces(2)
    async with open_table(tmp_path, [earlier], (THUMB,)) as table:
        wrong = replace(misplaced(later, earlier), summary=replace(later.summary, requested_at_ms=1))
        await table.store.import_traces([wrong])
        await table.command("refresh")
        await table.wait_for(lambda: len(table.desk.state.items) == 2, "the other item")
        await table.press_at_once("j")
        await table.wait_for(lambda: "spans of another trace" in table.screen, "the word that it is another")
        await table.press_at_once("y", "enter")
        assert table.position == 1
        assert table.values(1) == {}
        assert (await table.desk.deliveries.counts_now()).waiting == 0
        await table.press_at_once("k", "y")
        assert table.values(0) == {"user_satisfaction": True}
