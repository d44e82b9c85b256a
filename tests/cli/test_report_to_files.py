"""A report for a pull request, for a spreadsheet, and for a script that stops where people do not agree enough."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from labeler.labels.label import Label
from tests.cli.labels_of_a_team import team_labels, write_team_labels
from tests.cli.program import Program

HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> [x](http://evil) **b** `c` @ana | \x1b[31m\nsecond'


@pytest.fixture
def files(labeler: Program) -> str:
    """The name of a label file in which questions, people and comments are hostile, too."""
    hostile = [
        Label(f"tr-{trace:03}", HOSTILE, trace % 2 > 0, rationale=HOSTILE, reviewer=f"{HOSTILE}{who}")
        for trace in range(20)
        for who in ("x", "y")
    ]
    hostile[0] = Label("tr-000", HOSTILE, True, rationale=HOSTILE, reviewer=f"{HOSTILE}x")
    return str(write_team_labels(labeler.work / "labels.jsonl", [*team_labels(), *hostile]))


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_markdown_holds_the_figures_and_no_text_from_outside_formats_anything(labeler: Program, files: str) -> None:
    ended = labeler.run("report", files, "--format", "md", "-o", "report.md")
    assert (ended.code, ended.out) == (0, "")
    assert "written to report.md" in ended.err
    text = (labeler.work / "report.md").read_text(encoding="utf-8")
    assert labeler.run("report", files, "--format", "md").out == text
    [told] = labeler.run("report", files, "--json").lines
    correct = next(question for question in told["questions"] if question["name"] == "correct")
    assert f"| correct | nominal | 40 | 120 | {correct['percent'] * 100:.0f} % | {correct['alpha']:.2f} [" in text

    parsed = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [child for token in parsed for child in token.children or ()]
    assert "\x1b" not in text
    assert {token.type for token in inline} <= {"text", "code_inline", "softbreak", "hardbreak", "html_inline"}
    assert {token.content for token in inline if token.type == "html_inline"} == {
        "<!-- -->"
    }  # it parts an @ from a name
    assert not any(token.type == "html_block" for token in parsed)
    header = text.splitlines().index("| question | level | items | labels | agree | α and 95 % interval | AC1 |")
    assert sum(token.type == "tr_open" for token in parsed[: len(parsed)]) > 3
    assert text.splitlines()[header + 1] == "|---|---|--:|--:|--:|--:|--:|"


@pytest.mark.slow
def test_tables_have_every_label_item_and_figure_and_run_nothing(labeler: Program, files: str) -> None:
    assert labeler.run("report", files, "--format", "csv").code == 2
    assert labeler.run("report", files, "--format", "csv", "-o", files).code == 2
    assert labeler.run("report", files, "--format", "csv", "-o", "no/where").code == 2
    ended = labeler.run("report", files, "--format", "csv", "-o", "out")
    assert ended.code == 0, ended.err
    out = labeler.work / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "agreement.csv", "items.csv", "judges.csv", "labels.csv", "reviewers.csv"
    ]  # fmt: skip
    [told] = labeler.run("report", files, "--json").lines
    labels = table(out / "labels.csv")
    assert len(labels) == sum(reviewer["labels"] for reviewer in told["reviewers"]) == 240 + 40
    assert {"true", "false"} == {row["value"] for row in labels if row["question"] == "correct"}
    items = [row for row in table(out / "items.csv") if row["question"] == "correct"]
    assert len(items) == 40
    for row in items:
        said = list(json.loads(row["votes"]).values())
        assert json.loads(row["consensus"]) is (said.count(True) > said.count(False))
        assert (row["how"], row["unanimous"]) == ("majority", str(len(set(said)) == 1).lower())
    figures = {row["question"]: row for row in table(out / "agreement.csv")}
    for question in told["questions"]:
        row = figures[question["name"] if question["name"] in figures else next(n for n in figures if "cmd" in n)]
        assert float(row["alpha"]) == question["alpha"]
        assert [float(row["low"]), float(row["high"])] == question["ci"]
    assert {row["reviewer"] for row in table(out / "reviewers.csv")} >= {"ana@x.io", "dee@x.io"}
    for file in out.iterdir():
        cells = [cell for row in table(file) for cell in row.values()]
        assert not any(cell.startswith(("=", "+", "@")) or "\x1b" in cell for cell in cells)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    labeler.run("report", files, "--format", "csv", "-o", "out")
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


@pytest.mark.slow
def test_a_script_stops_where_a_figure_is_too_low_or_not_there(labeler: Program) -> None:
    file = str(write_team_labels(labeler.work / "labels.jsonl", team_labels()))
    alpha = labeler.run("report", file, "--json").lines[0]["questions"][0]["alpha"]
    met = labeler.run("report", file, "--fail-under", f"alpha.correct={alpha}", "--fail-under", "percent.quality=0")
    assert (met.code, met.err) == (0, "")
    missed = labeler.run("report", file, "--json", "--fail-under", f"alpha.correct={alpha + 0.001:.6f}")
    assert missed.code == 1
    assert f"alpha.correct is {alpha:.6g}, and" in missed.err
    assert missed.lines[0]["format"] == 1  # the report is there all the same

    few = str(write_team_labels(labeler.work / "few.jsonl", [label for label in team_labels(2) if label.value is True]))
    undefined = labeler.run("report", few, "--fail-under", "alpha.correct=0.1")
    assert undefined.code == 1
    assert "alpha.correct is not defined (everybody said " in undefined.err

    for wrong in (
        "correct=0.6",
        "alpha.correct",
        "alpha.correct=high",
        "alpha.correct=nan",
        "beta.correct=1",
        "alpha.other=0",
    ):
        assert labeler.run("report", file, "--fail-under", wrong).code == 2
