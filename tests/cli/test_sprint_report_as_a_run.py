"""`labeler report --sprint NAME --log-run` on real servers: the figures as metrics of a run, the page as its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Ended, Program
from tests.servers.mlflow_server import MlflowServer
from tests.servers.sprint_experiment import PEOPLE, SprintExperiment
from tests.servers.sprint_labels import JUDGE, NAME, LabelledSprint

pytestmark = pytest.mark.slow


def log_run(lead: Program, server: MlflowServer, experiment_id: str, sprint: str, *more: str) -> Ended:
    return lead.run("report", "--sprint", sprint, "-b", server.url, "-e", experiment_id, "--log-run", *more)


def runs(server: MlflowServer, experiment_id: str) -> list[dict[str, Any]]:
    told = server.post("/api/2.0/mlflow/runs/search", {"experiment_ids": [experiment_id]})
    found: list[dict[str, Any]] = told.get("runs", [])
    return found


def test_the_figures_of_a_report_are_the_metrics_of_a_run_and_its_page_is_there(labeler: Program) -> None:
    sprint = LabelledSprint(labeler)
    server, experiment = sprint.experiment.server, sprint.experiment
    ended = log_run(labeler, server, experiment.id, NAME, "--gold", "gold.jsonl", "--json")
    assert ended.code == 0, ended.err
    [told], [run] = ended.lines, runs(server, experiment.id)
    info, logged = run["info"], {each["key"]: each["value"] for each in run["data"]["metrics"]}
    assert (info["run_name"], info["status"]) == (f"{NAME} report", "FINISHED")
    assert f"{server.url}/#/experiments/{experiment.id}/runs/{info['run_id']}" in ended.err
    assert f"{len(logged)} figures were logged as the run “{NAME} report”" in ended.err
    for question in told["questions"]:
        name, interval = question["name"], question["ci"]
        assert logged[f"alpha.{name}"] == pytest.approx(question["alpha"])
        assert [logged[f"alpha_low.{name}"], logged[f"alpha_high.{name}"]] == pytest.approx(interval)
        assert logged[f"items.{name}"] == question["items"]
    [judge] = told["judges"]
    assert logged[f"kappa.correct/{JUDGE}"] == pytest.approx(judge["kappa"])
    where = f"/api/2.0/mlflow-artifacts/artifacts/{experiment.id}/{info['run_id']}/artifacts/report.html"
    page = server.http.get(where)
    page.raise_for_status()
    assert page.text.startswith("<!doctype html>")
    assert NAME in page.text


def test_a_server_that_takes_no_files_keeps_the_figures_and_it_is_said(tmp_path: Path, labeler: Program) -> None:
    server = MlflowServer(tmp_path, options=("--workers", "1", "--no-serve-artifacts"))
    server.start()
    try:
        experiment = SprintExperiment(4, server)
        assert experiment.create(labeler, "Autumn", "--overlap", "2", "--yes").code == 0
        for trace in experiment.traces:
            for who in PEOPLE[:2]:
                experiment.label(trace, who, True, "autumn")
        ended = log_run(labeler, server, experiment.id, "Autumn")
        assert ended.code == 1
        assert "report.html was not attached to the run: the files of this experiment's runs are kept in a" in ended.err
        assert "Its figures are logged" in ended.err
        [run] = runs(server, experiment.id)
        assert run["info"]["status"] == "FINISHED"
        assert {each["key"] for each in run["data"]["metrics"]} >= {"items.correct", "labels.correct"}
    finally:
        server.close()


def test_the_embedded_store_keeps_no_runs_and_says_so_before_anything_is_read(labeler: Program) -> None:
    ended = labeler.run("report", "--sprint", "Autumn", "-b", "local:nowhere/store.db", "--log-run")
    assert (ended.code, ended.out) == (2, "")
    assert "--log-run: an MLflow server keeps runs, and local:nowhere/store.db does not" in ended.err


def test_only_the_report_of_a_sprint_is_logged(labeler: Program) -> None:
    ended = labeler.run("report", "--local", "--log-run")
    assert (ended.code, ended.out) == (2, "")
    assert "--log-run logs the report of a sprint: name it with --sprint" in ended.err
