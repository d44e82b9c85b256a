"""A sprint from which somebody took something away: queues, traces, a name; what is said, and what repairs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.cli.program import Program
from tests.servers.mlflow_server import MlflowServer
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server, many a test

NAME, SLUG = "Broken", "broken"


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def test_a_queue_that_was_deleted_comes_back_with_all_its_items(labeler: Program) -> None:
    """With an overlap of 1 its items are in no other queue. What was labelled stays its reviewer's, and finished."""
    experiment = SprintExperiment(12)
    assert experiment.create(labeler, NAME, "--overlap", "1", "--yes", "--seed", "4").code == 0
    before = experiment.assigned(NAME)
    mine = sorted(before["cem@x.io"])
    for trace in mine[:2]:
        experiment.label(trace, "Cem@x.io", True, SLUG)
        experiment.set_status(f"{NAME} · cem@x.io", trace, "COMPLETE", "cem@x.io")
    experiment.delete_queue(f"{NAME} · cem@x.io")

    told = experiment.sprint(labeler, "status", NAME)
    assert "! The queue of cem@x.io was deleted: labeler sprint rebalance makes it again." in on_one_line(told.out)
    assert "deleted, or taken out" not in told.out, "traces are gone with the queue and not deleted"
    repaired = experiment.sprint(labeler, "rebalance", NAME, "--yes")
    assert repaired.code == 0, repaired.err
    after = experiment.assigned(NAME)
    assert Counter(trace for items in after.values() for trace in items) == Counter(experiment.traces)
    assert {trace for trace, state in after["cem@x.io"].items() if state == "COMPLETE"} == {*mine[:2]}
    lefts = [[*items.values()].count("PENDING") for items in after.values()]
    assert max(lefts) - min(lefts) <= 1
    [status] = experiment.sprint(labeler, "status", NAME, "--json").lines
    assert status["labels"] == {"done": 2, "of": 12}
    assert "Nothing was to be changed" in experiment.sprint(labeler, "rebalance", NAME, "--yes").out


def test_a_list_of_ids_is_asked_for_again_where_a_queue_was_deleted(labeler: Program) -> None:
    experiment = SprintExperiment(6)
    (labeler.work / "ids").write_text("\n".join(experiment.traces[:4]))
    made = experiment.create(labeler, NAME, "--ids", "ids", "--overlap", "1", "--yes")
    assert made.code == 0, made.err
    experiment.delete_queue(f"{NAME} · bo@x.io")
    refused = experiment.sprint(labeler, "rebalance", NAME, "--yes")
    assert refused.code == 2
    assert "give it again with --ids FILE" in refused.err
    repaired = experiment.sprint(labeler, "rebalance", NAME, "--yes", "--ids", "ids")
    assert repaired.code == 0, repaired.err
    assert {trace for items in experiment.assigned(NAME).values() for trace in items} == {*experiment.traces[:4]}


def test_deleted_traces_are_places_less_and_hinder_nothing(labeler: Program) -> None:
    experiment = SprintExperiment(12)
    made = experiment.create(labeler, NAME, "--calibrate", "3", "--yes", "--seed", "4")
    assert made.code == 0, made.err
    calibration = experiment.plan(SLUG)["calibration"]
    experiment.delete_traces(calibration[0])
    told = on_one_line(experiment.sprint(labeler, "status", NAME).out)
    assert "! 1 trace was deleted: 3 places less; statistics are without." in told
    added = experiment.sprint(labeler, "add", NAME, "-r", "ida@x.io", "--yes")
    assert added.code == 0, added.err
    opened = experiment.sprint(labeler, "open", NAME)
    assert opened.code == 0, opened.err
    assert {*calibration[1:]} <= experiment.assigned(NAME)["ida@x.io"].keys()

    others = sorted({*experiment.traces} - {*calibration})
    experiment.label(others[0], "ana@x.io", True, SLUG)
    experiment.delete_traces(*others[:2])
    told = on_one_line(experiment.sprint(labeler, "status", NAME).out)
    lost = "1 trace was deleted and 2 traces are in no queue any more (deleted, or taken out): 8 places less"
    assert f"! {lost}; statistics are without." in told
    [status] = experiment.sprint(labeler, "status", NAME, "--json").lines
    assert (status["missing_traces"], status["unplaced_traces"], status["places_lost"]) == (calibration[:1], 2, 8)
    assert status["items"]["of"] == 9
    assert experiment.sprint(labeler, "rebalance", NAME, "--yes").code == 0


