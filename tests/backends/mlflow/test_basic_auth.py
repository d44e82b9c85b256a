"""A server with users: who am I, what may I, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from labeler.backends.base import Forbidden
from labeler.backends.mlflow.backend import open_backend
from labeler.backends.mlflow.credentials import Credentials
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import Query
from tests.servers.basic_auth import ADMIN, READER, basic_auth_server
from tests.servers.filling import create_queue, log, recordings
from tests.servers.mlflow_server import MlflowServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def auth_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    with basic_auth_server(request.config.cache, tmp_path_factory.mktemp("auth")) as server:
        yield server


async def test_a_server_with_users_knows_who_labels(auth_server: MlflowServer) -> None:
    experiment_id = auth_server.new_experiment()
    traces = recordings("openai_chat_multiturn")
    log(auth_server, experiment_id, traces)
    trace_id = traces[0].id
    queue_id = create_queue(auth_server, experiment_id, "desk", [trace_id])
    label = Assessment("a-" + "1" * 32, trace_id, "ok", AssessmentKind.FEEDBACK, True, Source(SourceType.HUMAN, "ana"))

    anonymous = await open_backend(auth_server.url)
    for call in (anonymous.capabilities(), anonymous.whoami(), anonymous.create(label)):
        with pytest.raises(Forbidden, match="MLFLOW_TRACKING_USERNAME"):
            await call
    await anonymous.close()

    stranger = await open_backend(auth_server.url, Credentials("a test", SecretStr("wrong s3cret"), "ana"))
    with pytest.raises(Forbidden, match="credentials from a test") as refused:
        await stranger.capabilities()
    assert "s3cret" not in str(refused.value)
    await stranger.close()

    reader = await open_backend(auth_server.url, Credentials("a test", SecretStr(READER[1]), READER[0]))
    assert (await reader.capabilities()).queues
    assert await reader.whoami() == "ana"
    assert {"admin", "ana"} <= {*(await reader.users() or ())}
    assert [page async for page in reader.snapshot(Query((experiment_id,)))]
    with pytest.raises(Forbidden, match="does not allow"):
        await reader.create(label)
    with pytest.raises(Forbidden):
        await reader.set_item_state(queue_id, trace_id, QueueItemState.COMPLETE, "ana")
    await reader.close()

    admin = await open_backend(auth_server.url, Credentials("a test", SecretStr(ADMIN[1]), ADMIN[0]))
    assert (await admin.create(label)).id == label.id
    done = await admin.set_item_state(queue_id, trace_id, QueueItemState.COMPLETE, "somebody else")
    assert done.completed_by == "admin"
    await admin.close()
