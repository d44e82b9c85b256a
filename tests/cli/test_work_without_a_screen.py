"""pull, sync, outbox, export and doctor, on a real server and on the embedded store."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import signal

import pytest

from labeler.domain.destination import Destination
from labeler.journal.journal import Journal
from labeler.labels.label import Label
from labeler.labels.label_lines import read_labels
from tests.cli.embedded_store import experiments_in, filled_store
from tests.cli.program import Program
from tests.cli.queued_labels import queue
from tests.cli.recorded_experiment import NAMES, Experiment
from tests.cli.scripted_server import answering
from tests.cli.waiting import wait_until
from tests.servers.filling import create_queue, log, recordings
from tests.servers.mlflow_server import MlflowServer, free_port


@pytest.mark.slow
def test_what_was_pulled_is_here_when_the_network_is_gone(labeler: Program, experiment: Experiment) -> None:
    options = ("-b", experiment.server.url, "-r", "ana")
    ended = labeler.run("pull", "-e", experiment.id, *options)
    assert ended.code == 0, ended.err
    assert "3 of 3 traces are here" in ended.err
    again = labeler.run("pull", "-e", experiment.id, *options)
    assert again.code == 0
    gone = f"http://127.0.0.1:{free_port()}"
    journal = Journal.open(labeler.data / "journal.db")
    record = journal.reviews.last()
    assert record is not None
    assert {row.trace_id for row in journal.reviews.items(record.id)} == set(experiment.trace_ids)
    assert journal.reviews.questions(record.id)
    journal.close()
    assert labeler.run("show", experiment.trace_ids[0], "-b", gone).code == 75


@pytest.mark.slow
def test_what_a_sample_of_named_traces_leaves_out_is_not_said_to_be_missing(
    labeler: Program, experiment: Experiment
) -> None:
    ended = labeler.run("pull", *experiment.trace_ids, "--sample", "1", "-b", experiment.server.url, "-r", "ana")
    assert ended.code == 0, ended.err
    assert "There is no trace" not in ended.err
    assert "1 of 1 traces are here" in ended.err
    ended = labeler.run(
        "pull", *experiment.trace_ids, "tr-gone", "--sample", "1", "-b", experiment.server.url, "-r", "ana"
    )
    assert ended.code == 1, ended.err
    assert "There is no trace tr-gone at" in ended.err


@pytest.mark.slow
def test_a_server_that_is_gone_is_replaced_by_what_was_pulled(labeler: Program) -> None:
    server = MlflowServer(labeler.home)
    server.start()
    try:
        experiment = server.new_experiment()
        traces = recordings(*NAMES)
        log(server, experiment, traces)
        assert labeler.run("pull", "-e", experiment, "-b", server.url, "-r", "ana").code == 0
        online = labeler.run("show", traces[0].id, "-b", server.url, "--json")
    finally:
        server.close()
    offline = labeler.run("show", traces[0].id, "-b", server.url, "--json")
    assert offline.code == 0
    assert offline.out == online.out


@pytest.mark.slow
def test_a_queue_and_single_traces_can_be_pulled_and_what_i_labelled_is_left_out(
    labeler: Program, experiment: Experiment
) -> None:
    options = ("-b", experiment.server.url, "-r", "ana")
    create_queue(experiment.server, experiment.id, "Autumn desk review", experiment.trace_ids[:2])
    ended = labeler.run("pull", "-q", "autumn desk review", "-e", experiment.id, *options)
    assert (ended.code, "Autumn desk review: 2 of 2" in ended.err) == (0, True)
    named = labeler.run("pull", experiment.trace_ids[2], "tr-none", *options)
    assert named.code == 1
    assert "1 of 1" in named.err
    assert "no trace tr-none" in named.err
    questions = '[review]\nquestions = "config"\n[[questions]]\nname = "user_satisfaction"\ninput = "pass_fail"\n'
    labeler.config.write_text(questions)
    queue(labeler, experiment.place, experiment.trace_ids[:1])
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    left_out = labeler.run("pull", "-e", experiment.id, *options, "--limit", "3")
    assert "2 of 2 traces" in left_out.err
    everything = labeler.run("pull", "-e", experiment.id, *options, "--all", "--sample", "3", "--seed", "1")
    assert "3 of 3 traces" in everything.err


def test_an_empty_worklist_is_0_and_a_sentence(labeler: Program, experiment: Experiment) -> None:
    empty = experiment.server.new_experiment()
    ended = labeler.run("pull", "-e", empty, "-b", experiment.server.url, "-r", "ana")
    assert ended.code == 0
    assert "nothing to review" in ended.err


def test_sync_delivers_what_is_queued_to_this_backend_once_and_names_what_is_elsewhere(
    labeler: Program, experiment: Experiment
) -> None:
    given = queue(labeler, experiment.place, experiment.trace_ids[:2])
    elsewhere = Destination("https://elsewhere.example.org", "", "7")
    queue(labeler, elsewhere, ["tr-far"])
    ended = labeler.run("sync", "-b", experiment.server.url, "--json")
    assert ended.code == 0, ended.err
    assert ended.lines == [{"delivered": 2, "queued": 0, "parked": 0, "refused": 0, "elsewhere": 1}]
    assert "1 more for https://elsewhere.example.org" in ended.err
    again = labeler.run("sync", "-b", experiment.server.url, "--json")
    assert again.lines[0]["queued"] == 0
    for label, trace_id in zip(given, experiment.trace_ids, strict=False):
        (stored,) = [each for each in experiment.labels(trace_id) if each["source"]["source_type"] == "HUMAN"]
        assert stored["assessment_id"] == label.id
        assert stored["rationale"] == "=because"


def test_sync_of_nothing_needs_no_network(labeler: Program) -> None:
    ended = labeler.run("sync", "-b", f"http://127.0.0.1:{free_port()}", "--json")
    assert (ended.code, ended.lines) == (
        0,
        [{"delivered": 0, "queued": 0, "parked": 0, "refused": 0, "elsewhere": 0}],
    )


def test_what_cannot_be_delivered_yet_is_kept_and_75(labeler: Program, experiment: Experiment) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    queue(labeler, Destination(gone, "", "1"), ["tr-1"])
    ended = labeler.run("sync", "-b", gone, "--json")
    assert (ended.code, ended.lines[0]["queued"]) == (75, 1)
    queue(labeler, experiment.place, ["tr-00000000000000000000000000000000"])
    ended = labeler.run("sync", "-b", experiment.server.url, "--json")
    assert (ended.code, ended.lines[0]["parked"], ended.lines[0]["elsewhere"]) == (75, 1, 1)
    assert {row["state"] for row in labeler.run("outbox", "list", "--json").lines} == {"waiting", "parked"}


def test_what_waits_for_a_login_is_77(labeler: Program) -> None:
    with answering(401, "Please sign in", WWW_Authenticate='Basic realm="mlflow"') as server:
        queue(labeler, Destination(server.url, "", "1"), ["tr-1"])
        ended = labeler.run("sync", "-b", server.url, "--json")
    assert ended.code == 77
    assert (ended.lines[0]["parked"], ended.lines[0]["delivered"]) == (1, 0)


@pytest.mark.slow
def test_watching_goes_on_delivering_until_it_is_interrupted(labeler: Program, experiment: Experiment) -> None:
    labeler.config.write_text("delivery.grace = 0.0\n")
    queue(labeler, experiment.place, experiment.trace_ids[:1])
    watching = labeler.start("sync", "--watch", "-b", experiment.server.url)
    try:
        wait_until(lambda: experiment.labels(experiment.trace_ids[0]))
        queue(labeler, experiment.place, experiment.trace_ids[1:])
        wait_until(lambda: experiment.labels(experiment.trace_ids[1]) and experiment.labels(experiment.trace_ids[2]))
        watching.send_signal(signal.SIGINT)
        _, told = watching.communicate(timeout=20)
    finally:
        watching.kill()
    assert watching.returncode == 130
    assert b"Traceback" not in told


@pytest.mark.slow
def test_the_outbox_is_listed_exported_and_discarded(labeler: Program, experiment: Experiment) -> None:
    given = queue(labeler, experiment.place, experiment.trace_ids)
    listed = labeler.run("outbox", "list", "--json", "-b", experiment.server.url)
    assert [row["trace_id"] for row in listed.lines] == experiment.trace_ids
    first = listed.lines[0]
    assert {"id", "trace_id", "name", "reviewer", "op", "state", "attempts", "reason", "destination", "created_at"} == (
        first.keys()
    )
    assert (first["op"], first["state"], first["reviewer"]) == ("create", "waiting", "ana")
    assert labeler.run("outbox", "list", "-b", "https://elsewhere.example.org", "--json").lines == []

    exported = labeler.run("outbox", "export", "out.jsonl", "-b", experiment.server.url)
    assert exported.code == 0
    labels = list(read_labels(io.BytesIO((labeler.work / "out.jsonl").read_bytes())))
    assert [isinstance(label, Label) and label.assessment_id for label in labels] == [label.id for label in given]
    assert (labeler.work / "out.jsonl").stat().st_mode & 0o777 == 0o600

    headless = labeler.run("outbox", "discard", str(first["id"]), "-b", experiment.server.url)
    assert headless.code == 2
    assert "--yes" in headless.err
    unknown = labeler.run("outbox", "discard", "4711", "--yes", "-b", experiment.server.url)
    assert unknown.code == 2
    assert "4711" in unknown.err
    discarded = labeler.run("outbox", "discard", str(first["id"]), "--yes", "--json", "-b", experiment.server.url)
    assert (discarded.code, discarded.lines) == (0, [{"discarded": 1}])
    retried = labeler.run("outbox", "retry", "--json", "-b", experiment.server.url)
    assert (retried.code, retried.lines) == (0, [{"retried": 0}])
    assert "Nothing is parked or refused" in labeler.run("outbox", "retry", "-b", experiment.server.url).err
    again = labeler.run("outbox", "export", "out.jsonl", "--json", "-b", experiment.server.url)
    assert (again.code, again.lines) == (0, [{"exported": 2, "file": "out.jsonl"}])
    left = labeler.run("outbox", "list", "--json").lines
    assert [row["trace_id"] for row in left] == experiment.trace_ids[1:]


@pytest.mark.parametrize(("typed", "left"), [("y\n", 1), ("\n", 2), ("n\n", 2)])
def test_discarding_asks_first_and_takes_only_a_yes(labeler: Program, typed: str, left: int) -> None:
    queue(labeler, Destination("https://elsewhere.example.org", "", "7"), ["tr-1", "tr-2"])
    first, _ = labeler.run("outbox", "list", "--json").lines
    ended = labeler.at_terminal("outbox", "discard", str(first["id"]), typed=typed)
    assert "for good?" in ended.err
    assert len(labeler.run("outbox", "list", "--json").lines) == left


@pytest.mark.slow
def test_labels_are_exported_from_the_server_and_from_the_journal_alike(
    labeler: Program, experiment: Experiment
) -> None:
    given = queue(labeler, experiment.place, experiment.trace_ids)
    local = labeler.run("export", "--local")
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    remote = labeler.run("export", "-b", experiment.server.url, "-e", experiment.id)
    assert local.code == remote.code == 0
    by_id = {line["assessment_id"]: line for line in local.lines}
    assert by_id.keys() == {label.id for label in given}
    for line in remote.lines:
        assert {key: line[key] for key in ("trace_id", "name", "kind", "value", "rationale", "reviewer", "valid")} == {
            key: by_id[line["assessment_id"]][key]
            for key in ("trace_id", "name", "kind", "value", "rationale", "reviewer", "valid")
        }
    assert labeler.run("export", "--local", "-r", "bo").out == ""
    written = labeler.run("export", "--local", "--format", "csv", "-o", "labels.csv")
    assert written.code == 0
    rows = list(csv.DictReader(io.StringIO((labeler.work / "labels.csv").read_text(encoding="utf-8"), newline="")))
    assert [row["rationale"] for row in rows] == ["'=because"] * 3
    assert [json.loads(row["value"]) for row in rows] == [True] * 3


@pytest.mark.slow
def test_a_label_on_a_trace_that_a_fast_clock_dated_is_exported_too(labeler: Program, experiment: Experiment) -> None:
    (ahead,) = recordings("openai_chat_multiturn")
    ahead.info["request_time"] = "2999-01-01T00:00:00Z"
    log(experiment.server, experiment.id, [ahead])
    queue(labeler, experiment.place, [ahead.id])
    assert labeler.run("sync", "-b", experiment.server.url).code == 0
    exported = labeler.run("export", "-b", experiment.server.url, "-e", experiment.id)
    assert [line["trace_id"] for line in exported.lines] == [ahead.id]


@pytest.mark.parametrize("condition", [["-f", "status = 'OK'"], ["--since", "7d"]])
def test_the_journal_refuses_a_condition_on_traces_instead_of_overlooking_it(
    labeler: Program, condition: list[str]
) -> None:
    ended = labeler.run("export", "--local", *condition)
    assert (ended.code, ended.out) == (2, "")
    assert "leave out --local" in ended.err


@pytest.mark.parametrize("file", ["/dev/null/labels.jsonl", "/dev", "mistyped/labels.jsonl"])
def test_an_export_that_cannot_be_written_is_2_and_makes_no_directory(labeler: Program, file: str) -> None:
    for command in (["export", "--local", "-o", file], ["outbox", "export", file]):
        ended = labeler.run(*command)
        assert ended.code == 2
        assert "Nothing was written" in ended.err
    assert list(labeler.work.iterdir()) == []


@pytest.mark.slow
def test_the_doctor_finds_a_healthy_setup_healthy(labeler: Program, experiment: Experiment) -> None:
    ended = labeler.run("doctor", "--json", "-b", experiment.server.url, "-e", experiment.id, "-r", "ana")
    assert ended.code == 0, ended.err
    (findings,) = ended.lines
    statuses = {finding["check"]: finding["status"] for finding in findings}
    assert {"check", "status", "detail", "advice"} == findings[0].keys()
    for check in ("configuration", "cache", "journal", "credentials", "backend", "features", "experiments", "reviewer"):
        assert statuses[check] == "ok", findings
    assert "reviewer" in labeler.run("doctor", "-b", experiment.server.url, "-r", "ana").out


@pytest.mark.parametrize(
    ("environment", "check", "code"),
    [
        ({"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}, "backend", 75),
        ({"MLFLOW_TRACKING_URI": "local:none.db"}, "backend", 69),
        ({"LABELER_THEME": "none"}, "configuration", 2),
    ],
)
def test_the_doctor_says_what_is_ill_and_ends_with_its_code(
    labeler: Program, environment: dict[str, str], check: str, code: int
) -> None:
    ended = labeler.run("doctor", "--json", **environment)
    (findings,) = ended.lines
    (ill,) = [finding for finding in findings if finding["status"] == "fail"]
    assert ill["check"] == check
    assert ended.code == code


@pytest.mark.slow
def test_the_doctor_tells_a_reviewer_who_is_kept_from_one_who_would_be_new(
    labeler: Program, experiment: Experiment
) -> None:
    options = ("-b", experiment.server.url)
    labeler.at_terminal("pull", "-e", experiment.id, *options, typed="ana\n")
    (findings,) = labeler.run("doctor", "--json", *options, MLFLOW_TRACKING_USERNAME="bo").lines
    (reviewer,) = [finding for finding in findings if finding["check"] == "reviewer"]
    assert reviewer["status"] == "warn"
    assert "ana" in reviewer["detail"]
    assert "bo" in reviewer["detail"]


def test_the_embedded_store_is_synced_and_exported_without_a_server(labeler: Program) -> None:
    trace_ids = filled_store(labeler.work / "store.db", *NAMES)
    assert labeler.run("pull", "-b", "local:store.db", "-r", "ana", *trace_ids).code == 0
    journal = Journal.open(labeler.data / "journal.db")
    record = journal.reviews.last()
    assert record is not None
    spec = record.spec
    journal.close()
    assert spec.address == f"local:{labeler.work / 'store.db'}"
    (row, *_) = asyncio.run(experiments_in(labeler.work / "store.db"))
    queue(labeler, Destination(spec.backend_uri, "", row), trace_ids)
    assert labeler.run("sync", "-b", "local:store.db").code == 0
    assert len(labeler.run("export", "-b", "local:store.db").lines) == 3
