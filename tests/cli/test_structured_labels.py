"""Answers to structured questions in files and on a server: an object in JSON, its JSON in the cells of a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping

import pytest

from labeler.domain.value import JsonValue
from tests.cli.labelled_rows import rows_of, say
from tests.cli.program import Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import Experiment
from tests.reading.files.examples import lines

pytestmark = pytest.mark.slow  # starts a program for each step

ROWS = [{"prompt": f"q{number}", "response": "a"} for number in range(3)]
OBJECT: Mapping[str, JsonValue] = {"accuracy": 4, "tone": "warm", "note": '=1+1, "so to say"'}


def exported(labeler: Program, *options: str) -> None:
    ended = labeler.run("export", *options)
    assert ended.code == 0, ended.err


def test_a_labelled_file_has_the_object_and_a_flat_one_too(labeler: Program) -> None:
    source = labeler.work / "data.jsonl"
    source.write_bytes(lines(ROWS))
    say(labeler, rows_of(source.read_bytes())[:2], OBJECT, name="quality")
    exported(labeler, "data.jsonl")
    labelled = [json.loads(line) for line in (labeler.work / "data.labelled.jsonl").read_text().splitlines()]
    assert [[each["value"] for each in row["labels"]] for row in labelled] == [[OBJECT], [OBJECT], []]
    exported(labeler, "data.jsonl", "--flat", "-o", "flat.jsonl", "-r", "rhea")
    flat = [json.loads(line) for line in (labeler.work / "flat.jsonl").read_text().splitlines()]
    assert [row.get("label.quality") for row in flat] == [OBJECT, OBJECT, None]


def test_in_a_table_it_is_json_and_written_back_to_itself_it_stays(labeler: Program) -> None:
    source = labeler.work / "data.csv"
    source.write_text("prompt,response\nq0,a\nq1,a\n", encoding="utf-8")
    say(labeler, rows_of(source.read_bytes(), "data.csv")[:1], OBJECT, name="quality")
    exported(labeler, "data.csv", "-r", "rhea")
    written = (labeler.work / "data.labelled.csv").read_text(encoding="utf-8")
    cells = [row["label.quality"] for row in csv.DictReader(written.splitlines())]
    assert (json.loads(cells[0]), cells[1]) == (OBJECT, "")
    exported(labeler, "data.labelled.csv", "-r", "rhea")
    assert (labeler.work / "data.labelled.csv").read_text(encoding="utf-8") == written


def test_it_is_exported_pushed_and_verified_as_what_it_is(labeler: Program) -> None:
    experiment = Experiment("openai_tool_roundtrip")
    queue(labeler, experiment.place, experiment.trace_ids, OBJECT)
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    [sent] = experiment.human_labels(experiment.trace_ids[0])
    assert sent["feedback"]["value"] == OBJECT
    exported(labeler, "-b", experiment.server.url, "-e", experiment.id, "-o", "labels.jsonl")
    [line] = (labeler.work / "labels.jsonl").read_text().splitlines()
    assert json.loads(line)["value"] == OBJECT
    pushed = labeler.run("push", "labels.jsonl", "-b", experiment.server.url)
    assert pushed.code == 0, pushed.err
    assert len(experiment.human_labels(experiment.trace_ids[0])) == 1
    verified = labeler.run("verify", "--json", "-b", experiment.server.url)
    assert json.loads(verified.out)["ok"] == json.loads(verified.out)["checked"] == 1
