"""What a review takes from a backend's listing."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.delivery import listing
from labeler.delivery.listing import listed_traces, selected_traces
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue
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


async def test_of_a_judges_verdicts_the_disputed_ones_come_first_and_a_limit_counts_verdicts(tmp_path: Path) -> None:
    def with_feedback(number: int, raw: RawTrace) -> RawTrace:
        said = [feedback(SourceType.CODE, "exact", None)] if number < 8 else []
        said += [feedback(SourceType.HUMAN, "exact", True)] if number == 9 else []
        said += [feedback(SourceType.LLM_JUDGE, "exact", "rate limited", error="later")] if number == 8 else []
        summary = replace(raw.summary, requested_at_ms=1_000 + number, assessments=())
        about = tuple(replace(each, trace_id=raw.summary.id) for each in said)
        summary = replace(summary, assessments=about)
        return replace(raw, summary=summary)

    def feedback(by: SourceType, name: str, value: JsonValue, error: str | None = None) -> Assessment:
        made_id = f"a-{uuid.uuid4().hex}"
        return Assessment(made_id, "", name, AssessmentKind.FEEDBACK, value, Source(by, "x"), error=error)

    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces([with_feedback(number, raw) for number, raw in enumerate(load()[:10])])
    spec = ReviewSpec(store.uri, "", ((await store.experiments())[0].id,), "rhea.k", judge="exact")

    async def listed(spec: ReviewSpec) -> list[int]:
        pages = listed_traces(store, spec, lambda summary: summary.requested_at_ms in (1_001, 1_005))
        return [trace.summary.requested_at_ms - 1_000 async for page in pages for trace in page]

    try:
        assert await listed(spec) == [5, 1, 7, 6, 4, 3, 2, 0]
        assert await listed(replace(spec, limit=4)) == [5, 1, 7, 6]
        assert await listed(replace(spec, limit=1)) == [5]
        drawn = await listed(replace(spec, sample=3, seed=1))
        assert len(drawn) == 3
        assert set(drawn) < set(range(8))
    finally:
        await store.close()
