"""A report for programs: a figure that is null has a reason beside it."""

from __future__ import annotations

from typing import Any

from labeler.reports.json_view import report_as_json
from labeler.reports.report import Report, ReportSource
from tests.agreement.assessments import CORRECT, MODES, judgement, label, report_of


def test_a_judges_and_an_options_figures_that_are_not_defined_say_why() -> None:
    people = [label(f"t-{item}", who, True) for item in range(25) for who in ("ana", "bo")]
    people += [label(f"t-{item}", who, ["wrong"] * (item % 2), "modes") for item in range(25) for who in ("ana", "bo")]
    judged = [judgement(f"t-{item}", True) for item in range(25)] + [judgement("t-99", True, "v2")]
    figures = report_of([*people, *judged], CORRECT, MODES)
    told: Any = report_as_json(Report(figures, ReportSource("here"), None, "0.2.0"))
    modes = next(each for each in told["questions"] if each["name"] == "modes")
    assert {option: (its["alpha"], its["note"]) for option, its in modes["options"].items()} == {
        "wrong": (1.0, None),
        "unsafe": (None, "everybody said No"),
        "rude": (None, "everybody said No"),
    }
    assert [(each["source"], each["kappa"], each["note"]) for each in told["judges"]] == [
        ("judge-v1", None, "people and judge said Correct everywhere"),
        ("v2", None, "no judged item has a consensus of people"),
    ]
