"""What a backend promises to a lead who sets up work for several people, asked of every backend that takes it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from labeler.backends.base import AlreadyThere, MissingTarget, Refused, TeamBackend, UnknownName
from labeler.backends.mlflow.backend import open_backend
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Structured, Text
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from tests.backends.local_store import open_filled_local_store
from tests.servers.filling import log, recordings
from tests.servers.mlflow_server import MlflowServer


@dataclasses.dataclass(frozen=True, slots=True)
class Team:
    backend: TeamBackend
    experiment_id: str
    traces: list[str]


@pytest.fixture(scope="module")
def traces(mlflow_server: MlflowServer) -> tuple[str, list[str]]:
    experiment_id, recorded = mlflow_server.new_experiment(), recordings()[:3]
    log(mlflow_server, experiment_id, recorded)
    return experiment_id, [each.id for each in recorded]


@pytest.fixture(params=["mlflow", "local"])
async def team(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Team]:
    if request.param == "mlflow":
        server: MlflowServer = request.getfixturevalue("mlflow_server")
        backend = await open_backend(server.url)
        yield Team(backend, *request.getfixturevalue("traces"))
        await backend.close()
        return
    recorded = [each.raw for each in recordings()[:3]]
    store = await open_filled_local_store(tmp_path, recorded)
    yield Team(store, (await store.experiments())[0].id, [raw.summary.id for raw in recorded])
    await store.close()


async def items_of(team: Team, queue: Queue) -> dict[str, QueueItem]:
    return {item.trace_id: item async for page in team.backend.items(queue) for item in page}


async def test_tags_of_an_experiment_are_set_read_and_deleted(team: Team) -> None:
    longest = "ä" * 20_000
    await team.backend.set_experiment_tag(team.experiment_id, "labeler.sprint.a", "{}")
    await team.backend.set_experiment_tag(team.experiment_id, "labeler.sprint.a", longest)
    assert (await team.backend.experiment_tags(team.experiment_id))["labeler.sprint.a"] == longest
    with pytest.raises(Refused):
        await team.backend.set_experiment_tag(team.experiment_id, "labeler.sprint.a", longest + "ä")
    for _ in range(2):
        await team.backend.delete_experiment_tag(team.experiment_id, "labeler.sprint.a")
    assert "labeler.sprint.a" not in await team.backend.experiment_tags(team.experiment_id)
    with pytest.raises(UnknownName):
        await team.backend.experiment_tags("987654321")


@pytest.mark.parametrize(
    "answered_by",
    [PassFail("Right", "Wrong"), Categorical(("a", "b"), multiple=True), Numeric(1, 5), Numeric(0), Text(200), Text()],
    ids=repr,
)
async def test_a_question_becomes_a_label_schema_and_is_read_as_what_it_was(
    team: Team, answered_by: PassFail | Categorical | Numeric | Text
) -> None:
    name = f"question {answered_by}"
    kind = AssessmentKind.EXPECTATION if answered_by == Text() else AssessmentKind.FEEDBACK
    asked = Question(
        name, answered_by, kind, "Is it so?", takes_comment=False, required=isinstance(answered_by, PassFail)
    )
    made = await team.backend.create_schema(team.experiment_id, asked)
    assert made == dataclasses.replace(asked, schema_id=made.schema_id)
    [read] = [each for each in (await team.backend.schemas(team.experiment_id)).questions if each.name == name]
    assert dataclasses.replace(read, required=asked.required) == made
    with pytest.raises(AlreadyThere):
        await team.backend.create_schema(team.experiment_id, asked)


async def test_what_no_schema_can_be_is_refused(team: Team) -> None:
    for odd in (
        Question("a", Categorical(tuple(map(str, range(11))))),
        Question("b", Categorical(("x" * 65,))),
        Question("c", PassFail(), instruction="x" * 1_001),
        Question("d", Structured((Question("accuracy", Numeric(1, 5)),))),
    ):
        with pytest.raises(Refused):
            await team.backend.create_schema(team.experiment_id, odd)


async def test_a_queue_is_made_filled_emptied_and_deleted(team: Team) -> None:
    queue = await team.backend.create_queue(team.experiment_id, "Autumn · ana", ["Ana@x.io "])
    assert queue.users == ("ana@x.io",)
    assert [each.id for each in await team.backend.queues(team.experiment_id)] == [queue.id]
    await team.backend.add_items(queue.id, team.traces[:2])
    await team.backend.set_item_state(queue.id, team.traces[0], QueueItemState.COMPLETE, "ana@x.io")
    await team.backend.add_items(queue.id, team.traces)
    states = {trace_id: item.state for trace_id, item in (await items_of(team, queue)).items()}
    assert states == {team.traces[0]: "COMPLETE", team.traces[1]: "PENDING", team.traces[2]: "PENDING"}
    await team.backend.remove_items(queue.id, [team.traces[1], "tr-nowhere"])
    await team.backend.remove_items(queue.id, [])
    assert [*await items_of(team, queue)] == [team.traces[0], team.traces[2]]
    with pytest.raises(MissingTarget, match="tr-nowhere"):
        await team.backend.add_items(queue.id, [team.traces[1], "tr-nowhere"])
    for _ in range(2):
        await team.backend.delete_queue(queue.id)
    assert await team.backend.queues(team.experiment_id) == []
    with pytest.raises(MissingTarget):
        await team.backend.add_items(queue.id, team.traces)
    with pytest.raises(MissingTarget):
        await team.backend.set_queue_users(queue.id, ["bo"])


async def test_members_and_questions_of_a_queue_change(team: Team) -> None:
    queue = await team.backend.create_queue(team.experiment_id, "Winter · ana", ["ana"])
    asked = await team.backend.create_schema(team.experiment_id, Question("winter", PassFail()))
    assert asked.schema_id is not None
    assert (await team.backend.set_queue_users(queue.id, ["bo", "cem"])).users == ("bo", "cem")
    assert (await team.backend.set_queue_questions(queue.id, [asked.schema_id])).schema_ids == (asked.schema_id,)
    await team.backend.add_items(queue.id, team.traces)
    with pytest.raises(Refused, match="locked"):
        await team.backend.set_queue_questions(queue.id, [])
    with pytest.raises(Refused, match="10"):
        await team.backend.set_queue_users(queue.id, [f"r{number}" for number in range(11)])
    await team.backend.delete_queue(queue.id)


async def test_of_several_that_make_one_name_one_alone_succeeds(team: Team) -> None:
    made = await asyncio.gather(
        *(team.backend.create_queue(team.experiment_id, name, ["lead"]) for name in ("Race", "race", "RACE") * 2),
        return_exceptions=True,
    )
    queues = [each for each in made if isinstance(each, Queue)]
    assert len(queues) == 1
    assert [type(each) for each in made if not isinstance(each, Queue)] == [AlreadyThere] * 5
    await team.backend.delete_queue(queues[0].id)


async def test_where_nobody_signs_in_there_are_no_users(team: Team) -> None:
    assert await team.backend.users() is None
