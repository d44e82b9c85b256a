"""What a review takes from a backend's listing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from labeler.backends.local.store import LocalStore
from labeler.delivery.listing import listed_traces
from labeler.domain.worklist import ReviewSpec
from labeler.sample import load


async def test_a_trace_dated_after_this_machines_clock_is_listed_too(tmp_path: Path) -> None:
    raw = load()[0]
    tomorrow_ms = time.time_ns() // 1_000_000 + 86_400_000
    ahead = replace(raw, summary=replace(raw.summary, requested_at_ms=tomorrow_ms))
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([ahead])
    spec = ReviewSpec(store.uri, "", ((await store.experiments())[0].id,), "rhea.k")
    listed = [each.summary.id async for page in listed_traces(store, spec) for each in page]
    await store.close()
    assert listed == [ahead.summary.id]
