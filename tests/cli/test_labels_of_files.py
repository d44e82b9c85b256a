"""Labels of files from the journal: into the rows, to stdout, to a label file, and what is refused."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.cli.disks import disk_at
from tests.cli.labelled_rows import rows_of, say
from tests.cli.program import Program
from tests.cli.recorded_experiment import Experiment
from tests.reading.files.examples import EXAMPLES, lines

pytestmark = pytest.mark.slow  # starts a program for each case

ROWS = [{"id": n, "prompt": f"q{n}", "response": f"a{n}"} for n in range(4)]


def labels(text: str) -> list[list[tuple[str, object]]]:
    """Who said what in each row of a labelled file."""
    rows = [json.loads(line) for line in text.splitlines()]
    return [[(label["reviewer"], label["value"]) for label in row["labels"]] for row in rows]


def test_export_writes_the_rows_of_files_with_their_labels_whoever_gave_them(labeler: Program) -> None:
    data = lines(ROWS)
    (labeler.work / "data.jsonl").write_bytes(data)
    ids = rows_of(data)
    say(labeler, ids[:2])
    say(labeler, ids[1:3], value=False, reviewer="bo")
    ended = labeler.run("export", "data.jsonl")
    assert (ended.code, ended.out) == (0, "")
    assert "3 of 4 labelled → data.labelled.jsonl" in ended.err
    both = [("rhea", True), ("bo", False)]
    assert labels((labeler.work / "data.labelled.jsonl").read_text()) == [both[:1], both, both[1:], []]
    printed = labeler.run("export", "data.jsonl", "-o", "-", "-r", "BO")
    assert labels(printed.out) == [[], both[1:], both[1:], []]
    assert "2 of 4 labelled → stdout" in printed.err
    piped = labeler.run("export", "-", stdin=data.decode())
    assert labels(piped.out) == [both[:1], both, both[1:], []]
    renamed = labeler.work / "renamed.jsonl.gz"
    renamed.write_bytes(gzip.compress(lines([*reversed(ROWS), {"prompt": "new", "response": "x"}])))
    assert "3 of 5 labelled → renamed.labelled.jsonl.gz" in labeler.run("export", "renamed.jsonl.gz").err
    by_itself = labeler.run("export")
    assert "No backend is configured, so these are the labels of files." in by_itself.err
    assert sorted(line["trace_id"] for line in by_itself.lines) == sorted([*ids[:2], *ids[1:3]])


def test_a_file_without_rows_gets_a_label_file_with_its_own_trace_ids(labeler: Program) -> None:
    runs = json.dumps(EXAMPLES["LangSmith runs"].rows)
    data = lines([json.loads(runs), json.loads(runs.replace('"r1"', '"run-2"'))][0])
    (labeler.work / "runs.jsonl").write_bytes(data)
    assert rows_of(data) == ["r1"]
    assert "0 of 1 labelled → runs.labels.jsonl was not written" in labeler.run("export", "runs.jsonl").err
    say(labeler, ["r1"])
    say(labeler, ["r1"], reviewer="bo", span_id="r2")
    assert "1 of 1 labelled → runs.labels.jsonl" in labeler.run("export", "runs.jsonl").err
    told = [json.loads(line) for line in (labeler.work / "runs.labels.jsonl").read_text().splitlines()]
    assert [(line["trace_id"], line["span_id"], line["reviewer"]) for line in told] == [
        ("r1", None, "rhea"),
        ("r1", "r2", "bo"),
    ]
    assert told[0]["metadata"]["labeler.file"] == "runs.jsonl"
    assert labeler.run("export", "runs.jsonl", "--flat").code == 2
    for there, why in (
        ("notes", "it is no label file"),
        ('{"trace_id":"x","name":"y","value":1}', "are not those of runs"),
    ):
        (labeler.work / "runs.labels.jsonl").write_text(there)
        refused = labeler.run("export", "runs.jsonl")
        assert (refused.code, (labeler.work / "runs.labels.jsonl").read_text()) == (2, there)
        assert why in refused.err


def test_labels_under_the_ids_of_an_earlier_version_are_found(labeler: Program) -> None:
    spans = json.dumps(EXAMPLES["Phoenix spans"].rows)
    (labeler.work / "spans.json").write_text(spans)
    (trace_id,) = rows_of(spans.encode())
    say(labeler, [f"tr-{trace_id}"])
    assert "1 of 1 labelled" in labeler.run("export", "spans.json").err
    assert json.loads((labeler.work / "spans.labels.jsonl").read_text())["trace_id"] == trace_id


def test_the_flat_form_is_for_one_reviewer_and_for_answers_about_traces(labeler: Program) -> None:
    data = lines(ROWS)
    (labeler.work / "data.jsonl").write_bytes(data)
    ids = rows_of(data)
    say(labeler, ids[:2], rationale="so")
    say(labeler, ids[:1], reviewer="bo")
    refused = labeler.run("export", "data.jsonl", "--flat")
    assert (refused.code, "some of bo, rhea: give --reviewer" in refused.err) == (2, True)
    flat = labeler.run("export", "data.jsonl", "--flat", "-r", "rhea", "-o", "-")
    assert [(row["label.is_helpful"], row["comment.is_helpful"]) for row in flat.lines] == [
        (True, "so"),
        (True, "so"),
        (None, None),
        (None, None),
    ]
    say(labeler, ids[2:3], reviewer="cy", span_id="row")
    spans = labeler.run("export", "data.jsonl", "--flat", "-r", "cy")
    assert (spans.code, "no place for answers about spans, and there are 1" in spans.err) == (2, True)
    (labeler.work / "empty.csv").write_text("prompt,response\na,b\n")
    assert labeler.run("export", "empty.csv").code == 0


def test_what_cannot_be_written_is_told_and_what_is_there_stays(labeler: Program) -> None:
    data = lines(ROWS)
    (labeler.work / "data.jsonl").write_bytes(data)
    say(labeler, rows_of(data))
    for out, why in (
        ("data.jsonl", "data.jsonl is the file itself and no labelled one"),
        ("there.txt", "there.txt stays as it is: it is no labelled file"),
        ("no/where.jsonl", "there is no directory"),
        (".", "Is a directory"),
    ):
        (labeler.work / "there.txt").write_text("notes")
        refused = labeler.run("export", "data.jsonl", "-o", out)
        assert (refused.code, why in refused.err) == (2, True), refused.err
    assert (labeler.work / "data.jsonl").read_bytes() == data
    assert (labeler.work / "there.txt").read_text() == "notes"
    for option in (["--format", "csv"], ["-f", "status = 'OK'"], ["-b", "http://127.0.0.1:9"]):
        assert labeler.run("export", "data.jsonl", *option).code == 2
    assert labeler.run("export", "--flat").code == 2
    assert labeler.run("review", "--out", "x").code == 2


def test_a_labelled_file_is_pushed_home_once_with_where_each_label_stood(
    labeler: Program, experiment: Experiment
) -> None:
    one, two, _ = experiment.trace_ids
    rows = [{"trace_id": one, "prompt": "q", "response": "a"}, {"trace_id": two, "prompt": "q2", "response": "a2"}]
    (labeler.work / "data.jsonl").write_bytes(lines(rows))
    say(labeler, rows_of(lines(rows)), rationale="so")
    assert labeler.run("export", "data.jsonl").code == 0
    for queued in ("2 queued.", "0 queued, 2 were known already."):
        pushed = labeler.run("push", "data.labelled.jsonl", "-b", experiment.server.url)
        assert (pushed.code, queued in pushed.err) == (0, True), pushed.err
        assert labeler.run("sync", "-b", experiment.server.url).code == 0
    told = [experiment.human_labels(trace_id) for trace_id in (one, two)]
    assert [
        [(each["source"]["source_id"], each["feedback"]["value"], each["rationale"]) for each in at] for at in told
    ] == [
        [("rhea", True, "so")],
        [("rhea", True, "so")],
    ]
    assert [at[0]["metadata"]["labeler.file"] for at in told] == ["data.labelled.jsonl"] * 2
    assert [at[0]["metadata"]["labeler.line"] for at in told] == ["1", "2"]
    (labeler.work / "data.csv").write_text(
        f"trace_id,prompt,response,label.stars,comment.stars\n{one},p,x,4,'=fine\n{two},p,y,,\n"
    )
    flat = labeler.run("push", "data.csv", "-b", experiment.server.url, "-r", "bo")
    assert (flat.code, "1 queued." in flat.err) == (0, True), flat.err
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    # What the server gives back is known there, also a number that it made 4.0 of.
    assert labeler.run("export", "-b", experiment.server.url, "-e", experiment.id, "-o", "back.jsonl").code == 0
    back = labeler.run("push", "back.jsonl", "-b", experiment.server.url)
    assert (back.code, "0 queued, 3 were known already." in back.err) == (0, True), back.err


def test_a_labelled_file_with_a_damaged_row_is_pushed_only_where_that_is_asked_for(
    labeler: Program, experiment: Experiment
) -> None:
    row: dict[str, object] = {"trace_id": experiment.trace_ids[0], "prompt": "q", "response": "a"}
    row["labels"] = [{"name": "ok", "value": True, "reviewer": "bo"}]
    (labeler.work / "x.labelled.jsonl").write_bytes(lines([row]) + b'{"prompt": "q2"')
    pushed = labeler.run("push", "x.labelled.jsonl", "-b", experiment.server.url)
    assert pushed.code == 2
    assert "x.labelled.jsonl: line 2 " in pushed.err
    assert "Nothing was queued. Mend the line" in pushed.err
    pushed = labeler.run("push", "x.labelled.jsonl", "-b", experiment.server.url, "--skip-bad")
    assert (pushed.code, "1 queued." in pushed.err, "line 2 " in pushed.err) == (1, True, True)


def test_labels_of_an_otlp_file_are_pushed_to_the_trace_that_mlflow_made_of_it(
    labeler: Program, experiment: Experiment
) -> None:
    trace_id = experiment.trace_ids[0]
    line = {"trace_id": trace_id.removeprefix("tr-"), "name": "x", "value": 1, "reviewer": "bo"}
    (labeler.work / "x.labels.jsonl").write_text(json.dumps(line))
    pushed = labeler.run("push", "x.labels.jsonl", "-b", experiment.server.url)
    assert (pushed.code, "1 queued." in pushed.err) == (0, True), pushed.err
    assert [row["trace_id"] for row in labeler.run("outbox", "list", "--json").lines] == [trace_id]


def test_a_directory_stands_for_its_files_but_not_for_their_labelled_ones(labeler: Program) -> None:
    folder = labeler.work / "sets"
    folder.mkdir()
    (folder / "one.jsonl").write_bytes(lines(ROWS))
    (folder / "two.csv").write_text("prompt,response\na,b\n")
    (folder / "runs.jsonl").write_bytes(lines(EXAMPLES["LangSmith runs"].rows))
    say(labeler, [*rows_of(lines(ROWS))[:1], "r1"])
    for _ in range(2):
        ended = labeler.run("export", "sets")
        assert ended.code == 0, ended.err
        told = {line for line in ended.err.splitlines() if "labelled" in line}
        assert told == {
            "labeler: 1 of 4 labelled → sets/one.labelled.jsonl",
            "labeler: 0 of 1 labelled → sets/two.labelled.csv",
            "labeler: 1 of 1 labelled → sets/runs.labels.jsonl",
        }
    assert len(list(folder.iterdir())) == 6


def test_a_full_disk_leaves_the_last_labelled_file_and_the_answers_are_safe(labeler: Program) -> None:
    rows = [{"prompt": "q" * 500, "response": str(n)} for n in range(400)]
    with disk_at(labeler.home / "small") as disk:
        source = disk.path / "data.jsonl"
        source.write_bytes(lines(rows))
        first = labeler.run("export", str(source))
        assert first.code == 0, first.err
        before = disk.content()
        say(labeler, rows_of(lines(rows)))
        disk.fill(left=1 << 16)
        full = labeler.run("export", str(source))
        disk.clear()
        assert full.code == 1
        assert "is as it was (No space left on device). Your answers are safe in the journal" in full.err
        assert disk.content() == before
