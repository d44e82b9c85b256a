"""What a review takes from a backend's listing."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.delivery import listing
from labeler.delivery.listing import listed_traces, selected_traces
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


async def test_since_is_what_its_words_mean_on_the_day_and_an_instant_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, day_ms = load()[0], 86_400_000
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([replace(raw, summary=replace(raw.summary, requested_at_ms=100 * day_ms))])
    spec = ReviewSpec(store.uri, "", ((await store.experiments())[0].id,), "rhea.k")
    found: dict[str, list[int]] = {}
    for day in (101, 104):
        monkeypatch.setattr(listing, "wall_clock_ms", lambda day=day: day * day_ms)
        for name, each in {
            "3d": replace(spec, since="3d"),
            "a date": replace(spec, since="1970-04-11"),
            "a later date": replace(spec, since="1970-04-12"),
            "an instant": replace(spec, since_ms=98 * day_ms),
        }.items():
            pages = [page async for page in listed_traces(store, each)]
            found.setdefault(name, []).append(sum(map(len, pages)))
    await store.close()
    assert found == {"3d": [1, 0], "a date": [1, 1], "a later date": [0, 0], "an instant": [1, 1]}


async def test_what_is_selected_is_told_apart_from_what_was_drawn_of_it(tmp_path: Path) -> None:
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces(load()[:5])
    spec = ReviewSpec(store.uri, "", ((await store.experiments())[0].id,), "rhea.k")
    counts = {}
    for name, each in {"sample": replace(spec, sample=2), "limit": replace(spec, limit=2)}.items():
        drawn = [trace async for page in listed_traces(store, each) for trace in page]
        selected = [trace async for page in selected_traces(store, each) for trace in page]
        counts[name] = len(drawn), len(selected)
    await store.close()
    assert counts == {"sample": (2, 5), "limit": (2, 0)}
