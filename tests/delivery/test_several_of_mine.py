"""Several valid answers of mine on a real server: a change leaves exactly one, and its undo brings all of them back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.destination import Destination
from labeler.domain.question import PassFail, Question
from labeler.domain.worklist import Query
from labeler.review.action import Action, ActionContext, SetAnswer, Undo
from labeler.review.apply import apply
from labeler.review.decide import decide
from labeler.review.decision import Decision
from labeler.review.my_answer import Asked, Reading, merge
from labeler.review.state import Advance, ReviewState, Rules
from labeler.review.worklist import Item
from tests.delivery.work import HASTE, Work, work
from tests.journal.sitting import mint, spec
from tests.servers.filling import log_many
from tests.servers.mlflow_server import shared_server

HELPFUL = Question("helpful", PassFail())
ME, SAM = Source(SourceType.HUMAN, "rhea.k"), Source(SourceType.HUMAN, "sam")


@dataclass(frozen=True)
class Said:
    """An answer written elsewhere, at this time, over another of the case by its number."""

    at_ms: int
    over: int | None = None
    by: Source = ME


CASES = [
    *([Said(at) for at in order] for order in itertools.permutations((1_000, 2_000, 3_000))),
    [Said(1_000), Said(2_000, over=0), Said(3_000), Said(4_000)],
    [Said(4_000), Said(3_000, over=0), Said(2_000), Said(1_000)],
    [Said(1_000), Said(2_000, over=0), Said(3_000, over=0), Said(1_500)],
    [Said(1_000), Said(2_000, over=0), Said(3_000, over=1), Said(500), Said(400, over=3), Said(5_000)],
]
"""Each leaves three valid ones, of which some override what is not valid any more."""


async def write(backend: MlflowBackend, trace_id: str, case: list[Said]) -> None:
    ids = [mint() for _ in case]
    for number, said in enumerate(case):
        await backend.create(
            Assessment(
                ids[number],
                trace_id,
                "helpful",
                AssessmentKind.FEEDBACK,
                number % 2 == 0,
                said.by,
                f"why {number}",
                metadata={"tool": f"script {number}"},
                created_at_ms=said.at_ms,
                updated_at_ms=said.at_ms,
                overrides=None if said.over is None else ids[said.over],
            )
        )


def content(assessments: tuple[Assessment, ...]) -> list[tuple[object, ...]]:
    """List what is valid, whole but for its ID, as well as who overrode it."""
    return sorted(
        (each.created_at_ms, each.value, each.rationale, each.metadata.get("tool"))
        for each in assessments
        if each.valid
    )


async def press(at_work: Work, state: ReviewState, action: Action) -> None:
    decision = decide(state, action, ActionContext(10_000, 1, mint))
    assert isinstance(decision, Decision)
    assert decision.change is not None
    await at_work.record(decision.change)
    apply(state, decision)


@pytest.mark.slow
async def test_after_a_change_over_three_valid_answers_one_stands_and_undo_brings_the_three_back(
    tmp_path: Path,
) -> None:
    server = shared_server()
    experiment = server.new_experiment()
    log_many(server, experiment, len(CASES))
    backend = await open_backend(server.url)
    traces = [each.id async for page in backend.snapshot(Query((experiment,))) for each in page]
    home = Destination(server.url, "", experiment)
    async with work(tmp_path, traces, replace(spec(), backend_uri=server.url), home) as at_work:
        states, before = {}, {}
        for trace_id, case in zip(traces, CASES, strict=True):
            await write(backend, trace_id, case)
            told = (await backend.summary(trace_id)).assessments
            before[trace_id] = content(told)
            assert len(before[trace_id]) == 3
            states[trace_id] = state = ReviewState((HELPFUL,), Rules(Advance.MANUAL), retires=True)
            state.add_items([Item(trace_id, experiment, "")])
            mine = merge(Asked("helpful", HELPFUL, "rhea.k"), None, Reading(1, told), ())
            assert mine.answer is not None
            state.set_answer((trace_id, None), "helpful", mine.answer)
            state.mine[(trace_id, None), "helpful"] = mine
            await press(at_work, state, SetAnswer("helpful", True, "at last"))
        engine = at_work.engine(backend, timing=HASTE)
        await engine.drain()
        for trace_id in traces:
            valid = [each for each in (await backend.summary(trace_id)).assessments if each.valid]
            assert [each.rationale for each in valid] == ["at last"]
            await press(at_work, states[trace_id], Undo())
        await engine.drain()
        for trace_id in traces:
            assert content((await backend.summary(trace_id)).assessments) == before[trace_id]
        assert await at_work.undone() == []
    await backend.close()


async def test_what_a_delete_revives_of_somebody_else_is_told(tmp_path: Path) -> None:
    server = shared_server()
    experiment = server.new_experiment()
    log_many(server, experiment, 1)
    backend = await open_backend(server.url)
    (trace_id,) = [each.id async for page in backend.snapshot(Query((experiment,))) for each in page]
    home = Destination(server.url, "", experiment)
    async with work(tmp_path, [trace_id], replace(spec(), backend_uri=server.url), home) as at_work:
        await write(backend, trace_id, [Said(1_000, by=SAM), Said(2_000, over=0), Said(3_000)])
        told = (await backend.summary(trace_id)).assessments
        state = ReviewState((HELPFUL,), Rules(Advance.MANUAL), retires=True)
        state.add_items([Item(trace_id, experiment, "")])
        mine = merge(Asked("helpful", HELPFUL, "rhea.k"), None, Reading(1, told), ())
        assert mine.answer is not None
        state.set_answer((trace_id, None), "helpful", mine.answer)
        state.mine[(trace_id, None), "helpful"] = mine
        await press(at_work, state, SetAnswer("helpful", True, "at last"))
        await at_work.engine(backend, timing=HASTE).drain()
        valid = [each for each in (await backend.summary(trace_id)).assessments if each.valid]
        assert sorted(each.source.id for each in valid) == ["rhea.k", "sam"]
        reasons = [each.reason for each in at_work.settled() if each.reason]
        assert reasons == ["sam's answer to helpful counts again: what overrode it was deleted"]
    await backend.close()
