"""A report as metrics of a run: names that MLflow takes, each figure under its own subject."""

from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import _validate_metric_name

from labeler.agreement.report_model import AgreementReport
from labeler.domain.question import PassFail, Question
from labeler.reports.metrics_view import report_as_metrics
from labeler.reports.report import Report, ReportSource
from tests.agreement.assessments import CORRECT, MODES, judgement, label, report_of


def metrics_of(figures: AgreementReport) -> dict[str, float]:
    return report_as_metrics(Report(figures, ReportSource("here"), None, "0.2.0"))


@pytest.mark.parametrize(
    "name",
    [
        "tools//used",
        "n/a/",
        "../up",
        "./here",
        "...",
        "/",
        "ton/Höflichkeit?!",
        "a:b=c",
        "two\nlines",
        "x" * 300,
        "a/" * 150,
    ],
)
def test_whatever_a_question_is_called_mlflow_takes_the_names_of_its_figures(name: str) -> None:
    people = [label(f"t-{item}", who, item % 3 > 0, name) for item in range(25) for who in ("ana", "bo")]
    metrics = metrics_of(report_of(people, Question(name, PassFail("Yes", "No"))))
    assert {each.partition(".")[0] for each in metrics} >= {"items", "labels", "percent", "alpha"}
    for each in metrics:
        _validate_metric_name(each)
    with pytest.raises(MlflowException):
        _validate_metric_name("kappa.https_//judge.example/v1")


def test_each_judge_keeps_its_own_figures_also_where_one_of_them_is_not_defined() -> None:
    people = [label(f"t-{item}", who, item % 2 == 0) for item in range(25) for who in ("ana", "bo")]
    constant = [judgement("t-99", True, "gpt")]
    able = [judgement(f"t-{item}", item % 2 == 0, "gpt", "verdict") for item in range(25)]
    metrics = metrics_of(report_of([*people, *constant, *able], CORRECT, judges={"verdict": "correct"}))
    assert "kappa.correct/gpt" not in metrics
    assert metrics["judged.correct/gpt"] == 1.0
    assert (metrics["judged.correct/verdict by gpt"], metrics["kappa.correct/verdict by gpt"]) == (25.0, 1.0)


def test_options_are_subjects_of_their_own_and_an_interval_is_none() -> None:
    people = [label(f"t-{item}", who, ["wrong"] * (item % 2), "modes") for item in range(25) for who in ("ana", "bo")]
    people += [label(f"t-{item}", who, item % 4 > 0, "alpha_low") for item in range(25) for who in ("ana", "bo")]
    metrics = metrics_of(report_of(people, MODES, Question("alpha_low", PassFail("Yes", "No"))))
    assert metrics["alpha.modes/wrong"] == 1.0
    assert metrics["alpha_low.alpha_low"] <= metrics["alpha.alpha_low"] == 1.0
