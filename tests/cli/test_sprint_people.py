"""People come and go in a sprint on a real server, it is opened, closed and deleted, and nothing that is done moves."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cli.program import Program
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server, many a test

NAME = "Autumn"


def people_of(assigned: dict[str, dict[str, str]]) -> Counter[str]:
    return Counter(trace for items in assigned.values() for trace in items)


def done(assigned: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    return {(who, trace) for who, items in assigned.items() for trace, state in items.items() if state == "COMPLETE"}


def pending(items: dict[str, str]) -> int:
    return [*items.values()].count("PENDING")


def test_people_come_and_go(labeler: Program) -> None:
    experiment = SprintExperiment(12)
    assert experiment.create(labeler, NAME, "--yes", "--seed", "4").code == 0
    for who in PEOPLE:
        for trace in sorted(experiment.items(f"{NAME} · {who}"))[:2]:
            experiment.set_status(f"{NAME} · {who}", trace, "COMPLETE", who)
    before = experiment.assigned(NAME)

    shown = experiment.sprint(labeler, "add", NAME, "-r", "ida@x.io", "--dry-run")
    assert shown.code == 0, shown.err
    assert "ida@x.io gets 4 items" in shown.out
    assert experiment.assigned(NAME) == before
    assert experiment.sprint(labeler, "add", NAME, "-r", "ida@x.io").code == 2, "nobody can be asked"
    added = experiment.sprint(labeler, "add", NAME, "-r", "ida@x.io", "--yes")
    assert added.code == 0, added.err
    assert f"-q {NAME}" in added.out
    joined = experiment.assigned(NAME)
    assert done(joined) == done(before)
    assert {*people_of(joined).values()} == {2}
    lefts = [pending(items) for items in joined.values()]
    assert max(lefts) - min(lefts) <= 1
    assert experiment.queues[f"{NAME} · ida@x.io"]["users"] == ["ida@x.io"]
    assert sorted(experiment.plan("autumn")["queues"].values()) == sorted([*PEOPLE, "ida@x.io"])
    again = experiment.sprint(labeler, "add", NAME, "-r", " IDA@x.io", "--yes")
    assert again.code == 2
    assert "is a reviewer of “Autumn” already" in again.err

    dropped = experiment.sprint(labeler, "drop", NAME, "-r", "bo@x.io", "--yes", "--json")
    assert dropped.code == 0, dropped.err
    after = experiment.assigned(NAME)
    assert done(after) == done(joined)
    assert {*after["bo@x.io"].values()} == {"COMPLETE"}
    assert {*people_of(after).values()} == {2}
    assert {each["taken_from"] for each in dropped.lines[0]["moves"]} == {"bo@x.io"}
    assert experiment.plan("autumn")["left"] == ["bo@x.io"]
    nobody = experiment.sprint(labeler, "drop", NAME, "-r", "eve", "--yes")
    assert nobody.code == 2
    assert "eve is no reviewer of “Autumn”. There are" in nobody.err

    back = experiment.sprint(labeler, "add", NAME, "-r", "bo@x.io", "--yes")
    assert back.code == 0, back.err
    assert experiment.plan("autumn")["left"] == []
    assert done(experiment.assigned(NAME)) == done(before)
    assert {*people_of(experiment.assigned(NAME)).values()} == {2}


def test_a_deleted_queue_is_made_again(labeler: Program) -> None:
    experiment = SprintExperiment(9)
    assert experiment.create(labeler, NAME, "--yes", "--seed", "4").code == 0
    lost = experiment.queues[f"{NAME} · cem@x.io"]["queue_id"]
    experiment.server.post("/api/3.0/mlflow/review-queues/delete", {"queue_id": lost})
    repaired = experiment.sprint(labeler, "rebalance", NAME, "--yes")
    assert repaired.code == 0, repaired.err
    assert "The queue of cem@x.io is made again." in repaired.err
    assigned = experiment.assigned(NAME)
    assert {*people_of(assigned).values()} == {2}
    assert {pending(items) for items in assigned.values()} == {6}
    plan = experiment.plan("autumn")
    assert lost not in plan["queues"]
    assert experiment.queues[f"{NAME} · cem@x.io"]["queue_id"] in plan["queues"]
    even = experiment.sprint(labeler, "rebalance", NAME, "--yes")
    assert even.code == 0
    assert "Nothing was to be changed" in even.out


def test_a_sprint_is_opened_closed_opened_again_and_deleted(labeler: Program) -> None:
    experiment = SprintExperiment(9)
    made = experiment.create(labeler, NAME, "--calibrate", "3", "--yes", "--seed", "4")
    assert made.code == 0, made.err
    calibration = {*experiment.plan("autumn")["calibration"]}
    opened = experiment.sprint(labeler, "open", NAME)
    assert opened.code == 0, opened.err
    assigned = experiment.assigned(NAME)
    assert all(calibration <= items.keys() for items in assigned.values())
    assert {count for trace, count in people_of(assigned).items() if trace not in calibration} == {2}
    assert len(people_of(assigned)) == 9
    assert experiment.plan("autumn")["state"] == "open"
    assert "is open already" in experiment.sprint(labeler, "open", NAME).out

    experiment.label(experiment.traces[0], "ana@x.io", True, "autumn")
    assert experiment.sprint(labeler, "close", NAME).code == 0
    assert experiment.plan("autumn")["state"] == "closed"
    for action in (("rebalance", NAME), ("drop", NAME, "-r", "bo@x.io"), ("open", NAME)):
        refused = experiment.sprint(labeler, *action)
        assert refused.code == 2
        assert "closed" in refused.err
    assert experiment.sprint(labeler, "reopen", NAME).code == 0
    assert experiment.sprint(labeler, "reopen", NAME).code == 2

    assert experiment.sprint(labeler, "delete", NAME).code == 2, "nobody can be asked for its name"
    deleted = experiment.sprint(labeler, "delete", NAME, "--yes")
    assert deleted.code == 0, deleted.err
    assert not experiment.queues
    assert not experiment.tags
    info = experiment.server.http.get(f"/api/3.0/mlflow/traces/{experiment.traces[0]}").json()
    assert len(info["trace"]["trace_info"]["assessments"]) == 1, "labels are never deleted"
    assert experiment.create(labeler, NAME, "--yes").code == 0, "the name is free again"


@pytest.mark.parametrize("action", [("close", NAME), ("rebalance", NAME)])
def test_a_plan_that_was_changed_meanwhile_is_not_written_over(labeler: Program, action: tuple[str, ...]) -> None:
    experiment = SprintExperiment(2)
    tag = {"experiment_id": experiment.id, "key": "labeler.sprint.autumn", "value": '{"format": 1}'}
    experiment.server.post("/api/2.0/mlflow/experiments/set-experiment-tag", tag)
    refused = experiment.sprint(labeler, *action[:1], "autumn", by=LEAD)
    assert refused.code == 2
    assert "was changed by somebody else" in refused.err
    assert experiment.tags == {"labeler.sprint.autumn": '{"format": 1}'}
