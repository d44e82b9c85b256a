"""The oldest servers: no queues, no schemas, spans in artifacts; search, reading and labels all the same."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.backends.base import AlreadyThere, MissingTrace, UnknownName
from labeler.backends.mlflow.backend import open_backend
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.worklist import Query
from labeler.reading.wire.spans import decode
from tests.cli.program import Program
from tests.servers.environments import venv_with
from tests.servers.mlflow_server import MlflowServer

LOG_WITH_ITS_OWN_CLIENT = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("old")
@mlflow.trace(name="desk")
def ask(question):
    return "Call the watch on channel 12."
for number in range(3):
    ask(f"How do I report drifting buoy {number}?")
mlflow.flush_trace_async_logging(terminate=True)
"""

TESTED_THEN = ("sqlalchemy<2.1", "opentelemetry-sdk<1.35")
"""What these versions do not work with came later."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["3.5.1", "3.2.0"])
def old_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    python = venv_with(request.config.cache, f"mlflow=={request.param}", *TESTED_THEN)
    server = MlflowServer(tmp_path_factory.mktemp("old"), program=(str(python), "-m", "mlflow"))
    server.start()
    subprocess.run([python, "-c", LOG_WITH_ITS_OWN_CLIENT, server.url], check=True, cwd=server.directory)
    yield server
    server.close()


async def test_an_old_server_is_searched_read_and_labelled_without_queues(old_server: MlflowServer) -> None:
    backend = await open_backend(old_server.url)
    told = await backend.capabilities()
    assert (told.queues, told.schemas, told.honours_ids) == (False, False, True)
    experiment = await backend.experiment("old")
    assert await backend.count(experiment.id) is None
    assert await backend.queues(experiment.id) == []
    assert (await backend.schemas(experiment.id)).questions == ()
    with pytest.raises(UnknownName, match="no review queues"):
        await backend.queue(experiment.id, "mine")

    query = Query((experiment.id,), filter="status = 'OK'")
    summaries = [summary async for page in backend.snapshot(query) for summary in page]
    assert [summary.name for summary in summaries] == ["desk"] * 3
    ids = [summary.id for summary in summaries]
    assert [summary.id for summary in await backend.summaries([*ids[1:], "tr-nowhere"])] == ids[1:]

    root = decode(await backend.trace(ids[0])).spans[0]
    assert (root.inputs, root.outputs) == (
        {"question": "How do I report drifting buoy 2?"},
        "Call the watch on channel 12.",
    )
    with pytest.raises(MissingTrace):
        await backend.trace("tr-nowhere")

    first = Assessment(
        "a-" + "0" * 31 + "1",
        ids[0],
        "helpful",
        AssessmentKind.FEEDBACK,
        True,
        Source(SourceType.HUMAN, "rhea.k"),
        "because",
        metadata={"labeler.id": "1"},
        created_at_ms=1_795_000_000_123,
        updated_at_ms=1_795_000_000_123,
    )
    assert await backend.create(first) == first
    with pytest.raises(AlreadyThere):
        await backend.create(first)
    second = dataclasses.replace(first, id="a-" + "0" * 31 + "2", value="no", overrides=first.id)
    assert await backend.create(second) == second
    overridden = await backend.find(ids[0], first.id)
    assert overridden is not None
    assert not overridden.valid
    await backend.retract(ids[0], second.id)
    await backend.retract(ids[0], second.id)
    assert await backend.find(ids[0], second.id) is None
    assert await backend.find(ids[0], first.id) == first
    await backend.close()


def test_a_sprint_is_refused_by_name_of_what_is_missing(old_server: MlflowServer, tmp_path: Path) -> None:
    who = ("--reviewers", "ana,bo", "--overlap", "1", "--yes")
    refused = Program(tmp_path).run("sprint", "create", "Autumn", "-b", old_server.url, "-e", "old", *who)
    assert refused.code == 69
    assert "A sprint needs review queues, which MLflow has from 3.14 on" in refused.err
    assert "labeler report works here" in refused.err
