"""Gold answers stay with the lead until the sprint is closed, and go to the server on request alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.program import Program
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment

pytestmark = pytest.mark.slow

NAME, SLUG = "Golden", "golden"


def written(experiment: SprintExperiment) -> list[dict[str, Any]]:
    """Everything that is said about the experiment's traces."""
    return [
        each
        for trace in experiment.traces
        for each in experiment.server.http.get(f"/api/3.0/mlflow/traces/{trace}")
        .json()["trace"]["trace_info"]
        .get("assessments", [])
    ]


def test_gold_answers_are_on_no_server_before_the_lead_puts_them_there(labeler: Program) -> None:
    experiment = SprintExperiment(8)
    gold = sorted(experiment.traces)[:2]
    said = [{"trace_id": each, "name": "correct", "value": "yes", "rationale": "by the book"} for each in gold]
    (labeler.work / "gold.jsonl").write_text("\n".join(map(json.dumps, said)))
    (labeler.work / "other.jsonl").write_text(json.dumps(said[0]))
    assert experiment.create(labeler, NAME, "--gold", "gold.jsonl", "--yes").code == 0
    where = ("-b", experiment.server.url, "-e", experiment.id)
    assert experiment.sprint(labeler, "status", NAME, "--gold", "gold.jsonl").code == 0
    assert labeler.run("report", "--sprint", NAME, "--gold", "gold.jsonl", *where).code == 0
    assert written(experiment) == []
    refused = experiment.sprint(labeler, "close", NAME, "--gold", "other.jsonl", "--yes")
    assert (refused.code, "is not the gold file" in refused.err) == (2, True)
    asked = experiment.sprint(labeler, "close", NAME, "--gold", "gold.jsonl")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    shown = experiment.sprint(labeler, "close", NAME, "--gold", "gold.jsonl", "--dry-run")
    assert (shown.code, "This puts 2 gold answers" in shown.err) == (0, True)
    assert experiment.plan(SLUG)["state"] == "open"

    closed = experiment.sprint(labeler, "close", NAME)
    assert closed.code == 0, closed.err
    assert "Its 2 gold answers stay on this machine" in closed.err
    assert written(experiment) == []

    for trace in gold:
        for who in PEOPLE[:2]:
            experiment.label(trace, who, who == PEOPLE[0], SLUG)
    for _ in range(2):
        put = experiment.sprint(labeler, "close", NAME, "--gold", "gold.jsonl", "--yes")
        assert put.code == 0, put.err
        assert "The gold answers are on the server." in put.err
    rows = [each for each in written(experiment) if each.get("metadata", {}).get("labeler.role") == "gold"]
    assert sorted(each["trace_id"] for each in rows) == gold
    for row in rows:
        assert (row["feedback"]["value"], row["rationale"], row["source"]["source_id"]) == (True, "by the book", LEAD)
        assert row["metadata"]["labeler.sprint"] == SLUG

    told = labeler.run("report", "--sprint", NAME, *where, "--json").lines[0]
    assert told["sprint"]["gold"]["reviewers"] == [
        {"reviewer": "ana@x.io", "right": 2, "of": 2},
        {"reviewer": "bo@x.io", "right": 0, "of": 2},
    ]
    assert [each["reviewer"] for each in told["reviewers"]] == [], "nobody's label counts as agreement"
    reopened = experiment.sprint(labeler, "reopen", NAME)
    assert (reopened.code, "The gold answers are on the server" in reopened.err) == (0, True)


def test_a_sprint_without_gold_has_none_to_put_there(labeler: Program) -> None:
    experiment = SprintExperiment(4)
    assert experiment.create(labeler, NAME, "--calibrate", "2", "--yes").code == 0
    (labeler.work / "gold.jsonl").write_text(
        json.dumps({"trace_id": experiment.traces[0], "name": "correct", "value": True})
    )
    refused = experiment.sprint(labeler, "close", NAME, "--gold", "gold.jsonl", "--yes")
    assert (refused.code, "has no gold items" in refused.err) == (2, True)
    assert experiment.sprint(labeler, "close", NAME).code == 0
    reopened = experiment.sprint(labeler, "reopen", NAME)
    assert "for its calibration" in reopened.out
    assert experiment.plan(SLUG)["state"] == "calibrating"
