"""Making a sprint on a real server: stopped after any write and run again, and by two leads at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from labeler.backends.base import TeamBackend
from labeler.backends.mlflow.backend import MlflowBackend, open_backend
from labeler.domain.sprint import order_of_items
from labeler.sprint.assignment import assign
from labeler.sprint.creating import NewSprint, assignment_of, create, seed_with_early_gold
from labeler.sprint.errors import SprintError
from labeler.sprint.names import slug_of
from labeler.sprint.plan import Plan, SprintSelection
from labeler.sprint.questions import match_questions
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server, many a test

WRITES = ("create_queue", "set_experiment_tag", "create_schema", "add_items")


class Stopped(Exception):
    """The program ended at this moment."""


class StoppedAfter:
    """A backend on which a program ends right after its n-th write."""

    def __init__(self, backend: MlflowBackend, writes: int) -> None:
        self._backend = backend
        self._left = writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._backend, name)
        if name not in WRITES:
            return method

        async def write(*arguments: Any) -> Any:
            result = await method(*arguments)
            self._left -= 1
            if self._left == 0:
                raise Stopped
            return result

        return write


@pytest.fixture(scope="module")
def experiment() -> SprintExperiment:
    return SprintExperiment(6)


@pytest.fixture
async def backend(experiment: SprintExperiment) -> AsyncIterator[MlflowBackend]:
    backend = await open_backend(experiment.server.url)
    yield backend
    await backend.close()


async def new_sprint(backend: TeamBackend, experiment: SprintExperiment, name: str, lead: str = LEAD) -> NewSprint:
    questions = match_questions(there := (await backend.schemas(experiment.id)).questions, there)
    plan = Plan(name, slug_of(name), SprintSelection(seed=7), 2, questions.planned, created_by=lead, reviewers=PEOPLE)
    return NewSprint(plan, questions, tuple(experiment.traces), guide="# Guide")


async def test_stopped_after_any_write_it_is_the_same_in_the_end(
    backend: MlflowBackend, experiment: SprintExperiment
) -> None:
    whole = await new_sprint(backend, experiment, "Whole")
    told: list[tuple[int, int]] = []
    plan = await create(backend, experiment.id, whole, lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 12)
    expected = {who: set(items) for who, items in assignment_of(whole).items()}
    assert {who: set(items) for who, items in experiment.assigned("Whole").items()} == expected
    stopped = 0
    for writes in range(1, 30):
        new = await new_sprint(backend, experiment, f"Stopped {writes}")
        dies: Any = StoppedAfter(backend, writes)
        try:
            await create(dies, experiment.id, new, lambda done, total: None)
        except Stopped:
            stopped += 1
        again = await create(backend, experiment.id, new, lambda done, total: None)
        assert {who: set(items) for who, items in experiment.assigned(new.plan.name).items()} == expected
        assert sorted(again.queues.values()) == sorted(plan.queues.values())
        as_whole = replace(plan, name=again.name, slug=again.slug, queues=again.queues, opened_at_ms=again.opened_at_ms)
        assert replace(again, adjudication_queue="", rev=0) == replace(as_whole, adjudication_queue="", rev=0)
        if stopped < writes:
            break
    assert stopped >= 10


async def test_of_two_leads_at_once_one_alone_makes_it(backend: MlflowBackend, experiment: SprintExperiment) -> None:
    leads = [LEAD, "maria@x.io"]
    both = [await new_sprint(backend, experiment, "Race", lead) for lead in leads]
    ended = await asyncio.gather(
        *(create(backend, experiment.id, new, lambda done, total: None) for new in both), return_exceptions=True
    )
    made = [each for each in ended if isinstance(each, Plan)]
    [lost] = [each for each in ended if isinstance(each, SprintError)]
    assert len(made) == 1
    assert f"by {made[0].created_by}" in str(lost)
    assert "Nothing was changed" in str(lost)
    assert {queue["users"][0] for name, queue in experiment.queues.items() if name == "Race · adjudication"} == {
        made[0].created_by
    }


async def test_one_lead_twice_at_once_makes_one(backend: MlflowBackend, experiment: SprintExperiment) -> None:
    new = await new_sprint(backend, experiment, "Twice")
    ended = await asyncio.gather(
        *(create(backend, experiment.id, new, lambda done, total: None) for _ in range(2)), return_exceptions=True
    )
    assert any(isinstance(each, Plan) for each in ended)
    assert [each for each in ended if not isinstance(each, Plan | SprintError)] == []
    await create(backend, experiment.id, new, lambda done, total: None)
    assigned = {who: set(items) for who, items in experiment.assigned("Twice").items()}
    assert assigned == {who: set(items) for who, items in assignment_of(new).items()}


def test_everybody_has_a_gold_item_early() -> None:
    items, gold = [f"tr-{number}" for number in range(400)], [f"tr-{number}" for number in range(0, 400, 10)]
    seed = seed_with_early_gold(items, gold, PEOPLE, 1, 5)
    given = assign(items, PEOPLE, 1, seed, gold)
    assert all(set(gold) & {*order_of_items(given[who], who, seed)[:20]} for who in PEOPLE)
    assert seed_with_early_gold(items, [], PEOPLE, 1, 5) == 5
