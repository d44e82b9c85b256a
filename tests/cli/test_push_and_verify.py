from __future__ import annotations

import json
from typing import Any

import pytest

from labeler.domain.destination import Destination
from tests.cli.program import Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import Experiment

pytestmark = pytest.mark.slow


def write(labeler: Program, *lines: object) -> str:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (labeler.work / "labels.jsonl").write_text(text + "\n", encoding="utf-8")
    return "labels.jsonl"


def human(experiment: Experiment, trace_id: str) -> list[dict[str, Any]]:
    return [label for label in experiment.labels(trace_id) if label["source"]["source_type"] == "HUMAN"]


def test_a_file_is_pushed_once_however_often_it_is_pushed(labeler: Program, experiment: Experiment) -> None:
    one, two, three = experiment.trace_ids
    file = write(
        labeler,
        {"trace_id": one, "name": "helpful", "value": True, "rationale": "clear"},
        {"trace_id": two, "name": "expected", "value": {"answer": "05:42"}, "kind": "expectation", "reviewer": "bo"},
        {"trace_id": three, "name": "score", "value": 4, "assessment_id": "a-" + "1" * 32},
    )
    options = ("-b", experiment.server.url, "-r", "ana")
    for queued in ("3 queued.", "0 queued, 3 were known already."):
        ended = labeler.run("push", file, *options)
        assert ended.code == 0, ended.err
        assert queued in ended.err
        assert labeler.run("sync", "-b", experiment.server.url).code == 0
    (helpful,) = human(experiment, one)
    assert (helpful["feedback"]["value"], helpful["rationale"], helpful["source"]["source_id"]) == (
        True,
        "clear",
        "ana",
    )
    (expected,) = human(experiment, two)
    assert expected["source"]["source_id"] == "bo"
    (score,) = human(experiment, three)
    assert score["assessment_id"] == "a-" + "1" * 32
    verified = labeler.run("verify", "-b", experiment.server.url, "--json")
    assert (verified.code, verified.lines) == (0, [{"checked": 3, "ok": 3, "problems": []}])


def test_what_was_exported_and_is_pushed_back_is_known(labeler: Program, experiment: Experiment) -> None:
    file = write(
        labeler, {"trace_id": experiment.trace_ids[0], "name": "helpful", "value": "so ⟨so⟩", "reviewer": "ana"}
    )
    assert labeler.run("push", file, "-b", experiment.server.url).code == 0
    exported = labeler.run("export", "--local")
    again = labeler.run("push", "-", "-b", experiment.server.url, stdin=exported.out)
    assert "0 queued, 1 were known already" in again.err


def test_an_answer_given_at_another_backend_is_told_and_can_be_pushed_with_a_journal_of_its_own(
    labeler: Program, experiment: Experiment
) -> None:
    (given,) = queue(labeler, Destination("local:/elsewhere.db", "", "1"), experiment.trace_ids[:1])
    line = {"trace_id": given.trace_id, "name": given.name, "value": True, "assessment_id": given.id, "reviewer": "ana"}
    file = write(labeler, line)
    told = labeler.run("push", file, "-b", experiment.server.url)
    assert told.code == 2
    assert "line 1: This answer was given at local:/elsewhere.db" in told.err
    assert "--data-dir" in told.err
    for _ in range(2):
        options = ("-b", experiment.server.url, "--data-dir", str(labeler.work / "other"))
        assert labeler.run("push", file, *options).code == 0
        assert labeler.run("sync", *options).code == 0
    (label,) = experiment.human_labels(experiment.trace_ids[0])
    assert label["assessment_id"] == given.id


