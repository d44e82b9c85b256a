"""Labels that are exported and pushed: to the server they came from nothing is added, whoever wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mlflow
import pytest
from mlflow.entities import AssessmentError, AssessmentSource

from tests.cli.program import Ended, Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import NAMES, Experiment
from tests.servers.mlflow_server import MlflowServer

pytestmark = pytest.mark.slow  # starts a program for each case, some of them many

_PATH = "/api/3.0/mlflow/traces/{}/assessments"


@contextmanager
def client_of(server: MlflowServer) -> Iterator[None]:
    """MLflow's own client, at this server."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(server.url)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)


def label_by_others(experiment: Experiment) -> None:
    """Labels in every form that programs other than labeler leave."""
    one, two, three = experiment.trace_ids
    ana = AssessmentSource("HUMAN", "ana@harbour.example")
    nested: Any = {"a": [1, True, None, "ü"], "b": {}}
    with client_of(experiment.server):
        stars = mlflow.log_feedback(trace_id=one, name="stars", value=4, rationale="fine", source=ana)
        assert stars.assessment_id is not None
        mlflow.override_feedback(trace_id=one, assessment_id=stars.assessment_id, value=2, source=ana)
        mlflow.log_feedback(trace_id=one, name="share", value=0.1 + 0.2, source=ana, metadata={"page": "7"})
        mlflow.log_feedback(trace_id=two, name="parts", value=nested, source=ana)
        mlflow.log_feedback(trace_id=two, name="on a span", value="so so", source=ana, span_id="00000000000000ab")
        failed = AssessmentError("TIMEOUT", "it took too long")
        mlflow.log_feedback(trace_id=two, name="failed", error=failed, source=ana)
        mlflow.log_feedback(trace_id=two, name="by a judge", value=True, source=AssessmentSource("LLM_JUDGE", "j/1"))
        mlflow.log_expectation(trace_id=three, name="expected", value="05:42", source=ana)
        mlflow.log_expectation(trace_id=three, name="facts", value=["05:42", {"pier": 2**60}], source=ana)
        mlflow.log_expectation(trace_id=three, name="by nobody known", value="x")
    page = {"create_time": "2026-01-31T10:00:00+02:00", "source": {"source_type": "HUMAN", "source_id": "kim"}}
    nobody = {"source": {"source_type": "HUMAN"}}
    for name, more in (
        *(("page", page), ("of nobody", nobody), ("n" * 300, page)),
        ("NUL", page | {"rationale": "a\x00b"}),
    ):
        experiment.server.post(
            _PATH.format(three), {"assessment": {"assessment_name": name, **more, "feedback": {"value": 3}}}
        )


def all_labels(experiment: Experiment) -> list[list[dict[str, Any]]]:
    return [experiment.labels(trace_id) for trace_id in experiment.trace_ids]


def pushed(labeler: Program, experiment: Experiment, text: str, *options: str) -> Ended:
    (labeler.work / "labels.jsonl").write_text(text, encoding="utf-8")
    return labeler.run("push", "labels.jsonl", "-b", experiment.server.url, *options)


def test_what_is_exported_and_pushed_to_the_same_server_is_known_whoever_wrote_it(
    labeler: Program, experiment: Experiment
) -> None:
    label_by_others(experiment)
    queue(labeler, experiment.place, experiment.trace_ids[:1])
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    before = all_labels(experiment)
    exported = labeler.run("export", "-b", experiment.server.url, "-e", experiment.id, "--superseded")
    names = {line["name"] for line in exported.lines}
    assert names == {
        *("stars", "share", "parts", "on a span", "expected", "facts", "by nobody known"),
        *("page", "of nobody", "n" * 300, "NUL", "user_satisfaction"),
    }
    assert "1 left out: they hold no value" in exported.err
    assert "5 that labeler push knows on this server and takes on no other" in exported.err
    count = len(exported.lines)
    for journal in ([], ["--data-dir", str(labeler.work / "fresh")]):
        known = pushed(labeler, experiment, exported.out, *journal)
        assert known.code == 0, known.err
        assert f"0 queued, {count} were known already." in known.err
        assert f"On the server already: {count}." in known.err
        assert labeler.run("outbox", "list", "--json", *journal).lines == []
    assert all_labels(experiment) == before


