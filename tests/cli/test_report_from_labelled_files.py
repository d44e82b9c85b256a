"""`labeler report` of labelled files, in lists and in columns: the figures that the same labels give as label files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.labels.label import Label
from labeler.labels.row_labels import Said
from tests.cli.labels_of_a_team import PEOPLE, team_labels, write_team_labels
from tests.cli.program import Program
from tests.labels.files import trace_ids, write
from tests.reading.files.examples import lines

TRACES = 40
ROWS = [{"id": n, "prompt": f"When does ferry {n} leave?", "response": "At ten."} for n in range(TRACES)]


def labels_of_rows(data: bytes, name: str = "data.jsonl") -> list[Label]:
    """What a team said about the rows of a file, answers that are superseded or nobody's left out."""
    ids = trace_ids(data, name)
    counting = (each for each in team_labels(TRACES) if each.valid and each.reviewer != "default")
    return [replace(each, trace_id=ids[int(each.trace_id.removeprefix("tr-"))]) for each in counting]


def by(labels: Sequence[Label], *people: str) -> list[Label]:
    return [each for each in labels if str(each.reviewer).strip().lower() in people]


def labelled_copy(directory: Path, data: bytes, labels: Sequence[Label], name: str = "data.jsonl") -> Path:
    """Write the file and its labelled one into a directory, as a reviewer's program does; return the labelled one."""
    directory.mkdir()
    (directory / name).write_bytes(data)
    said: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        said[label.trace_id].append(label)
    stem, _, ending = name.partition(".")
    labelled = directory / f"{stem}.labelled.{ending}"
    write(directory / name, {trace_id: Said(tuple(of)) for trace_id, of in said.items()}, labelled)
    return labelled


@pytest.mark.slow
def test_labelled_files_of_several_people_are_one_report_in_which_each_label_counts_once(labeler: Program) -> None:
    data = lines(ROWS)
    labels = labels_of_rows(data)
    ana, bo, cem, dee = PEOPLE
    labelled_copy(labeler.work / "ana", data, by(labels, ana, bo))
    labelled_copy(labeler.work / "cem", lines([*reversed(ROWS)]), by(labels, bo, cem, dee))
    write_team_labels(labeler.work / "all.jsonl", labels)

    [expected] = labeler.run("report", "all.jsonl", "--json").lines
    ended = labeler.run("report", "ana/data.labelled.jsonl", "cem/data.labelled.jsonl", "all.jsonl", "--json")
    assert (ended.code, ended.err) == (0, "")
    [told] = ended.lines
    assert told["questions"] == expected["questions"]
    assert [question["items"] for question in told["questions"]] == [TRACES, TRACES]
    assert told["left_out"] == expected["left_out"]
    assert [each["reviewer"] for each in told["reviewers"]] == list(PEOPLE)


@pytest.mark.slow
def test_columns_of_labels_count_as_those_of_one_reviewer_called_like_the_file(labeler: Program) -> None:
    table = "prompt,response\n" + "".join(f"When does ferry {n} leave?,At ten.\n" for n in range(TRACES))
    labels = labels_of_rows(table.encode(), "data.csv")
    ana, bo = PEOPLE[:2]
    for who in (ana, bo):
        labelled_copy(labeler.work / who[:2], table.encode(), by(labels, who), "data.csv")
    write_team_labels(labeler.work / "both.jsonl", by(labels, ana, bo))
    files = ["an/data.labelled.csv", "bo/data.labelled.csv"]

    [expected] = labeler.run("report", "both.jsonl", "--json").lines
    ended = labeler.run("report", *files, "--json")
    assert ended.code == 0
    for file in files:
        assert f"{file} does not say whose labels it holds: they count as those of one reviewer, “{file}”." in ended.err
    [told] = ended.lines
    assert [each["reviewer"] for each in told["reviewers"]] == files
    for question, wanted in zip(told["questions"], expected["questions"], strict=True):
        assert (question["alpha"], question["ci"], question["level"]) == (
            wanted["alpha"],
            wanted["ci"],
            wanted["level"],
        )
        assert question["values"] == wanted["values"]


@pytest.mark.slow
def test_a_labelled_file_with_a_damaged_row_makes_no_report_and_the_row_is_named(labeler: Program) -> None:
    data = lines(ROWS)
    labelled = labelled_copy(labeler.work / "ana", data, labels_of_rows(data))
    rows = labelled.read_bytes().splitlines(keepends=True)
    labelled.write_bytes(b"".join([*rows[:6], rows[6][:50] + b"\n", *rows[7:]]))
    ended = labeler.run("report", str(labelled))
    assert (ended.code, ended.out) == (2, "")
    assert "line 7 " in ended.err
    assert "has a line that cannot be read. No report was made" in ended.err

    rows_alone = json.dumps(ROWS[0])
    (labeler.work / "rows.jsonl").write_text(rows_alone)
    ended = labeler.run("report", "rows.jsonl")
    assert (ended.code, ended.out) == (2, "")
    assert "rows.jsonl is no label file" in ended.err
