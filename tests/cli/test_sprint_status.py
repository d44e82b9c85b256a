"""`labeler sprint status` on a real server: every figure is that of the labels, and what needs a lead is said."""

from __future__ import annotations

import json
import math
import signal
import statistics
import time
from itertools import pairwise
from typing import Any

import krippendorff
import numpy as np
import pytest

from tests.cli.program import Program
from tests.servers.filling import create_schema
from tests.servers.sprint_experiment import PEOPLE, SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server, many a test

NAME, SLUG = "Autumn 2026", "autumn-2026"
QUALITY = {"numeric": {"min_value": 1, "max_value": 5}}


class Labelled:
    """A sprint in which people have labelled: what each said, by trace, and how long they took."""

    def __init__(self, lead: Program) -> None:
        self.experiment = SprintExperiment(36)
        create_schema(self.experiment.server, self.experiment.id, "quality", QUALITY)
        gold = sorted(self.experiment.traces)[:3]
        lines = [json.dumps({"trace_id": each, "name": "correct", "value": True}) for each in gold]
        (lead.work / "gold.jsonl").write_text("\n".join(lines))
        made = self.experiment.create(lead, NAME, "--gold", "gold.jsonl", "--seed", "2", "--yes")
        assert made.code == 0, made.err
        self.gold = gold
        self.said: dict[str, dict[str, bool]] = {who: {} for who in PEOPLE}
        self.took: dict[str, list[int]] = {who: [] for who in PEOPLE}
        for who, share in (("ana@x.io", 1.0), ("bo@x.io", 0.5)):
            items = sorted(self.experiment.assigned(NAME)[who], key=lambda trace: (trace not in gold, trace))
            for at, trace in enumerate(items[: math.ceil(len(items) * share)]):
                value = (sum(map(ord, trace)) % 3 != 0) if who == "ana@x.io" else (sum(map(ord, trace)) % 4 != 0)
                self.said[who][trace] = value
                self.took[who].append(1_000 + 10 * at if who == "ana@x.io" else 20_000 + 10 * at)
                self.experiment.label(trace, who, value, SLUG, duration_ms=str(self.took[who][-1]))
                self.experiment.set_status(f"{NAME} · {who}", trace, "COMPLETE", who)
        some = next(iter(self.said["ana@x.io"]))
        self.experiment.label(some, "default", True)
        self.experiment.label(some, "ana@x.io", not self.said["ana@x.io"][some], "another-sprint")

    @property
    def alpha(self) -> float:
        """Krippendorff's alpha of what was said, without the gold items, by another implementation."""
        traces = sorted({trace for said in self.said.values() for trace in said} - {*self.gold})
        grid = [[float(said[trace]) if trace in said else np.nan for trace in traces] for said in self.said.values()]
        return float(krippendorff.alpha(reliability_data=grid, level_of_measurement="nominal"))


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return Labelled(Program(tmp_path_factory.mktemp("lead")))


def test_every_figure_is_that_of_the_labels(labelled: Labelled, labeler: Program) -> None:
    told = labelled.experiment.sprint(labeler, "status", NAME, "--json")
    assert told.code == 0, told.err
    [status] = told.lines
    assigned = labelled.experiment.assigned(NAME)
    done = {who: [*items.values()].count("COMPLETE") for who, items in assigned.items()}
    assert (status["sprint"], status["state"]) == (NAME, "open")
    assert status["labels"] == {"done": sum(done.values()), "of": sum(map(len, assigned.values()))}
    both = {*labelled.said["ana@x.io"]} & {*labelled.said["bo@x.io"]}
    assert status["items"] == {"of": 36, "with_two": len(both)}
    by_reviewer = {each["reviewer"]: each for each in status["reviewers"]}
    for who in PEOPLE:
        row, took = by_reviewer[who], labelled.took[who]
        assert (row["done"], row["of"], row["declined"]) == (done[who], len(assigned[who]), 0)
        assert row["queue_id"] == labelled.experiment.queues[f"{NAME} · {who}"]["queue_id"]
        median = statistics.median(took) if took else None
        assert row["active_ms_median"] == median
        left = len(assigned[who]) - done[who]
        assert row["left_ms"] == (median * left if median and left else None)
        assert row["gold"] is None
    assert by_reviewer["ana@x.io"]["flags"] == ["too_fast"]
    assert by_reviewer["cem@x.io"]["flags"] == ["never_seen"]
    questions = {each["name"]: each for each in status["questions"]}
    assert questions["correct"]["alpha"] == pytest.approx(labelled.alpha, abs=1e-12)
    assert questions["correct"]["items"] == len(both - {*labelled.gold})
    assert status["outside"] == [{"source_id": "default", "labels": 1}]
    assert status["missing_traces"] == []


