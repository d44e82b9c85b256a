"""An adjudication with real parts: embedded store, journal and cache files, and the app without a terminal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from labeler.backends.local.store import LocalStore
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.decision_sync import DecisionSync
from labeler.delivery.listing import ListedTrace
from labeler.desk.adjudication import AdjudicationDesk
from labeler.desk.decision_sitting import Sitting
from labeler.desk.open_adjudication import open_adjudication
from labeler.desk.worklist_rows import to_row
from labeler.domain.adjudication import ADJUDICATION, is_adjudication
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.review.judge_values import judged_value
from labeler.sample import load
from labeler.sprint.adjudication import cases_of
from labeler.sprint.counting import reviewers_labels
from labeler.sprint.plan import Plan, PlannedQuestion, SprintSelection, SprintState
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import Snapshot
from labeler.tui.adjudication.app import AdjudicationApp
from labeler.tui.appearance import UNICODE
from labeler.tui.keymap import build_keymap
from labeler.tui.theme import load_theme
from tests.tui.review.hand import SETTLED
from tests.tui.snapshot import screen_text

LEAD = "lead@x.io"
PEOPLE = ("ana@x.io", "bo@x.io", "cem@x.io")
CORRECT = Question("correct", PassFail("Correct", "Wrong"), instruction="Wrong is what a customer would come back for.")
TONE = Question("tone", Categorical(("friendly", "neutral", "rude")))
SCORE = Question("score", Numeric(0, 100))
QUESTIONS = (CORRECT, TONE, SCORE)
PLAN = Plan(
    "Autumn 2026",
    "autumn-2026",
    SprintSelection(),
    3,
    tuple(PlannedQuestion(each.name) for each in QUESTIONS),
    state=SprintState.OPEN,
    opened_at_ms=1,
    queues={f"rq-{who}": who for who in PEOPLE},
    adjudication_queue="rq-0",
)
COMMENTS = {("ana@x.io", "correct"): "misses the north bar", ("cem@x.io", "correct"): "half right, and too short"}


@dataclass
class Bench:
    """What a test of the adjudication screen looks at."""

    app: AdjudicationApp
    pilot: Pilot[None]
    desk: AdjudicationDesk
    store: LocalStore

    @property
    def screen(self) -> str:
        return screen_text(self.app)

    async def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 15
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited 15 s for {what}\n{self.screen}")
            await self.pilot.pause(0.02)

    async def shows(self, *words: str) -> None:
        await self.wait_for(lambda: all(each in self.screen for each in words), f"{words} on the screen")

    async def press(self, *keys: str) -> None:
        """Press keys, each once the trace in view can be read."""
        for key in keys:
            await self.wait_for(lambda: self.desk.document() is not None, "the trace")
            for _ in range(SETTLED):
                await self.pilot.pause(0)
            await self.pilot.press(key)
            await self.pilot.pause(0.02)

    async def decisions(self) -> list[tuple[JsonValue, str | None]]:
        """The value and comment of the decisions that stand, in the order in which they were given."""
        traces = await self.store.summaries([case.trace_id for case in self.desk.cases])
        rows = {each.id: each for trace in traces for each in trace.assessments if is_adjudication(each) and each.valid}
        return [
            (row.value, row.rationale) for row in sorted(rows.values(), key=lambda row: (row.created_at_ms, row.name))
        ]

    async def delivered(self) -> None:
        for _ in range(500):
            if (await self.desk.counts_now()).waiting == 0:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("waited 10 s for the outbox to be empty")


def labels(trace_id: str, question: Question, values: Sequence[JsonValue]) -> list[Assessment]:
    """What people said to a question about a trace, in the order of their names."""
    return [
        Assessment(
            f"a-{trace_id[-6:]}-{question.name}-{who}",
            trace_id,
            question.name,
            AssessmentKind.FEEDBACK,
            value,
            Source(SourceType.HUMAN, who),
            rationale=COMMENTS.get((who, question.name)),
            metadata={"labeler.sprint": PLAN.slug},
            created_at_ms=2,
        )
        for who, value in zip(PEOPLE, values, strict=False)
    ]


def verdict(trace_id: str, value: JsonValue) -> Assessment:
    source = Source(SourceType.LLM_JUDGE, "judges/correct-v1")
    return Assessment(f"a-{trace_id[-6:]}-judge", trace_id, "correct", AssessmentKind.FEEDBACK, value, source)


SAID: Sequence[tuple[Question, Sequence[JsonValue]]] = (
    (CORRECT, (False, True, False)),
    (SCORE, (10, 40, 90)),
    (CORRECT, (True, False)),
    (TONE, ("rude", "neutral", "rude")),
)
"""What is disputed, a trace each."""


@asynccontextmanager
async def open_bench(
    folder: Path, size: tuple[int, int] = (120, 40), *, shows_judges: bool = False, guard_ms: int = 0
) -> AsyncIterator[Bench]:
    """Open the sample's first traces, which people disagree on."""
    store = await LocalStore.open_or_create(folder / "store.db")
    raw = load()[: len(SAID)]
    await store.import_traces(raw)
    [experiment] = await store.experiments()
    for trace, (question, values) in zip(raw, SAID, strict=True):
        rows = labels(trace.summary.id, question, values)
        if question is CORRECT:
            rows += [*labels(trace.summary.id, TONE, ("friendly",) * 3), verdict(trace.summary.id, "yes")]
        known = {each.id for each in (await store.summary(trace.summary.id)).assessments}
        for row in rows:
            if row.id not in known:
                await store.create(row)
    traces = {each.id: each for each in await store.summaries([each.summary.id for each in raw])}
    items = {
        who: {trace: QueueItem(f"rq-{who}", trace, QueueItemState.COMPLETE, who, 3) for trace in traces}
        for who in PEOPLE
    }
    snapshot = Snapshot(Sprint(experiment.id, PLAN, "The guide."), 4, items, traces, QUESTIONS)
    labelled = cases_of(snapshot, reviewers_labels(snapshot), judged_value)
    journal = await AsyncJournal.open(folder / "journal.db")
    cache = await AsyncCache.open(folder / "cache.db", 64 * 1024 * 1024)
    spec = ReviewSpec(
        store.uri, "", (experiment.id,), LEAD, queue_id="rq-0", label=PLAN.name, sprint=PLAN.slug, guide="The guide.",
        role=ADJUDICATION,
    )  # fmt: skip
    record = await journal.run(journal.reviews.begin, spec, 1)
    await journal.run(journal.reviews.add_items, record.id, [to_row(ListedTrace(each)) for each in traces.values()])
    cases = [case for case in labelled if case.is_disputed]
    sitting = Sitting(record, experiment.id, cases, labelled, 4, shows_judges)
    sync = DecisionSync(store, journal, cache, 0, 2, 50)
    desk = await open_adjudication(sitting, traces, journal, cache, sync)

    def begin() -> None:
        sync.start(desk)
        desk.need()

    app = AdjudicationApp(
        desk, build_keymap({}), load_theme(), UNICODE, guard_ms,
        lambda desk: {each.id: "Correct" for each in desk.case.verdicts}, begin,
    )  # fmt: skip
    try:
        async with app.run_test(size=size) as pilot:
            bench = Bench(app, pilot, desk, store)
            await bench.wait_for(lambda: desk.connection is ConnectionStatus.ONLINE, "being online")
            await bench.wait_for(lambda: desk.document() is not None, "the trace")
            await pilot.pause(0.1)
            yield bench
    finally:
        await desk.close()
        await sync.close(0)
        await cache.close()
        await journal.close()
        await store.close()
