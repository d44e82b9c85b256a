"""`labeler report` of label files and of the journal: figures as the packages have them, and bad input by name."""

from __future__ import annotations

import io
import json
import re
import statistics
from collections import Counter, defaultdict
from itertools import combinations
from typing import Literal

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix  # type: ignore[import-untyped]

from labeler.domain.assessment import SourceType
from labeler.domain.destination import Destination
from labeler.labels.label import Label
from labeler.labels.spreadsheet import write_csv
from tests.cli.labels_of_a_team import PEOPLE, team_labels, write_team_labels
from tests.cli.program import Program
from tests.cli.queued_labels import queue


def values_by_person(labels: list[Label], name: str) -> dict[str, dict[str, float]]:
    """What each person said about each trace, of the labels that count."""
    said: dict[str, dict[str, float]] = defaultdict(dict)
    for label in labels:
        if label.name == name and label.valid and label.reviewer != "default":
            said[str(label.reviewer).strip().lower()][label.trace_id] = float(label.value)  # type: ignore[arg-type]
    return said


def test_a_report_of_two_files_is_the_contracts_json_with_the_packages_figures(labeler: Program) -> None:
    labels = team_labels()
    write_team_labels(labeler.work / "monday.jsonl", labels[:180])
    table = io.StringIO(newline="")
    write_csv(labels[100:], table)  # 80 labels are in both files
    (labeler.work / "week.csv").write_text(table.getvalue(), encoding="utf-8", newline="")
    ended = labeler.run("report", "monday.jsonl", "week.csv", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert (
        labeler.run("report", "week.csv", "monday.jsonl", "--json").lines[0]["questions"] == ended.lines[0]["questions"]
    )
    [told] = ended.lines
    assert list(told) == ["format", "at", "source", "questions", "reviewers", "judges", "left_out", "method"]
    assert told["source"] == {"backend": None, "experiments": [], "sprint": None, "files": ["monday.jsonl", "week.csv"]}
    assert (told["format"], told["at"], told["judges"]) == (1, None, [])
    assert told["left_out"] == {
        "invalid": 1, "second_answers": 0, "default": 1, "roles": 0, "not_blind": 0, "unfitting": 0
    }  # fmt: skip

    levels: list[Literal["nominal", "ordinal"]] = ["nominal", "ordinal"]
    for question, level in zip(told["questions"], levels, strict=True):
        said = values_by_person(labels, question["name"])
        traces = sorted({trace for of_person in said.values() for trace in of_person})
        grid = np.array([[said[who].get(trace, np.nan) for trace in traces] for who in PEOPLE])
        assert list(question) == [
            "name", "level", "items", "labels", "percent", "alpha", "ci", "ac1", "fleiss", "options", "values", "pairs",
            "without", "note",
        ]  # fmt: skip
        assert question["level"] == level
        assert (question["items"], question["labels"]) == (40, 120)
        assert question["alpha"] == pytest.approx(krippendorff.alpha(grid, level_of_measurement=level), abs=1e-12)
        assert question["ci"][0] < question["alpha"] < question["ci"][1]
        pairs = [a == b for t in traces for a, b in combinations([said[w][t] for w in PEOPLE if t in said[w]], 2)]
        assert question["percent"] == pytest.approx(sum(pairs) / len(pairs))
        counts = Counter(value for of_person in said.values() for value in of_person.values())
        assert list(question["values"].values()) == [counts[v] for v in sorted(counts, reverse=level == "nominal")]
        assert set(question["without"]) == set(PEOPLE)
        assert sum(pair["items"] for pair in question["pairs"]) == 120

    times: dict[str, list[int]] = defaultdict(list)
    for label in labels:
        if label.name == "quality":  # the later of the two answers, with the longer time but every 30th
            times[str(label.reviewer).strip().lower()].append(int(label.metadata["labeler.duration_ms"]))
    for reviewer in told["reviewers"]:
        assert list(reviewer) == ["reviewer", "labels", "items", "active_ms_median", "kappa", "blind"]
        assert reviewer["active_ms_median"] == statistics.median(times[reviewer["reviewer"]])
        assert reviewer["blind"] == {"true": reviewer["labels"], "false": 0, "revealed": 0, "unknown": 0}


@pytest.mark.slow
def test_judges_in_a_file_are_compared_with_people_and_their_versions_with_each_other(labeler: Program) -> None:
    labels = team_labels()
    said = values_by_person(labels, "correct")
    consensus = {
        trace: sum(of[trace] for of in said.values() if trace in of) >= 2 for of in said.values() for trace in of
    }
    verdicts = {
        ("judges/v1", "correct"): {
            trace: agreed != (n % 4 == 0) for n, (trace, agreed) in enumerate(consensus.items())
        },
        ("judges/v2", "correct"): {
            trace: agreed != (n % 9 == 0) for n, (trace, agreed) in enumerate(consensus.items())
        },
        ("length", "is_long.v1"): dict.fromkeys(list(consensus)[:30], True),
    }
    judged = [
        Label(
            trace,
            name,
            "yes" if value else "no",
            reviewer=judge,
            source_type=SourceType.CODE if judge == "length" else SourceType.LLM_JUDGE,
        )
        for (judge, name), of in verdicts.items()
        for trace, value in of.items()
    ]
    write_team_labels(labeler.work / "labels.jsonl", [*labels, *judged])
    labeler.config.write_text('[judges]\nis_long.v1 = "correct"\n')
    ended = labeler.run("report", "labels.jsonl", "--ask", "correct", "--json")
    assert (ended.code, ended.err) == (0, "")
    [told] = ended.lines
    assert [(each["source"], each["type"], each["question"], each["items"]) for each in told["judges"]] == [
        ("judges/v1", "LLM_JUDGE", "correct", 40),
        ("judges/v2", "LLM_JUDGE", "correct", 40),
        ("length", "CODE", "correct", 30),
    ]
    assert [each["reviewer"] for each in told["reviewers"]] == list(PEOPLE)
    for judge, of in zip(told["judges"], verdicts.values(), strict=True):
        pairs = [(consensus[trace], value) for trace, value in of.items()]
        people, judges = zip(*pairs, strict=True)
        assert judge["confusion"] == confusion_matrix(people, judges, labels=[True, False]).tolist()
        assert judge["kappa"] == pytest.approx(cohen_kappa_score(people, judges), abs=1e-12)
        wrong = {trace for trace, value in of.items() if value != consensus[trace]}
        assert set(judge["show"]) <= wrong
        assert len(judge["show"]) == min(10, len(wrong))

    shown = labeler.run("report", "labels.jsonl").out
    assert " judges of “correct” beside each other, on the 30 items all of them judged" in shown
    assert "length on “correct” (as “is_long.v1”)   CODE" in shown
    # Of the errors of the first judge those come first on which all people agree and one says why.
    assert re.search(r"tr-\d+   people false \(3 of 3\), judge true: “misses the bar”", shown)
    few = labeler.run("report", "labels.jsonl", "--show", "2", "--json").lines[0]["judges"]
    assert [each["show"] for each in few] == [each["show"][:2] for each in told["judges"]]
    assert labeler.run("report", "labels.jsonl", "--without", "judges/v1").code == 2


@pytest.mark.slow
def test_on_a_terminal_a_report_is_the_same_text_in_colour_and_fits_100_columns(labeler: Program) -> None:
    file = write_team_labels(labeler.work / "labels.jsonl", team_labels(8))
    plain = labeler.run("report", str(file)).out
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= 100
    assert "too few items (8)" in plain
    assert "1 superseded" in plain
    assert "1 by “default” or nobody" in plain

    coloured = labeler.run_python("-c", _AT_TERMINAL, str(file), TERM="xterm")
    assert "\x1b[1m" in coloured.out
    assert re.sub(r"\x1b\[[0-9]*m", "", coloured.out) == plain
    assert labeler.run_python("-c", _AT_TERMINAL, str(file), TERM="xterm", NO_COLOR="1").out == plain
    assert coloured.err.startswith("\rComputing figures")
    assert coloured.err.endswith("\r\x1b[K")  # gone once the report is there


_AT_TERMINAL = """
import sys
sys.stdout.isatty = sys.stderr.isatty = lambda: True
from labeler.cli.main import main
sys.exit(main(["report", sys.argv[1]]))
"""


@pytest.mark.slow
def test_where_there_is_nothing_to_compare_it_says_so_and_why(labeler: Program) -> None:
    mine = [label for label in team_labels() if str(label.reviewer).strip().lower() == "bo@x.io"]
    file = write_team_labels(labeler.work / "mine.jsonl", mine)
    ended = labeler.run("report", str(file), "--json")
    assert ended.code == 0
    assert f"{len(mine)} labels of one person only, bo@x.io" in ended.err
    correct = ended.lines[0]["questions"][0]
    assert (correct["alpha"], correct["percent"], correct["ci"], correct["items"]) == (None, None, None, 0)
    assert correct["note"] == f"labels of one person only ({len(mine) // 2} by bo@x.io)"

    ended = labeler.run("report", "--local", "--json")
    assert ended.code == 0
    assert "No labels. Agreement needs labels of two people." in ended.err
    assert ended.lines[0]["questions"] == []

    queue(labeler, Destination("http://mlflow", "", "1"), ["tr-1", "tr-2"])
    ended = labeler.run("report", "--local")
    assert ended.code == 0
    assert "2 labels of one person only, ana" in ended.err
    assert "user_satisfaction" in ended.out
    assert "Helpful" not in ended.out  # no item has two labels


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"messages": []}\n', 'bad.jsonl, line 1: "messages" is not a field of a label'),
        ('{"trace_id": "tr-1", "name": "ok", "value": 1}\n\n{"trace_id"\n', "bad.jsonl, line 3: The line is not JSON"),
        ("# Notes\n", "bad.jsonl, line 1: The line is not JSON"),
        ("trace_id,name,value\ntr-1,ok,yes\n", 'bad.jsonl, line 2: "value" has to be JSON'),
    ],
)  # fmt: skip
def test_a_file_that_is_no_label_file_is_named_with_line_and_reason(labeler: Program, content: str, said: str) -> None:
    (labeler.work / "bad.jsonl").write_text(content)
    ended = labeler.run("report", "bad.jsonl")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert "No report was made" in ended.err


