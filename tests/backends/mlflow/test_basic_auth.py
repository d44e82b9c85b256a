"""A server with users: who am I, what may I, and what a refusal says."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from labeler.backends.base import Forbidden
from labeler.backends.mlflow.backend import open_backend
from labeler.backends.mlflow.credentials import Credentials
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import Query
from tests.servers.environments import packages
from tests.servers.filling import create_queue, log, recordings
from tests.servers.mlflow_server import MlflowServer

pytestmark = pytest.mark.slow

ADMIN = ("admin", "an admin's password")


@pytest.fixture(scope="module")
def auth_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    directory = tmp_path_factory.mktemp("auth")
    config = directory / "basic_auth.ini"
    config.write_text(
        "[mlflow]\ndefault_permission = READ\n"
        f"database_uri = sqlite:///{directory}/users.db\nadmin_username = {ADMIN[0]}\nadmin_password = {ADMIN[1]}\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    extra = packages(request.config.cache, "Flask-WTF")
    server = MlflowServer(
        directory,
        options=("--workers", "1", "--app-name", "basic-auth"),
        environ={
            "PYTHONPATH": os.pathsep.join(filter(None, [str(extra), os.environ.get("PYTHONPATH", "")])),
            "MLFLOW_AUTH_CONFIG_PATH": str(config),
            "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN[1],
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "only for tests",
        },
        auth=ADMIN,
    )
    server.start()
    server.post("/api/2.0/mlflow/users/create", {"username": "ana", "password": "ana's own password"})
    yield server
    server.close()


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

    reader = await open_backend(auth_server.url, Credentials("a test", SecretStr("ana's own password"), "ana"))
    assert (await reader.capabilities()).queues
    assert await reader.whoami() == "ana"
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