def test_a_bad_line_is_told_with_its_number_and_nothing_is_queued_unless_asked(
    labeler: Program, experiment: Experiment
) -> None:
    file = write(
        labeler,
        {"trace_id": experiment.trace_ids[0], "name": "helpful", "value": True},
        "no JSON",
        "",
        {"trace_id": "tr-none", "name": "helpful", "value": True},
        {"trace_id": experiment.trace_ids[1], "name": "helpful", "value": True, "valid": False},
        {"trace_id": experiment.trace_ids[2], "name": "big", "value": 2**60},
        {"trace_id": experiment.trace_ids[2], "name": "helpful", "value": True, "reviewer": "default"},
        {"trace_id": experiment.trace_ids[2], "name": "helpful", "value": True, "reviewer": " "},
    )
    options = ("-b", experiment.server.url, "-r", "ana")
    refused = labeler.run("push", file, *options)
    assert refused.code == 2
    assert [number for number in range(1, 10) if f"labels.jsonl, line {number}: " in refused.err] == [2, 4, 5, 6, 7, 8]
    assert labeler.run("outbox", "list", "--json").lines == []
    skipped = labeler.run("push", file, "--skip-bad", *options)
    assert skipped.code == 1
    assert "1 queued." in skipped.err
    assert [row["trace_id"] for row in labeler.run("outbox", "list", "--json").lines] == [experiment.trace_ids[0]]


def test_a_push_needs_a_reviewer_only_for_lines_that_name_none(labeler: Program, experiment: Experiment) -> None:
    file = write(labeler, {"trace_id": experiment.trace_ids[0], "name": "helpful", "value": True})
    nobody = labeler.run("push", file, "-b", experiment.server.url)
    assert nobody.code == 2
    assert "--reviewer" in nobody.err
    assert labeler.run("push", "none.jsonl", "-b", experiment.server.url).code == 2


def test_what_became_of_answers_behind_our_back_is_found(labeler: Program, experiment: Experiment) -> None:
    file = write(
        labeler,
        *(
            {"trace_id": trace_id, "name": "helpful", "value": True, "reviewer": "ana"}
            for trace_id in experiment.trace_ids
        ),
    )
    options = ("-b", experiment.server.url)
    assert labeler.run("push", file, *options).code == 0
    assert labeler.run("sync", *options).code == 0
    deleted, changed, superseded = experiment.trace_ids
    path = "/api/3.0/mlflow/traces/{}/assessments"
    ids = {trace_id: human(experiment, trace_id)[0]["assessment_id"] for trace_id in experiment.trace_ids}
    experiment.server.http.delete(f"{path.format(deleted)}/{ids[deleted]}").raise_for_status()
    patch = {"assessment": {"feedback": {"value": False}}, "update_mask": "feedback"}
    experiment.server.http.patch(f"{path.format(changed)}/{ids[changed]}", json=patch).raise_for_status()
    override = {
        "assessment_name": "helpful",
        "source": {"source_type": "HUMAN", "source_id": "bo"},
        "overrides": ids[superseded],
        "feedback": {"value": False},
    }
    experiment.server.post(path.format(superseded), {"assessment": override})
    ended = labeler.run("verify", *options, "--json")
    assert ended.code == 1
    (result,) = ended.lines
    assert (result["checked"], result["ok"]) == (3, 0)
    assert {(each["kind"], each["trace_id"], each["by"]) for each in result["problems"]} == {
        ("missing", deleted, None),
        ("changed", changed, None),
        ("superseded", superseded, "bo"),
    }
    assert {tuple(each) for each in result["problems"]} == {("kind", "assessment_id", "trace_id", "by", "advice")}
    told = labeler.run("verify", *options).out
    assert "superseded by bo" in told
    assert all(each["advice"] in told for each in result["problems"])


def test_a_label_with_the_id_of_a_file_reaches_the_trace_that_mlflow_calls_otherwise(
    labeler: Program, experiment: Experiment
) -> None:
    trace_id = experiment.trace_ids[0]
    digits = trace_id.removeprefix("tr-")
    file = write(labeler, {"trace_id": digits, "name": "helpful", "value": True, "reviewer": "ana"})
    for queued in ("1 queued.", "0 queued, 1 were known already."):
        ended = labeler.run("push", file, "-b", experiment.server.url)
        assert (ended.code, queued in ended.err) == (0, True), ended.err
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    (label,) = human(experiment, trace_id)
    assert label["assessment_name"] == "helpful"
    shown = labeler.run("show", "--json", digits, "-b", experiment.server.url)
    assert [each["trace_id"] for each in shown.lines] == [trace_id]
