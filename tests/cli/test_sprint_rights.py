"""A sprint on a server with users: each refusal names the right to ask for, and ends with 77."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.cli.program import Ended, Program
from tests.servers.basic_auth import READER, basic_auth_server
from tests.servers.mlflow_server import MlflowServer
from tests.servers.sprint_experiment import SprintExperiment

pytestmark = pytest.mark.slow

PASSWORD = "a password of twelve"
QUESTION = '[[questions]]\nname = "tone"\ninput = "text"\n'


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowServer]:
    with basic_auth_server(request.config.cache, tmp_path_factory.mktemp("auth")) as server:
        for user in ("editor", "manager"):
            server.post("/api/2.0/mlflow/users/create", {"username": user, "password": PASSWORD})
        yield server


@pytest.fixture(scope="module")
def experiment(server: MlflowServer) -> SprintExperiment:
    experiment = SprintExperiment(4, server)
    for user, permission in (("editor", "EDIT"), ("manager", "MANAGE")):
        granted = {"username": user, "resource_type": "experiment", "resource_id": experiment.id}
        server.post("/api/3.0/mlflow/users/permissions/grant", granted | {"permission": permission})
    return experiment


def as_user(labeler: Program, experiment: SprintExperiment, user: str, *arguments: str) -> Ended:
    password = READER[1] if user == READER[0] else PASSWORD
    command = arguments if arguments[0] == "report" else ("sprint", *arguments)
    return labeler.run(
        *command, "-b", experiment.server.url, "-e", experiment.id,
        MLFLOW_TRACKING_USERNAME=user, MLFLOW_TRACKING_PASSWORD=password,
    )  # fmt: skip


def test_each_refusal_names_the_right_to_ask_for(labeler: Program, experiment: SprintExperiment) -> None:
    (labeler.work / "tone.toml").write_text(QUESTION)
    who = ("--reviewers", "editor,stranger", "--overlap", "1", "--yes")

    refused = as_user(labeler, experiment, READER[0], "create", "Read", *who)
    assert refused.code == 77, refused.err
    assert "Ask for MANAGE" in refused.err
    assert not experiment.queues

    refused = as_user(labeler, experiment, "editor", "create", "New questions", *who, "--questions", "tone.toml")
    assert refused.code == 77, refused.err
    assert "To make questions takes MANAGE" in refused.err
    assert "have these made by somebody who has it: tone" in refused.err

    made = as_user(labeler, experiment, "editor", "create", "Known questions", *who)
    assert made.code == 0, made.err
    assert "stranger is not a user of this server; they could not sign in." in made.err

    managed = as_user(labeler, experiment, "manager", "create", "Managed", *who, "--questions", "tone.toml")
    assert managed.code == 0, managed.err
    added = as_user(labeler, experiment, "editor", "add", "Managed", "-r", "ana", "--yes")
    assert added.code == 77, added.err
    assert "To see others' queues takes MANAGE on the experiment" in added.err
    kept_out = as_user(labeler, experiment, "editor", "adjudicate", "Managed")
    assert kept_out.code == 77, kept_out.err
    assert "To see others' queues takes MANAGE on the experiment" in kept_out.err
    listed = as_user(labeler, experiment, READER[0], "list")
    assert listed.code == 0, listed.err
    assert "Managed" in listed.out
    for hidden in (
        ("handover", "Managed", "--expectations", "--yes"),
        ("status", "Managed"),
        ("report", "--sprint", "Managed", "--log-run"),
    ):
        kept_out = as_user(labeler, experiment, READER[0], *hidden)
        assert kept_out.code == 77, kept_out.err
        assert "To see others' queues takes MANAGE on the experiment" in kept_out.err
    made_none = experiment.server.post("/api/2.0/mlflow/runs/search", {"experiment_ids": [experiment.id]})
    assert "runs" not in made_none
    changed = as_user(labeler, experiment, READER[0], "close", "Managed")
    assert changed.code == 77
    assert "Ask for EDIT" in changed.err


def test_who_watches_asks_a_server_with_sign_in_once_a_minute(labeler: Program, experiment: SprintExperiment) -> None:
    made = as_user(labeler, experiment, "manager", "create", "Slowly", "--reviewers", "ana", "--overlap", "1", "--yes")
    assert made.code == 0, made.err
    labeler.environment |= {"MLFLOW_TRACKING_USERNAME": "manager", "MLFLOW_TRACKING_PASSWORD": PASSWORD}
    watching = labeler.start("sprint", "status", "Slowly", "--watch", "-b", experiment.server.url, "-e", experiment.id)
    try:
        assert watching.stdout is not None
        while "Read again" not in (line := watching.stdout.readline().decode()):
            assert line, watching.communicate()
        assert "Read again every 60 s" in line
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 130
    finally:
        watching.kill()
        watching.communicate()


def test_what_was_labelled_in_a_deleted_queue_is_left_to_its_reviewer_to_finish(
    labeler: Program, experiment: SprintExperiment
) -> None:
    made = as_user(labeler, experiment, "manager", "create", "Deleted", "--reviewers", "ana", "--overlap", "1", "--yes")
    assert made.code == 0, made.err
    [trace, *_] = experiment.items("Deleted · ana")
    experiment.label(trace, "ana", True, "deleted")
    experiment.delete_queue("Deleted · ana")
    repaired = as_user(labeler, experiment, "manager", "rebalance", "Deleted", "--yes")
    assert repaired.code == 0, repaired.err
    assert "is open in the new one: this server lets only reviewers finish their items" in repaired.err
    assert [*experiment.items("Deleted · ana").values()] == ["PENDING"] * 4
