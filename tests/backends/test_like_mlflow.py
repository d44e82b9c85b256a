"""The embedded store does with assessments what MLflow does, whatever is asked of it in whatever order."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labeler.backends.base import Backend, BackendError
from labeler.backends.mlflow.backend import open_backend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.value import JsonValue
from tests.backends.local_store import open_filled_local_store
from tests.servers.filling import log, recordings
from tests.servers.mlflow_server import MlflowServer

STEPS = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One call, which every backend answers in the same way."""

    words: str
    call: Callable[[Backend], Awaitable[Assessment | None]]


class Steps:
    """Random calls about the assessments of two traces, also about superseded and deleted ones, and the wrong trace."""

    def __init__(self, seed: int, trace_ids: list[str]) -> None:
        self._random = random.Random(seed)
        self._trace_ids = trace_ids
        self._prefix = secrets.token_hex(8)
        self.made: dict[str, Assessment] = {}

    def next(self) -> Step:
        choose = self._random.choice
        act = choose(("create", "create", "supersede", "supersede", "again", "update", "retract", "retract", "find"))
        if act == "create" or not self.made:
            return self._created(None)
        known = self.made[choose(list(self.made))]
        trace_id = choose((known.trace_id, known.trace_id, known.trace_id, *self._trace_ids))
        if act == "supersede":
            return self._created(choose((known.id, known.id, known.id, "a-nowhere")))
        if act == "again":
            return Step(f"create {known.id} again", lambda backend: backend.create(known))
        if act == "retract":
            return Step(f"retract {known.id} of {trace_id}", lambda backend: backend.retract(trace_id, known.id))
        if act == "find":
            return Step(f"find {known.id} of {trace_id}", lambda backend: backend.find(trace_id, known.id))
        fields = self._random.sample(("value", "rationale", "metadata"), self._random.randint(1, 3))
        changed = replace(known, trace_id=trace_id, value=self._value(), rationale="changed", metadata={"later": "1"})
        return Step(f"update {fields} of {known.id} of {trace_id}", lambda backend: backend.update(changed, fields))

    def _created(self, overrides: str | None) -> Step:
        number = len(self.made)
        assessment_id = f"a-{self._prefix}{number:016x}"
        kind = self._random.choice((AssessmentKind.FEEDBACK,) * 4 + (AssessmentKind.EXPECTATION,))
        new = Assessment(
            id=assessment_id,
            trace_id=self._random.choice(self._trace_ids),
            name=self._random.choice(("helpful", "tone")),
            kind=kind,
            value=self._value(),
            source=Source(self._random.choice((SourceType.HUMAN, SourceType.LLM_JUDGE)), "rhea.k"),
            rationale=self._random.choice((None, "", "because")),
            metadata={"labeler.id": assessment_id},
            created_at_ms=1_795_000_000_000 + number,
            updated_at_ms=1_795_000_000_000 + number,
            overrides=overrides,
        )
        self.made[new.id] = new
        words = f"create {kind} {new.id} of {new.trace_id}, overriding {overrides}"
        return Step(words, lambda backend: backend.create(new))

    def _value(self) -> JsonValue:
        return self._random.choice((True, False, 4, "4", "yes", ["wrong"], {"tone": 3}))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_both_answer_alike_and_hold_the_same_afterwards(
    mlflow_server: MlflowServer, tmp_path: Path, seed: int
) -> None:
    recorded = recordings("openai_chat_multiturn", "openai_tool_roundtrip")
    log(mlflow_server, mlflow_server.new_experiment(), recorded)
    trace_ids = [each.id for each in recorded]
    store = await open_filled_local_store(tmp_path, [each.raw for each in recorded])
    server = await open_backend(mlflow_server.url)
    steps = Steps(seed, trace_ids)
    taken: list[str] = []
    for _ in range(STEPS):
        step = steps.next()
        taken.append(step.words)
        answers = [await _answer(step, backend) for backend in (store, server)]
        assert answers[0] == answers[1], "\n".join(taken)
        held = [await _held(backend, trace_ids, set(steps.made)) for backend in (store, server)]
        assert held[0] == held[1], "\n".join(taken)
    await store.close()
    await server.close()


async def _answer(step: Step, backend: Backend) -> object:
    try:
        answer = await step.call(backend)
    except BackendError as error:
        return type(error)
    return None if answer is None else _comparable(answer)


async def _held(backend: Backend, trace_ids: list[str], among: set[str]) -> dict[str, object]:
    """The assessments on these traces by their IDs, of those that the test made."""
    summaries = await backend.summaries(trace_ids)
    assert [each.id for each in summaries] == trace_ids
    found = [said for each in summaries for said in each.assessments if said.id in among]
    return {each.id: _comparable(each) for each in found}


def _comparable(assessment: Assessment) -> object:
    """The assessment without the time of its last change, which each backend takes from its own clock."""
    return replace(assessment, value=None, updated_at_ms=0), json.dumps(_as_doubles(assessment.value))


def _as_doubles(value: JsonValue) -> JsonValue:
    """The value with its numbers as MLflow keeps them."""
    if isinstance(value, Mapping):
        return {key: _as_doubles(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_doubles(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