def test_what_another_server_can_take_is_delivered_there_and_the_rest_is_told_by_line(
    labeler: Program, experiment: Experiment
) -> None:
    label_by_others(experiment)
    exported = labeler.run("export", "-b", experiment.server.url, "-e", experiment.id, "--superseded")
    other = Experiment(*NAMES)
    moved = exported.out
    for here, there in zip(experiment.trace_ids, other.trace_ids, strict=True):
        moved = moved.replace(here, there)
    lines = [json.loads(line) for line in moved.splitlines()]
    for line in lines:
        line["assessment_id"] = "b" + line["assessment_id"][1:]
    text = "\n".join(map(json.dumps, lines))
    refused = pushed(labeler, other, text)
    assert refused.code == 2
    bad = {line["name"] for number, line in enumerate(lines, 1) if f"line {number}: " in refused.err}
    assert bad == {"stars", "by nobody known", "of nobody", "n" * 300, "NUL"}, "of the two stars, the superseded one"
    assert pushed(labeler, other, text, "--skip-bad").code == 1
    synced = labeler.run("sync", "-b", other.server.url, "--json")
    assert synced.lines[0] | {"delivered": 0, "elsewhere": 0} == dict.fromkeys(synced.lines[0], 0)
    again = labeler.run("export", "-b", other.server.url, "-e", other.id)
    said = ("name", "kind", "value", "rationale", "span_id", "reviewer", "assessment_id", "created_at")
    taken = [line for line in lines if line["valid"] and line["name"] not in bad - {"stars"}]
    assert sorted(json.dumps([line[key] for key in said], sort_keys=True) for line in again.lines) == sorted(
        json.dumps([line[key] for key in said], sort_keys=True) for line in taken
    )


@pytest.mark.parametrize("reviewer", [None, "", " ", "default"])
def test_a_line_that_names_nobody_is_refused_and_never_made_mine(
    labeler: Program, experiment: Experiment, reviewer: str | None
) -> None:
    line = {"trace_id": experiment.trace_ids[0], "name": "helpful", "value": True, "reviewer": reviewer}
    refused = pushed(labeler, experiment, json.dumps(line), "-r", "ana")
    assert refused.code == 2
    assert 'line 1: "reviewer"' in refused.err
    assert labeler.run("outbox", "list", "--json").lines == []
    del line["reviewer"]
    assert "1 queued." in pushed(labeler, experiment, json.dumps(line), "-r", "ana").err


def test_a_label_under_the_id_of_another_is_refused_with_what_differs(labeler: Program, experiment: Experiment) -> None:
    trace_id = experiment.trace_ids[0]
    (mine,) = queue(labeler, experiment.place, [trace_id])
    source = {"source_type": "HUMAN", "source_id": "kim"}
    body = {"assessment": {"assessment_name": "stars", "source": source, "rationale": "ok", "feedback": {"value": 4}}}
    theirs = experiment.server.post(_PATH.format(trace_id), body)["assessment"]["assessment_id"]
    line = {"trace_id": trace_id, "name": "stars", "reviewer": "kim", "rationale": "ok", "assessment_id": theirs}
    own = {
        "trace_id": trace_id,
        "name": mine.name,
        "reviewer": "ana",
        "rationale": "=because",
        "assessment_id": mine.id,
    }
    new = {"trace_id": trace_id, "name": "new", "reviewer": "kim", "assessment_id": "a-" + "c" * 32}
    lines = [
        *(line | {"value": 4}, line | {"value": 5}, line | {"value": 4, "reviewer": "bo"}),
        *(own | {"value": True}, own | {"value": False}, new | {"value": 1}, new | {"value": 2}),
    ]
    refused = pushed(labeler, experiment, "\n".join(map(json.dumps, lines)))
    assert refused.code == 2
    assert [number for number in range(1, 9) if f"line {number}: " in refused.err] == [2, 3, 5, 7]
    assert "line 2: The server has another label under this ID" in refused.err
    assert "the value (sent 5, stored 4.0)" in refused.err
    assert 'the reviewer (sent "bo", stored "kim")' in refused.err
    assert "line 5: The journal has another label under this ID" in refused.err
    skipped = pushed(labeler, experiment, "\n".join(map(json.dumps, lines)), "--skip-bad")
    assert "1 queued, 2 were known already." in skipped.err