@pytest.mark.slow
def test_what_is_asked_for_and_is_not_there_is_named(labeler: Program) -> None:
    file = str(write_team_labels(labeler.work / "labels.jsonl", team_labels(8)))
    ended = labeler.run("report", file, "--ask", "corect")
    assert ended.code == 2
    assert "No question is called “corect” here. There are: correct, quality" in ended.err
    assert labeler.run("report", file, "--without", "zoe@x.io").code == 2
    assert labeler.run("report", file, "--local").code == 2
    assert labeler.run("report", file, "-e", "1").code == 2
    assert labeler.run("report", file, "--since", "7d").code == 2
    assert "either --local or --filter" in labeler.run("report", "--local", "-f", "status = 'OK'").err
    ended = labeler.run("report", "-b", "http://127.0.0.1:9", "-q", "Autumn", "--since", "7d")
    assert ended.code == 2
    assert "the queue Autumn (--queue) is a list of traces" in ended.err
    assert labeler.run("report", "nowhere.jsonl").code == 2

    ended = labeler.run("report", file, "--ask", "quality", "--without", "Ana@x.io ", "--json")
    [told] = ended.lines
    assert [question["name"] for question in told["questions"]] == ["quality"]
    assert [reviewer["reviewer"] for reviewer in told["reviewers"]] == ["bo@x.io", "cem@x.io", "dee@x.io"]
    assert told["left_out"]["excluded"] > 0
    assert labeler.run("report", file, "--blind-only", "--json").lines[0]["left_out"]["not_blind"] == 0
    assert json.loads(labeler.run("report", file, "--format", "json").out)["format"] == 1