def test_a_renamed_queue_is_the_same_queue(labeler: Program) -> None:
    experiment = SprintExperiment(6)
    assert experiment.create(labeler, NAME, "--yes", "--seed", "4").code == 0
    queue = experiment.queues[f"{NAME} · bo@x.io"]["queue_id"]
    renamed = {"queue_id": queue, "update_name": True, "name": "Bo's own"}
    experiment.server.post("/api/3.0/mlflow/review-queues/update", renamed)
    assert "Bo's own" in experiment.queues
    experiment.set_status("Bo's own", sorted(experiment.items("Bo's own"))[0], "COMPLETE", "bo@x.io")
    [status] = experiment.sprint(labeler, "status", NAME, "--json").lines
    assert {each["reviewer"]: each["done"] for each in status["reviewers"]} == {
        PEOPLE[0]: 0,
        "bo@x.io": 1,
        PEOPLE[2]: 0,
    }
    pulled = labeler.run("pull", "-b", experiment.server.url, "-q", NAME, "-e", experiment.id, "-r", "bo@x.io")
    assert pulled.code == 0, pulled.err
    assert experiment.sprint(labeler, "rebalance", NAME, "--yes").code == 0
    dropped = experiment.sprint(labeler, "drop", NAME, "-r", "bo@x.io", "--yes")
    assert dropped.code == 0, dropped.err
    assert [*experiment.items("Bo's own").values()] == ["COMPLETE"]
    assert experiment.sprint(labeler, "delete", NAME, "--yes").code == 0
    assert not experiment.queues


def test_labels_that_a_leaver_delivers_later_count_unless_they_are_ignored(labeler: Program) -> None:
    experiment = SprintExperiment(6)
    assert experiment.create(labeler, NAME, "--yes", "--seed", "4").code == 0
    bos = sorted(experiment.assigned(NAME)["bo@x.io"])
    done, late = bos[0], bos[1]
    for trace in bos[:1]:
        experiment.label(trace, "bo@x.io", True, SLUG)
        experiment.set_status(f"{NAME} · bo@x.io", trace, "COMPLETE", "bo@x.io")
    dropped = experiment.sprint(labeler, "drop", NAME, "-r", "bo@x.io", "--yes")
    assert "What they have labelled stays and counts." in dropped.out, "unless it is asked for otherwise"
    for who, items in experiment.assigned(NAME).items():
        for trace in {late, done} & items.keys() - ({done} if who == "bo@x.io" else set()):
            experiment.label(trace, who, True, SLUG)
            experiment.set_status(f"{NAME} · {who}", trace, "COMPLETE", who)
    experiment.label(late, "bo@x.io", False, SLUG)
    [status] = experiment.sprint(labeler, "status", NAME, "--json").lines
    [correct] = status["questions"]
    assert (correct["items"], correct["labels"]) == (2, 5), "the late label is a third one of its item"
    assert status["items"]["with_two"] == 2

    ignored = experiment.sprint(labeler, "drop", NAME, "-r", "bo@x.io", "--ignore-labels", "--yes")
    assert ignored.code == 0, ignored.err
    assert "Their labels count nowhere" in ignored.out
    assert experiment.plan(SLUG)["ignored"] == ["bo@x.io"]
    [status] = experiment.sprint(labeler, "status", NAME, "--json").lines
    [correct] = status["questions"]
    assert (correct["items"], correct["labels"]) == (1, 2)
    assert status["items"]["with_two"] == 1, "what does not count is no second label"
    assert experiment.sprint(labeler, "rebalance", NAME, "--yes").code == 0
    after = experiment.assigned(NAME)
    assert done in after["bo@x.io"], "what is done never moves"
    assert {*Counter(trace for who, items in after.items() if who != "bo@x.io" for trace in items).values()} == {2}


