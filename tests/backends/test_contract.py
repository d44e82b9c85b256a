"""What every backend promises, asked of every backend there is."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Unpack

import pytest

from labeler.backends.base import (
    AlreadyThere,
    BadFilter,
    MissingTarget,
    MissingTrace,
    Refused,
    TeamBackend,
    UnknownName,
)
from labeler.backends.mlflow.backend import open_backend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Categorical, Numeric, PassFail, Question, Text
from labeler.domain.queue import QueueItemState
from labeler.domain.trace import RawTrace
from labeler.domain.value import JsonValue, same_value
from labeler.domain.worklist import Query
from labeler.reading.wire.spans import decode
from tests.backends.local_store import open_filled_local_store
from tests.domain.assessment_fields import AssessmentFields
from tests.servers.filling import Recording, log, recordings
from tests.servers.mlflow_server import MlflowServer


@dataclasses.dataclass(frozen=True, slots=True)
class Filled:
    """A backend and the traces it was filled with, newest first."""

    backend: TeamBackend
    experiment_id: str
    traces: list[RawTrace]
    server: MlflowServer | None = None

    @property
    def trace_id(self) -> str:
        return self.traces[0].summary.id


@pytest.fixture(scope="module")
def recorded() -> list[Recording]:
    return sorted(recordings(), key=lambda each: -each.raw.summary.requested_at_ms)


@pytest.fixture(scope="module")
def filled_experiment(mlflow_server: MlflowServer, recorded: list[Recording]) -> str:
    """An experiment that all tests of this module share: what they write has IDs of its own."""
    experiment_id = mlflow_server.new_experiment()
    log(mlflow_server, experiment_id, recorded)
    return experiment_id


@pytest.fixture(params=["mlflow", "local"])
async def filled(request: pytest.FixtureRequest, recorded: list[Recording], tmp_path: Path) -> AsyncIterator[Filled]:
    traces = [each.raw for each in recorded]
    if request.param == "local":
        backend = await open_filled_local_store(tmp_path, traces)
        yield Filled(backend, (await backend.experiments())[0].id, traces)
    else:
        server: MlflowServer = request.getfixturevalue("mlflow_server")
        backend = await open_backend(server.url)
        yield Filled(backend, request.getfixturevalue("filled_experiment"), traces, server)
    await backend.close()


def feedback(
    trace_id: str, value: JsonValue = True, name: str = "helpful", **fields: Unpack[AssessmentFields]
) -> Assessment:
    assessment_id = f"a-{secrets.token_hex(16)}"
    new = Assessment(
        id=assessment_id,
        trace_id=trace_id,
        name=name,
        kind=AssessmentKind.FEEDBACK,
        value=value,
        source=Source(SourceType.HUMAN, "rhea.k"),
        metadata={"labeler.id": assessment_id, "labeler.duration_ms": "5120"},
        created_at_ms=1_795_000_000_123,
        updated_at_ms=1_795_000_000_123,
    )
    return dataclasses.replace(new, **fields)


def expectation(trace_id: str, value: JsonValue) -> Assessment:
    return feedback(trace_id, value, "expected_response", kind=AssessmentKind.EXPECTATION)


async def found_in(filled: Filled, query: Query) -> list[str]:
    return [summary.id async for page in filled.backend.snapshot(query) for summary in page]


def ids(traces: list[RawTrace]) -> list[str]:
    return [raw.summary.id for raw in traces]


def same_assessment(one: Assessment, other: Assessment) -> bool:
    return same_value(one.value, other.value) and dataclasses.replace(one, value=None) == dataclasses.replace(
        other, value=None
    )


async def test_a_snapshot_shows_each_trace_once_newest_first(filled: Filled) -> None:
    assert await found_in(filled, Query((filled.experiment_id,))) == ids(filled.traces)


async def test_a_snapshot_is_bounded_by_time_and_number(filled: Filled) -> None:
    times = [raw.summary.requested_at_ms for raw in filled.traces]
    bounded = Query((filled.experiment_id,), since_ms=times[-2], until_ms=times[1])
    assert await found_in(filled, bounded) == ids(filled.traces)[1:-1]
    assert await found_in(filled, dataclasses.replace(bounded, limit=3)) == ids(filled.traces)[1:4]


async def test_a_snapshot_passes_the_filter_on(filled: Filled) -> None:
    failed = [raw.summary.id for raw in filled.traces if raw.summary.state == "ERROR"]
    assert failed
    assert await found_in(filled, Query((filled.experiment_id,), filter="status = 'ERROR'")) == failed
    assert await found_in(filled, Query((filled.experiment_id,), filter="tag.nowhere = 'x'")) == []


async def test_a_filter_that_is_not_understood_is_told_apart(filled: Filled) -> None:
    with pytest.raises(BadFilter):
        await found_in(filled, Query((filled.experiment_id,), filter="colour of the sea"))


async def test_summaries_come_in_the_order_asked_for_without_those_that_do_not_exist(filled: Filled) -> None:
    wanted = ids(filled.traces)[::-2]
    told = await filled.backend.summaries([wanted[0], "tr-nowhere", *wanted[1:], "no such/ID"])
    assert [summary.id for summary in told] == wanted


async def test_a_summary_is_what_was_recorded(filled: Filled) -> None:
    for raw in filled.traces:
        told = await filled.backend.summary(raw.summary.id)
        assert (told.state, told.name, told.requested_at_ms) == (
            raw.summary.state,
            raw.summary.name,
            raw.summary.requested_at_ms,
        )
        assert (told.experiment_id, told.request_preview) == (filled.experiment_id, raw.summary.request_preview)


async def test_a_whole_trace_holds_the_recorded_spans(filled: Filled) -> None:
    for recorded in filled.traces:
        raw = await filled.backend.trace(recorded.summary.id)
        assert raw.summary.id == recorded.summary.id
        spans, kept = decode(raw).spans, decode(recorded).spans
        assert [(span.id, span.parent_id, span.name) for span in spans] == [
            (span.id, span.parent_id, span.name) for span in kept
        ]
        assert [span.inputs for span in spans] == [span.inputs for span in kept]
        assert [span.outputs for span in spans] == [span.outputs for span in kept]


async def test_a_trace_that_is_not_there_is_missing_whatever_is_asked_of_it(filled: Filled) -> None:
    for trace_id in ("tr-nowhere", "../../etc", ""):
        calls = [
            filled.backend.summary(trace_id),
            filled.backend.trace(trace_id),
            filled.backend.find(trace_id, "a-1"),
            filled.backend.create(feedback(trace_id)),
            filled.backend.update(feedback(trace_id), ["rationale"]),
        ]
        for call in calls:
            with pytest.raises(MissingTrace):
                await call


VALUES: list[JsonValue] = [
    True,
    False,
    0,
    4,
    -2.5,
    1e-7,
    2**53,
    "",
    "Misses “no channel”\n\tand 🛟",
    [],
    ["wrong", "unsafe"],
    {},
    {"nested": [{"deep": None}, 1.5, "x"]},
]


async def test_feedback_of_every_type_comes_back_as_given(filled: Filled) -> None:
    for value in VALUES:
        sent = feedback(filled.trace_id, value)
        assert same_assessment(await filled.backend.create(sent), sent), value
        assert same_assessment(await _found(filled, sent), sent), value


async def test_expectations_of_every_type_come_back_as_given(filled: Filled) -> None:
    exact: JsonValue = ["a", {"b": 2**60 + 1}]
    for value in [*VALUES, exact]:
        expected = expectation(filled.trace_id, value)
        assert same_assessment(await filled.backend.create(expected), expected), value
        assert same_assessment(await _found(filled, expected), expected), value


async def test_everything_around_a_value_comes_back_as_given(filled: Filled) -> None:
    span_id = decode(filled.traces[0]).spans[0].id
    sent = feedback(
        filled.trace_id,
        span_id=span_id,
        rationale="It names “the watch”,\nnot the channel. ⚓",
        name="Is it – really – “helpful”?",
        source=Source(SourceType.HUMAN, "Rhea.K@Example.com"),
    )
    assert await filled.backend.create(sent) == sent
    summary = await filled.backend.summary(filled.trace_id)
    assert sent in summary.assessments


async def test_a_repeated_create_adds_nothing_and_says_so(filled: Filled) -> None:
    sent = feedback(filled.trace_id)
    await filled.backend.create(sent)
    with pytest.raises(AlreadyThere):
        await filled.backend.create(dataclasses.replace(sent, value=False))
    assert await _found(filled, sent) == sent


async def test_an_assessment_that_is_not_there_is_told_from_a_trace_that_is_not(filled: Filled) -> None:
    assert await filled.backend.find(filled.trace_id, "a-nowhere") is None


async def test_an_override_replaces_and_its_retraction_restores(filled: Filled) -> None:
    first = feedback(filled.trace_id, True)
    second = feedback(filled.trace_id, False, overrides=first.id)
    await filled.backend.create(first)
    assert await filled.backend.create(second) == second
    assert (await _found(filled, first)).valid is False
    for _ in range(2):
        await filled.backend.retract(filled.trace_id, second.id)
    assert await filled.backend.find(filled.trace_id, second.id) is None
    assert await _found(filled, first) == first


async def test_what_is_overridden_has_to_be_there(filled: Filled) -> None:
    orphan = feedback(filled.trace_id, overrides="a-nowhere")
    with pytest.raises(MissingTarget):
        await filled.backend.create(orphan)
    assert await filled.backend.find(filled.trace_id, orphan.id) is None


async def test_an_update_changes_the_named_fields_in_place(filled: Filled) -> None:
    sent = feedback(filled.trace_id, 3, rationale="at first")
    await filled.backend.create(sent)
    changed = dataclasses.replace(sent, value=4, rationale="at last", metadata={"labeler.duration_ms": "9"})
    told = await filled.backend.update(changed, ["value", "metadata"])
    assert (told.value, told.rationale) == (4, "at first")
    assert dict(told.metadata) == {"labeler.id": sent.id, "labeler.duration_ms": "9"}
    assert (await filled.backend.update(changed, ["rationale"])).rationale == "at last"
    assert same_value((await _found(filled, sent)).value, 4)
    with pytest.raises(MissingTarget):
        await filled.backend.update(feedback(filled.trace_id), ["value"])
    with pytest.raises(Refused):
        await filled.backend.update(changed, ["source"])


async def test_what_no_backend_can_store_is_refused(filled: Filled) -> None:
    for value in (float("nan"), float("inf"), "\ud800"):
        with pytest.raises(Refused):
            await filled.backend.create(feedback(filled.trace_id, value))


async def test_an_experiment_is_found_by_its_id_and_by_its_name(filled: Filled) -> None:
    by_id = await filled.backend.experiment(filled.experiment_id)
    assert by_id in await filled.backend.experiments()
    assert await filled.backend.experiment(by_id.name) == by_id
    assert await filled.backend.count(by_id.id) in (len(filled.traces), None)
    with pytest.raises(UnknownName):
        await filled.backend.experiment("the other sea")


async def test_an_attachment_that_is_not_there_is_a_missing_target(filled: Filled) -> None:
    with pytest.raises(MissingTarget):
        await filled.backend.attachment(filled.trace_id, "a5e2b6a4-7ad3-4c5c-8ef1-8c7f3e0a0b51", None)


async def test_label_schemas_are_questions_in_the_order_they_were_made(filled: Filled) -> None:
    assert (await filled.backend.capabilities()).schemas
    nothing = await filled.backend.schemas(filled.experiment_id)
    assert nothing.questions == ()
    assert nothing.only_default == (filled.server is not None), "MLflow has a default schema of its own"
    expected = AssessmentKind.EXPECTATION
    for asked in (
        Question("answers", PassFail("Answers", "Misses"), instruction="Does it?"),
        Question("modes", Categorical(("wrong", "unsafe"), multiple=True)),
        Question("score", Numeric(0, 100)),
        Question("better", Text(80), expected, takes_comment=False),
    ):
        await filled.backend.create_schema(filled.experiment_id, asked)
    told = await filled.backend.schemas(filled.experiment_id)
    assert not told.only_default
    assert [(question.name, question.input, question.required) for question in told.questions] == [
        ("answers", PassFail("Answers", "Misses"), True),
        ("modes", Categorical(("wrong", "unsafe"), multiple=True), True),
        ("score", Numeric(0, 100), True),
        ("better", Text(80), False),
    ]
    first, last = told.questions[0], told.questions[-1]
    assert (first.instruction, first.takes_comment, last.takes_comment) == ("Does it?", True, False)
    assert (first.kind, last.kind) == (AssessmentKind.FEEDBACK, AssessmentKind.EXPECTATION)


async def test_a_queue_is_worked_through_and_tells_who_finished_what(filled: Filled) -> None:
    backend = filled.backend
    assert (await backend.capabilities()).queues
    made = await backend.create_queue(filled.experiment_id, "Harbour desk", [])
    await backend.add_items(made.id, ids(filled.traces))
    queue = await backend.queue(filled.experiment_id, "harbour DESK")
    assert queue == made == await backend.queue(None, made.id)
    assert queue in await backend.queues(filled.experiment_id)
    items = [item async for page in backend.items(queue) for item in page]
    assert sorted(item.trace_id for item in items) == sorted(ids(filled.traces))
    assert {item.state for item in items} == {QueueItemState.PENDING}

    done = await backend.set_item_state(queue.id, filled.trace_id, QueueItemState.COMPLETE, "Rhea.K")
    assert (done.state, done.completed_by) == (QueueItemState.COMPLETE, "rhea.k")
    late = await backend.set_item_state(queue.id, filled.trace_id, QueueItemState.COMPLETE, "bo")
    assert late == done
    assert await backend.queue_item(queue.id, filled.trace_id) == done
    reopened = await backend.set_item_state(queue.id, filled.trace_id, QueueItemState.PENDING, "bo")
    assert (reopened.state, reopened.completed_by) == (QueueItemState.PENDING, None)
    with pytest.raises(MissingTarget):
        await backend.set_item_state(queue.id, "tr-nowhere", QueueItemState.COMPLETE, "bo")
    with pytest.raises(MissingTarget):
        await backend.queue_item(queue.id, "tr-nowhere")
    with pytest.raises(UnknownName, match="Harbour desk"):
        await backend.queue(filled.experiment_id, "Harbor desk")


async def test_a_reviewer_has_one_queue_of_their_own(filled: Filled) -> None:
    mine = await filled.backend.my_queue(filled.experiment_id, " Rhea.K ")
    assert mine.personal
    assert (mine.name, mine.users, mine.schema_ids) == ("rhea.k", ("rhea.k",), ())
    assert await filled.backend.my_queue(filled.experiment_id, "rhea.k") == mine
    with pytest.raises(Refused):
        await filled.backend.set_queue_users(mine.id, ["bo"])


async def _found(filled: Filled, wanted: Assessment) -> Assessment:
    found = await filled.backend.find(wanted.trace_id, wanted.id)
    assert found is not None
    return found