@pytest.mark.parametrize("columns", [100, 80])
def test_it_fits_the_terminal(labelled: Labelled, labeler: Program, columns: int) -> None:
    told = labeler.run(
        "sprint", "status", NAME, "-b", labelled.experiment.server.url, "-e", labelled.experiment.id,
        COLUMNS=str(columns), LABELER_REVIEWER="lead",
    )  # fmt: skip
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[0].startswith(f"{NAME}   open since ")
    for words in ("too fast", "never seen", "need somebody", "correct", "1 label by “default”", "3 gold items"):
        assert words in told.out
    assert ("▓" in told.out) is (columns == 100)


def test_gold_is_scored_where_the_lead_has_the_answers(labelled: Labelled, labeler: Program) -> None:
    lines = [json.dumps({"trace_id": each, "name": "correct", "value": True}) for each in labelled.gold]
    (labeler.work / "gold.jsonl").write_text("\n".join(lines))
    [status] = labelled.experiment.sprint(labeler, "status", NAME, "--gold", "gold.jsonl", "--json").lines
    for row in status["reviewers"]:
        said = labelled.said[row["reviewer"]]
        if said:
            right = sum(said[trace] for trace in labelled.gold if trace in said)
            assert row["gold"] == {"right": right, "of": sum(trace in said for trace in labelled.gold)}
    (labeler.work / "gold.jsonl").write_text("\n".join(lines[:2]))
    other = labelled.experiment.sprint(labeler, "status", NAME, "--gold", "gold.jsonl")
    assert other.code == 2
    assert "is not the gold file" in other.err


def test_a_note_is_explained(labelled: Labelled, labeler: Program) -> None:
    told = labelled.experiment.sprint(labeler, "status", NAME, "--explain", "Ana@x.io")
    assert "too fast: under 8 s and under a third of the team's median" in told.out
    assert labelled.experiment.sprint(labeler, "status", NAME, "--explain", "eve").code == 2


def test_it_follows_a_sprint(labelled: Labelled, labeler: Program) -> None:
    experiment = labelled.experiment
    watching = labeler.start("sprint", "status", NAME, "--watch", "1", "-b", experiment.server.url, "-e", experiment.id)
    try:
        assert watching.stdout is not None
        first = watching.stdout.readline().decode()
        trace = next(each for each, state in experiment.assigned(NAME)["cem@x.io"].items() if state == "PENDING")
        experiment.label(trace, "cem@x.io", True, SLUG, duration_ms="21000")
        experiment.set_status(f"{NAME} · cem@x.io", trace, "COMPLETE", "cem@x.io")
        deadline = time.monotonic() + 60
        heads = [first]
        while len(heads) < 2 and time.monotonic() < deadline:
            line = watching.stdout.readline().decode()
            heads += [line] if line.startswith(NAME) else []
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 130
    finally:
        watching.kill()
        watching.communicate()
    counts = [int(head.split("of")[0].split()[-1].replace(",", "")) for head in heads]
    assert [later - earlier for earlier, later in pairwise(counts)] == [1]


def test_what_was_deleted_is_said(labeler: Program) -> None:
    experiment = SprintExperiment(4)
    assert experiment.create(labeler, "Lost", "--calibrate", "2", "--yes").code == 0
    plan = experiment.plan("lost")
    gone: dict[str, Any] = {"experiment_id": experiment.id, "request_ids": plan["calibration"][:1]}
    experiment.server.post("/api/2.0/mlflow/traces/delete-traces", gone)
    schema = {"schema_id": plan["questions"][0]["schema_id"]}
    experiment.server.http.request("DELETE", "/api/3.0/mlflow/label-schemas/delete", json=schema).raise_for_status()
    queue = {"queue_id": experiment.queues["Lost · bo@x.io"]["queue_id"]}
    experiment.server.post("/api/3.0/mlflow/review-queues/delete", queue)
    told = experiment.sprint(labeler, "status", "Lost")
    assert told.code == 0, told.err
    for words in ("1 trace was deleted", "“correct” is gone from the server", "The queue of bo@x.io was deleted"):
        assert words in told.out
    assert "queue deleted" in told.out
