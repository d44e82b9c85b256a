"""Agreement with oneself: what one person said twice, in two scopes, is compared as two people would be."""

from __future__ import annotations

import random

import krippendorff
import numpy as np
import pytest

from labeler.agreement.counted_labels import WasBlind, count_labels
from labeler.domain.assessment import Assessment
from labeler.domain.value import JsonValue
from labeler.reports.csv_view import report_as_tables
from labeler.reports.json_view import report_as_json
from labeler.reports.markdown_view import report_as_markdown
from labeler.reports.report import Report, ReportSource
from labeler.reports.terminal_view import terminal_lines
from tests.agreement.assessments import CORRECT, label, report_of


def again(trace: str, reviewer: str, value: JsonValue, sprint: str = "again", **metadata: str) -> Assessment:
    """What somebody said in a sprint."""
    return label(trace, reviewer, value, metadata={"labeler.sprint": sprint, **metadata})


def twice(first: list[bool], second: list[bool], reviewer: str = "ana") -> list[Assessment]:
    """Labels of one person: outside all sprints, then in one."""
    traces = [f"t-{number:03}" for number in range(len(first))]
    before = [label(trace, reviewer, value) for trace, value in zip(traces, first, strict=True)]
    return before + [again(trace, reviewer, value) for trace, value in zip(traces, second, strict=True)]


def test_it_is_that_of_two_people_who_said_the_same() -> None:
    draw = random.Random(5)
    first = [draw.random() < 0.6 for _ in range(60)]
    second = [value != (draw.random() < 0.2) for value in first]
    labels = twice(first, second)
    draw.shuffle(labels)
    [figures] = report_of(labels, CORRECT).with_oneself
    assert (figures.reviewer, figures.question, figures.agreement.items) == ("ana", "correct", 60)
    assert figures.agreement.percent.value == sum(a == b for a, b in zip(first, second, strict=True)) / 60
    grid = np.array([[float(value) for value in each] for each in (first, second)])
    alpha = krippendorff.alpha(reliability_data=grid, level_of_measurement="nominal")
    assert figures.agreement.alpha.value == pytest.approx(alpha, abs=1e-12)
    assert figures.agreement.interval is not None


def test_only_answers_of_two_scopes_are_two_answers() -> None:
    changed = [
        label("t-1", "ana", True),
        label("t-1", "ana", False),
        label("t-2", "bo", True),
        again("t-2", "cem", True),
    ]
    assert count_labels(changed).answered_twice == ()
    several = [
        label("t-1", "Ana ", True), label("t-1", "ana", False), again("t-1", "ana", True, "b"),
        again("t-1", "ana", False, "c"), again("t-1", "ana", True, "c"),
    ]  # fmt: skip
    [(first, last)] = count_labels(several).answered_twice
    assert (first.assessment, last.assessment) == (several[1], several[4]), "the newest of the first and the last scope"
    invalid = label("t-3", "ana", True, valid=False)
    decided = again("t-3", "ana", True, **{"labeler.role": "adjudication"})
    assert count_labels([invalid, decided, again("t-3", "ana", False)]).answered_twice == ()
    seen = again("t-4", "ana", True, **{"labeler.blind": "revealed"})
    assert len(count_labels([label("t-4", "ana", True), seen]).answered_twice) == 1
    assert count_labels([label("t-4", "ana", True), seen], blind=[WasBlind.TRUE]).answered_twice == ()


def test_every_view_of_a_report_shows_it_where_there_is_any() -> None:
    figures = report_of(twice([True, False] * 15, [True] * 20 + [True, False] * 5), CORRECT)
    report = Report(figures, ReportSource("harbour"), None, "1")
    terminal = "\n".join("".join(piece.text for piece in line) for line in terminal_lines(report))
    assert "with oneself" in terminal
    assert "Agreement with oneself" in report_as_markdown(report)
    assert report_as_tables(figures)["with_oneself.csv"].splitlines()[1].startswith("ana,correct,30,")
    written = report_as_json(report)
    assert isinstance(written, dict)
    [row] = written["with_oneself"]
    assert (row["reviewer"], row["question"], row["items"], row["percent"]) == ("ana", "correct", 30, 20 / 30)
    alone = Report(report_of([label("t-1", "ana", True)], CORRECT), ReportSource("harbour"), None, "1")
    assert "with_oneself" not in report_as_tables(alone.figures)
    assert "oneself" not in report_as_markdown(alone)
