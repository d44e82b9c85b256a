"""What a cache or a gateway says of another trace, queue or experiment is never taken for the one that was asked."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import time
from typing import Any

import pytest

from labeler.backends.base import Ambiguous, Malformed
from labeler.backends.mlflow.backend import MlflowBackend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.queue import QueueItemState
from labeler.domain.trace import RawTrace
from labeler.domain.worklist import Query
from labeler.reading.wire.spans import decode
from tests.reading.corpus import CORPUS
from tests.servers.attaching import log_attachments
from tests.servers.environments import venv_with
from tests.servers.fault_proxy import FaultProxy, answer, none
from tests.servers.filling import Recording, create_queue, create_schema, log, recordings
from tests.servers.gateways import changed, forgetful_cache, only_at
from tests.servers.mlflow_server import MlflowServer

ARTIFACT, GET, INFO = "get-trace-artifact", "traces/get?", "mlflow/traces/tr-"


@pytest.fixture(scope="module")
def two(mlflow_server: MlflowServer) -> list[Recording]:
    traces = recordings("openai_chat_multiturn", "plain_retriever_span")
    log(mlflow_server, mlflow_server.new_experiment(), traces)
    return traces


def names(raw: RawTrace) -> list[str]:
    return [span.name for span in decode(raw).spans]


def named(trace: Recording) -> list[str]:
    return names(trace.raw)


async def read_both(backend: MlflowBackend, two: list[Recording]) -> list[RawTrace]:
    return [await backend.trace(trace.id) for trace in two]


@pytest.mark.parametrize("heeds_no_cache", [True, False], ids=["asked past it", "asked elsewhere"])
@pytest.mark.parametrize("where", [ARTIFACT, GET])
async def test_a_trace_is_its_own_whatever_a_cache_says_of_one_source(
    where: str, heeds_no_cache: bool, proxy: FaultProxy, through_proxy: MlflowBackend, two: list[Recording]
) -> None:
    cache = forgetful_cache(where, heeds_no_cache=heeds_no_cache)
    other = GET if where == ARTIFACT else ARTIFACT
    broken = answer(404, "<h1>Not Found</h1>", Content_Type="text/html")
    proxy.otherwise = only_at(other, broken, cache) if heeds_no_cache else cache
    if where == ARTIFACT and not heeds_no_cache:  # known from a search, traces are asked for there first
        found = await through_proxy.summary(two[0].id)
        assert [page async for page in through_proxy.snapshot(Query((found.experiment_id,)))]
    for raw, trace in zip(await read_both(through_proxy, two), two, strict=True):
        assert raw.summary.id == trace.id
        assert names(raw) == named(trace)


async def test_a_trace_that_every_source_takes_for_another_is_an_error_of_its_own(
    proxy: FaultProxy, through_proxy: MlflowBackend, two: list[Recording]
) -> None:
    proxy.otherwise = forgetful_cache(ARTIFACT, GET, heeds_no_cache=False)
    first, second = two
    assert names(await through_proxy.trace(first.id)) == named(first)
    await proxy_sees_artifact(through_proxy, first)
    with pytest.raises(Malformed, match=f"is about another one, {first.id}; a cache") as raised:
        await through_proxy.trace(second.id)
    assert raised.value.trace_id == second.id
    asked = [path for _, path in proxy.seen if second.id in path and (GET in path or ARTIFACT in path)]
    assert len(asked) <= 6, "each source is asked again once, and no more"
    assert names(await through_proxy.trace(first.id)) == named(first)


async def proxy_sees_artifact(backend: MlflowBackend, trace: Recording) -> None:
    """Have the cache in between keep the artifact of a trace, too."""
    found = await backend.summary(trace.id)
    assert [page async for page in backend.snapshot(Query((found.experiment_id,)))]
    assert names(await backend.trace(trace.id)) == named(trace)


async def test_one_stray_span_among_its_own_is_not_shown(
    proxy: FaultProxy, through_proxy: MlflowBackend, two: list[Recording]
) -> None:
    first, second = two

    def mixed(body: Any) -> Any:
        spans = body["trace"]["spans"] if "trace" in body else body["spans"]
        stray = json.loads(json.dumps(spans[0]).replace(first.id, second.id))
        spans.append(stray)
        return body

    proxy.otherwise = only_at(GET, changed(mixed), changed(mixed, ARTIFACT))
    with pytest.raises(Malformed, match=second.id):
        await through_proxy.trace(first.id)


async def test_trace_info_of_another_trace_is_asked_for_again_and_then_not_believed(
    proxy: FaultProxy, through_proxy: MlflowBackend, two: list[Recording]
) -> None:
    first, second = two
    proxy.otherwise = forgetful_cache(INFO)
    assert [(await through_proxy.summary(trace.id)).id for trace in two] == [first.id, second.id]
    proxy.otherwise = forgetful_cache(INFO, heeds_no_cache=False)
    assert (await through_proxy.summary(first.id)).id == first.id
    with pytest.raises(Malformed, match=first.id) as raised:
        await through_proxy.summary(second.id)
    assert raised.value.trace_id == second.id
    found = await through_proxy.summaries([first.id, second.id])
    assert [each.id for each in found if each.experiment_id] == [first.id]


async def test_a_search_by_id_that_answers_with_other_traces_does_not_bring_them(
    proxy: FaultProxy, through_proxy: MlflowBackend, two: list[Recording]
) -> None:
    first, second = two
    experiment_id = (await through_proxy.summary(first.id)).experiment_id
    through_proxy.snapshot(Query((experiment_id,)))
    proxy.otherwise = only_at("traces/search", forgetful_cache("traces/search"), none)
    assert [each.id for each in await through_proxy.summaries([first.id])] == [first.id]
    assert [each.id for each in await through_proxy.summaries([second.id])] == [second.id]


def label(trace_id: str) -> Assessment:
    source = Source(SourceType.HUMAN, "rhea.k")
    return Assessment(f"a-{secrets.token_hex(16)}", trace_id, "helpful", AssessmentKind.FEEDBACK, True, source)


async def test_assessments_of_another_trace_are_no_answer_about_this_one(
    proxy: FaultProxy, through_proxy: MlflowBackend, mlflow_backend: MlflowBackend, two: list[Recording]
) -> None:
    first, second = two
    here, there = label(first.id), label(second.id)
    for each in (here, there):
        await mlflow_backend.create(each)
    proxy.otherwise = forgetful_cache("/assessments/")
    assert (await through_proxy.find(first.id, here.id)) is not None
    found = await through_proxy.find(second.id, there.id)
    assert found is not None
    assert (found.id, found.trace_id) == (there.id, second.id)
    proxy.otherwise = forgetful_cache("/assessments/", heeds_no_cache=False)
    assert (await through_proxy.find(first.id, here.id)) is not None
    with pytest.raises(Malformed):
        await through_proxy.find(second.id, there.id)

    def of_another(body: Any) -> Any:
        body["assessment"]["trace_id"] = second.id
        return body

    proxy.otherwise = changed(of_another, "/assessments")
    with pytest.raises(Ambiguous, match="another trace"):
        await through_proxy.create(label(first.id))

    def with_a_stray(body: Any) -> Any:
        info = body["trace"]["trace_info"]
        info["assessments"] = [{**info["assessments"][0], "trace_id": second.id}]
        return body

    proxy.otherwise = changed(with_a_stray, INFO)
    with pytest.raises(Malformed, match="assessments of trace"):
        await through_proxy.summary(first.id)


async def test_queues_schemas_and_experiments_of_others_are_no_answer(
    mlflow_server: MlflowServer, proxy: FaultProxy, through_proxy: MlflowBackend
) -> None:
    places = [mlflow_server.new_experiment() for _ in range(2)]
    traces = recordings("plain_bool_number", "plain_none_io")
    queues = []
    for number, (place, trace) in enumerate(zip(places, traces, strict=True)):
        log(mlflow_server, place, [trace])
        create_schema(
            mlflow_server, place, f"correct {number}", {"pass_fail": {"positive_label": "Yes", "negative_label": "No"}}
        )
        queues.append(create_queue(mlflow_server, place, f"desk {number}", [trace.id]))
    await through_proxy.capabilities()
    proxy.otherwise = forgetful_cache("queues/get", "queues/list", "items/list", "schemas/list", "experiments/get?")
    for place, trace, queue_id in zip(places, traces, queues, strict=True):
        assert (await through_proxy.experiment(place)).id == place
        assert [each.id for each in await through_proxy.queues(place)] == [queue_id]
        queue = await through_proxy.queue(place, queue_id)
        assert queue.id == queue_id
        items = [item async for page in through_proxy.items(queue) for item in page]
        assert [(item.queue_id, item.trace_id) for item in items] == [(queue_id, trace.id)]
        assert (await through_proxy.queue_item(queue_id, trace.id)).trace_id == trace.id
        (question,) = (await through_proxy.schemas(place)).questions
        assert question.name == f"correct {places.index(place)}"

    def of_another(body: Any) -> Any:
        body["item"]["item_id"] = traces[1].id
        return body

    proxy.otherwise = changed(of_another, "set-status")
    with pytest.raises(Malformed):
        await through_proxy.set_item_state(queues[0], traces[0].id, QueueItemState.COMPLETE, "ana")


@pytest.mark.slow
async def test_an_attachment_is_as_long_as_its_trace_says(
    mlflow_server: MlflowServer, proxy: FaultProxy, through_proxy: MlflowBackend
) -> None:
    files = {"one": ("image/png", b"\x89PNG one"), "two": ("image/png", b"\x89PNG and two")}
    trace_id = log_attachments(mlflow_server.url, mlflow_server.new_experiment(), files)
    inputs = decode(await through_proxy.trace(trace_id)).spans[0].inputs
    assert isinstance(inputs, dict)
    addresses = {name: str(inputs[name]).removeprefix("mlflow-attachment://").partition("?")[0] for name in files}
    for heeds_no_cache in (True, False):
        proxy.otherwise = forgetful_cache(ARTIFACT, heeds_no_cache=heeds_no_cache)
        one = await through_proxy.attachment(trace_id, addresses["one"], len(files["one"][1]))
        assert one == files["one"][1]
        if heeds_no_cache:
            two = await through_proxy.attachment(trace_id, addresses["two"], len(files["two"][1]))
            assert two == files["two"][1]
        else:
            with pytest.raises(Malformed, match="something else"):
                await through_proxy.attachment(trace_id, addresses["two"], len(files["two"][1]))


async def test_a_trace_that_an_mlflow_2_client_wrote_is_read_though_open_telemetry_calls_it_otherwise(
    mlflow_server: MlflowServer, mlflow_backend: MlflowBackend
) -> None:
    """Logged by the calls that MLflow 2.22.1's client makes, with the body it wrote."""
    recorded = next((CORPUS / "identity").glob("mlflow-2.22-artifact-*.json"))
    experiment_id = mlflow_server.new_experiment()
    now_ms = int(time.time() * 1000)
    begun = {"experiment_id": experiment_id, "timestamp_ms": now_ms, "request_metadata": [], "tags": []}
    info = mlflow_server.post("/api/2.0/mlflow/traces", begun)["trace_info"]
    body = recorded.read_text().replace(recorded.stem.rpartition("-")[2], info["request_id"])
    place = f"{experiment_id}/traces/{info['request_id']}/artifacts/traces.json"
    mlflow_server.http.put(f"/api/2.0/mlflow-artifacts/artifacts/{place}", content=body).raise_for_status()
    ended = {"timestamp_ms": now_ms + 40, "status": "OK", "request_metadata": [], "tags": []}
    mlflow_server.http.patch(f"/api/2.0/mlflow/traces/{info['request_id']}", json=ended).raise_for_status()
    assert names(await mlflow_backend.trace(info["request_id"])) == ["desk", "lookup"]


LOG_AS_MLFLOW_2 = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment(experiment_id=sys.argv[2])
@mlflow.trace(name="desk", span_type="AGENT")
def ask(question):
    return "Call the watch."
ask("How do I report a drifting buoy?")
print(mlflow.get_last_active_trace_id())
"""


@pytest.mark.slow
async def test_a_trace_that_mlflow_2_itself_wrote_is_read(
    request: pytest.FixtureRequest, mlflow_server: MlflowServer, mlflow_backend: MlflowBackend
) -> None:
    python = venv_with(request.config.cache, "mlflow-skinny==2.22.1", "opentelemetry-sdk<1.35")
    program = [str(python), "-c", LOG_AS_MLFLOW_2, mlflow_server.url, mlflow_server.new_experiment()]
    said = await asyncio.to_thread(subprocess.check_output, program, text=True, cwd=mlflow_server.directory)
    raw = await mlflow_backend.trace(said.split()[-1])
    assert names(raw) == ["desk"]
    assert b"context" in raw.payload