def test_of_two_leads_who_change_the_plan_one_is_told(labeler: Program) -> None:
    """The second lead's program has read the plan before the first one's writes it, and is stopped meanwhile."""
    experiment = SprintExperiment(4)
    assert experiment.create(labeler, NAME, "--yes").code == 0
    code = (
        "import sys, time\n"
        "from labeler.cli import sprint_state\n"
        "write = sprint_state.write_plan\n"
        "async def late(*args):\n"
        "    print('read', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    return await write(*args)\n"
        "sprint_state.write_plan = late\n"
        "from labeler.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    where = ("-b", experiment.server.url, "-e", experiment.id)
    second = subprocess.Popen(
        [sys.executable, "-c", code, "sprint", "close", NAME, *where],
        cwd=labeler.work, env=labeler.environment | {"LABELER_REVIEWER": "maria@x.io"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert second.stdout is not None
        assert second.stdout.readline() == b"read\n"
        assert experiment.sprint(labeler, "drop", NAME, "-r", "bo@x.io", "--yes", by=LEAD).code == 0
        plan = experiment.plan(SLUG)
        _, said = second.communicate(b"\n", timeout=60)
    finally:
        second.kill()
    assert second.returncode == 2
    assert f"was changed by somebody else meanwhile (revision {plan['rev']} instead of {plan['rev'] - 1})" in (
        on_one_line(said.decode())
    )
    assert experiment.plan(SLUG) == plan


def test_who_watches_sees_newcomers_and_deletions_and_a_server_that_is_away(
    labeler: Program, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = MlflowServer(tmp_path_factory.mktemp("server"))
    try:
        server.start()
        experiment = SprintExperiment(6, server)
        assert experiment.create(labeler, NAME, "--yes", "--seed", "4").code == 0
        where = ("-b", server.url, "-e", experiment.id)
        watching = labeler.start("sprint", "status", NAME, "--watch", "1", *where)
        try:
            shown = Shown(watching)
            shown.wait_for("0 of 12 labels", "Read again every 1 s")
            assert experiment.sprint(labeler, "add", NAME, "-r", "ida@x.io", "--yes").code == 0
            shown.wait_for("ida@x.io")
            trace = experiment.traces[0]
            experiment.label(trace, "default", True)
            experiment.delete_traces(trace)
            shown.wait_for("1 trace is in no queue any more (deleted, or taken out): 2 places less", "of 10 labels")
            server.stop()
            shown.wait_for("! This is as it was at ", "of 10 labels")
            server.start()
            shown.wait_for_not("! This is as it was at ")
            watching.send_signal(signal.SIGINT)
            assert watching.wait(20) == 130
        finally:
            watching.kill()
            watching.communicate()
    finally:
        server.close()


class Shown:
    """What a program that writes its screen again and again shows last."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        assert program.stdout is not None
        self._pipe = program.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self._written = ""

    @property
    def last(self) -> str:
        """The last screen that is complete, on one line."""
        try:
            self._written += os.read(self._pipe, 1_000_000).decode()
        except BlockingIOError:
            time.sleep(0.1)
        screens = self._written.split("Ctrl+C ends this.\n")[:-1]
        return on_one_line(screens[-1] + "Ctrl+C ends this.") if screens else ""

    def wait_for(self, *wanted: str) -> None:
        deadline = time.monotonic() + 60
        while not all(each in (last := self.last) for each in wanted):
            assert time.monotonic() < deadline, f"{wanted} not in: {last}"

    def wait_for_not(self, unwanted: str) -> None:
        deadline = time.monotonic() + 60
        while unwanted in (last := self.last):
            assert time.monotonic() < deadline, last


def test_a_file_for_those_who_prefer_one_does_what_the_line_does(labeler: Program) -> None:
    experiment = SprintExperiment(4)
    made = experiment.create(labeler, "Mit Äpfeln", "--yes", "--seed", "4")
    assert made.code == 0, made.err
    file = labeler.work / "mit-apfeln.labeler.toml"
    assert "mit-apfeln.labeler.toml" in made.out
    text = file.read_text()
    file.rename(labeler.work / "labeler.toml")
    pulled = labeler.run("pull", LABELER_REVIEWER="ana@x.io")
    assert pulled.code == 0, pulled.err
    assert f"{len(experiment.items('Mit Äpfeln · ana@x.io'))} " in pulled.out + pulled.err
    (labeler.work / "labeler.toml").unlink()

    file.write_text("theirs")
    again = experiment.create(labeler, "Mit Äpfeln", "--yes", "--seed", "4")
    assert again.code == 0
    assert "mit-apfeln.labeler.toml is there already, with something else in it, and was left alone." in again.err
    assert file.read_text() == "theirs"
    file.unlink()
    assert experiment.create(labeler, "Mit Äpfeln", "--yes", "--seed", "4").code == 0
    assert file.read_text() == text
