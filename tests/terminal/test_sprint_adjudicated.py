"""A lead decides what reviewers disagree on, with keys alone, at a real server: one key, one row, and nothing else."""

from __future__ import annotations

import csv
import re
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program
from tests.servers.mlflow_server import MlflowServer
from tests.servers.sprint_experiment import LEAD, PEOPLE, SprintExperiment
from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.slow  # programs at a real server, in real terminals

SLUG = "settled-2026"
NAME = "Settled 2026"
LOOKED_AT_S = 0.4
"""Keys that decide are ignored for a moment after another case was painted."""


class Labelled:
    """A sprint of four items that three people labelled, two of which they dispute, two to one."""

    def __init__(self, lead: Program, server: MlflowServer | None = None) -> None:
        self.lead = lead
        self.experiment = SprintExperiment(4, server)
        made = self.experiment.create(lead, NAME, "--overlap", "3", "--yes", "--seed", "3")
        assert made.code == 0, made.err
        self.traces = sorted(self.experiment.traces)
        for at, trace in enumerate(self.traces):
            for number, who in enumerate(PEOPLE):
                said = at != 1 and not (at in (0, 2) and number == 0)
                self.experiment.label(trace, who, said, SLUG)
                self.experiment.set_status(f"{NAME} · {who}", trace, "COMPLETE", who)
        self.disputed = {self.traces[0], self.traces[2]}

    def rows(self, trace: str) -> list[dict[str, Any]]:
        info = self.experiment.server.http.get(f"/api/3.0/mlflow/traces/{trace}").json()["trace"]["trace_info"]
        rows: list[dict[str, Any]] = info["assessments"]
        return rows

    @property
    def labels(self) -> list[dict[str, Any]]:
        """What reviewers said, whether it stands or not."""
        return [row for trace in self.traces for row in self.rows(trace) if not is_decision(row)]

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """The decisions that stand."""
        rows = [row for trace in self.traces for row in self.rows(trace)]
        return [row for row in rows if is_decision(row) and row.get("valid", True)]

    @property
    def items(self) -> dict[str, dict[str, str]]:
        """The states of all items, by queue."""
        return {queue: self.experiment.items(queue) for queue in self.experiment.queues}

    def until_decided(self, *values: object) -> list[dict[str, Any]]:
        """Wait until decisions of these values stand, and nothing else; return them."""
        wanted = sorted(map(str, values))
        deadline = time.monotonic() + 120
        while True:
            found = self.decisions
            if sorted(str(value_of(row)) for row in found) == wanted:
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.2)

    def told(self, *arguments: str) -> Any:
        """What a command says as JSON."""
        told = self.experiment.sprint(self.lead, *arguments, "--json")
        assert told.code == 0, told.err
        return told.lines[0] if len(told.lines) == 1 else told.lines

    def report(self) -> Any:
        where = ("-b", self.experiment.server.url, "-e", self.experiment.id)
        told = self.lead.run("report", *where, "--json", LABELER_REVIEWER=LEAD)
        assert told.code == 0, told.err
        return told.lines[0]

    def consensus(self) -> dict[str, tuple[str, str]]:
        """What stands for the people on each trace, and how that came about."""
        where = ("-b", self.experiment.server.url, "-e", self.experiment.id)
        folder = self.lead.work / "tables"
        told = self.lead.run("report", *where, "--format", "csv", "-o", str(folder), LABELER_REVIEWER=LEAD)
        assert told.code == 0, told.err
        with (folder / "items.csv").open(encoding="utf-8", newline="") as file:
            return {row["trace_id"]: (row["consensus"], row["how"]) for row in csv.DictReader(file)}

    def terminal(self, machine: Machine, *more: str, who: str = LEAD, size: tuple[int, int] = (120, 40)) -> Terminal:
        """A lead who adjudicates."""
        machine.extra["LABELER_REVIEWER"] = who
        where = ("-b", self.experiment.server.url, "-e", self.experiment.id)
        return machine.terminal("sprint", "adjudicate", NAME, *more, *where, size=size)


def is_decision(row: dict[str, Any]) -> bool:
    return bool(row.get("metadata", {}).get("labeler.role") == "adjudication")


def value_of(row: dict[str, Any]) -> object:
    return row["feedback"].get("value")


def looked_at(terminal: Terminal, *wanted: str) -> None:
    """Wait until this is on the screen, and as long as it takes to be looked at."""
    terminal.wait_for("line 1–", *wanted)
    time.sleep(LOOKED_AT_S)


def at_once(machine: Machine, configuration: str = "[delivery]\ngrace = 0\n") -> Machine:
    """Have decisions go out as soon as they are left, or as this configuration says."""
    (machine.home / "labeler.toml").write_text(configuration)
    return machine


def another_machine(home: Path) -> Machine:
    home.mkdir()
    return at_once(Machine(home))


@pytest.fixture
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return Labelled(Program(tmp_path_factory.mktemp(f"lead-{uuid.uuid4().hex[:6]}")))


def test_one_key_is_one_row_and_everything_else_is_as_it_was(labelled: Labelled, machine: Machine) -> None:
    items, labels = labelled.items, labelled.labels
    status, report = labelled.told("status", NAME), labelled.report()
    assert status["questions"][0].pop("disagreements") == 2
    with labelled.terminal(at_once(machine)) as terminal:
        looked_at(terminal, "adjudicate", "1/2", "majority Correct (2 of 3)", "X no right answer", "reviewer")
        assert not any(who in terminal.text for who in PEOPLE), "names are hidden"
        terminal.press("B")
        terminal.wait_for("names shown", *PEOPLE)
        terminal.press("n")
        looked_at(terminal, "2/2", "decided 1", "last  Wrong")
        assert not any(who in terminal.text for who in PEOPLE), "names are hidden again"
        labelled.until_decided(False)
        terminal.press("X")
        terminal.wait_for("2 of 2 decided, 2 of them in this sitting", "1 no right answer", "All of it is delivered")
        [wrong, none] = sorted(labelled.until_decided(False, None), key=lambda row: value_of(row) is None)
        assert terminal.leave() == 0
        assert b"2 decided, 0 open; 2 of 2 in all" in terminal.written
    assert {wrong["trace_id"], none["trace_id"]} == labelled.disputed
    version = wrong["metadata"].pop("labeler.version")
    assert version
    assert int(wrong["metadata"].pop("labeler.duration_ms")) > 0
    votes = {row["assessment_id"] for row in labelled.rows(wrong["trace_id"]) if not is_decision(row)}
    assert set(wrong["metadata"].pop("labeler.adjudicates").split(",")) == votes
    assert wrong["metadata"] == {
        "labeler.id": wrong["assessment_id"],
        "labeler.role": "adjudication",
        "labeler.sprint": SLUG,
        "labeler.blind": "revealed",
        "labeler.queue": labelled.experiment.queues[f"{NAME} · adjudication"]["queue_id"],
    }
    assert "overrides" not in wrong
    assert wrong["source"] == {"source_type": "HUMAN", "source_id": LEAD}
    assert labelled.items == items, "no reviewer's item is open again"
    assert labelled.labels == labels, "no label is overridden"
    after = labelled.told("status", NAME)
    assert after["questions"][0].pop("disagreements") == 0
    assert after == status
    assert figures(labelled.report()) == figures(report)
    consensus = labelled.consensus()
    assert consensus[wrong["trace_id"]] == ("false", "adjudicated")
    assert consensus[none["trace_id"]] == ("", ""), "no answer is right, whatever most people said"
    assert {consensus[each] for each in {*labelled.traces} - labelled.disputed} == {
        ("true", "majority"),
        ("false", "majority"),
    }
    [first, second] = labelled.told("adjudicate", NAME)
    assert {str(each["decided"]) for each in (first, second)} == {
        str({"value": False, "by": LEAD}),
        str({"value": None, "by": LEAD}),
    }


def figures(report: Any) -> Any:
    """The figures of how far people agree, without what stands for the people."""
    kept = ("name", "level", "alpha", "percent", "ac1", "ci", "labels", "pairs", "without")
    return [{name: each.get(name) for name in kept} for each in report["questions"]], report.get("reviewers")


def test_of_two_leads_at_once_one_decides_and_the_other_reads_what(
    labelled: Labelled, machine: Machine, tmp_path: Path
) -> None:
    with (
        labelled.terminal(at_once(machine)) as one,
        labelled.terminal(another_machine(tmp_path / "maria"), who="maria@x.io") as other,
    ):
        for terminal in (one, other):
            looked_at(terminal, "1/2", "majority Correct")
        one.press("y")
        other.press("n")
        [row] = settled(labelled)
        loser, winner = (other, LEAD) if row["source"]["source_id"] == LEAD else (one, "maria@x.io")
        said = "Correct" if value_of(row) else "Wrong"
        loser.wait_for(f"{winner} decided correct: {said}; that counts, not yours")
        loser.press("k")
        looked_at(loser, "1/2", f"decided {said} by {winner}")
        loser.press("u")
        loser.wait_for("was decided otherwise since: nothing was taken back")
        assert labelled.decisions == [row]
        loser.press("1" if said == "Wrong" else "2")
        looked_at(loser, "2/2", "decided 1")
        [again] = labelled.until_decided(said == "Wrong")
        assert again["overrides"] == row["assessment_id"], "a decision may be superseded, knowingly"
        loser.press("u")
        looked_at(loser, "1/2", f"decided {said} by {winner}")
        loser.press("j")
        assert labelled.until_decided(said == "Correct") == [row]


def settled(labelled: Labelled) -> list[dict[str, Any]]:
    """Return the one decision that stands once two were sent."""
    deadline = time.monotonic() + 120
    while len(labelled.decisions) != 1:
        assert time.monotonic() < deadline, labelled.decisions
        time.sleep(0.2)
    return labelled.decisions


def test_killed_at_once_what_was_decided_arrives_with_the_next_start_and_can_be_taken_back(
    labelled: Labelled, machine: Machine
) -> None:
    at_once(machine, "[delivery]\ngrace = 30\n")
    with labelled.terminal(machine) as terminal:
        looked_at(terminal, "1/2")
        terminal.press("y")
        looked_at(terminal, "2/2", "decided 1", "1 queued")
        terminal.kill()
    assert labelled.decisions == []
    with labelled.terminal(at_once(machine)) as terminal:
        looked_at(terminal, "2/2", "decided 1")
        [row] = labelled.until_decided(True)
        terminal.press("u")
        looked_at(terminal, "1/2", "decided 0", "took back Correct")
        terminal.press("j")
        labelled.until_decided()
        looked_at(terminal, "2/2")
        terminal.press("k")
        looked_at(terminal, "1/2")
        terminal.press("=")
        [again] = labelled.until_decided(True)
        assert again["assessment_id"] != row["assessment_id"], "an ID that may be deleted late is not used again"
        assert terminal.leave() == 0


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[MlflowServer]:
    """A server that a test may stop."""
    server = MlflowServer(tmp_path)
    server.start()
    yield server
    server.close()


@pytest.fixture
def labelled_there(own_server: MlflowServer, tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return Labelled(Program(tmp_path_factory.mktemp("lead")), own_server)


def test_without_a_network_decisions_are_kept_and_go_out_when_it_is_back(
    own_server: MlflowServer, labelled_there: Labelled, machine: Machine
) -> None:
    with labelled_there.terminal(at_once(machine)) as terminal:
        looked_at(terminal, "1/2", "online")
        time.sleep(1)
        own_server.stop()
        terminal.press("y")
        looked_at(terminal, "2/2", "decided 1", "1 queued")
        terminal.wait_for("offline")
        terminal.press("n")
        terminal.wait_for("2 of 2 decided", "2 still to be delivered")
        own_server.start()
        labelled_there.until_decided(True, False)
        terminal.wait_for("All of it is delivered")
        assert terminal.leave() == 0


def test_with_its_journal_taken_away_a_decision_is_kept_and_interrupts_while_it_closes_cut_nothing_short(
    own_server: MlflowServer, labelled_there: Labelled, machine: Machine
) -> None:
    with labelled_there.terminal(at_once(machine)) as terminal:
        looked_at(terminal, "1/2", "online")
        machine.put_another_journal_in_its_place()
        terminal.wait_for("another journal lies at")
        own_server.send_signal(signal.SIGSTOP)  # so that the last chance to deliver is taken up whole
        terminal.press("y")
        looked_at(terminal, "2/2", "decided 1", "1 queued")
        assert terminal.interrupt_while_it_closes() == 130
        told = terminal.told_at_the_end
    own_server.send_signal(signal.SIGCONT)
    (rescued,) = (machine.home / "data").glob("journal.rescued-*/journal.db")
    assert re.sub(r"\s", "", f"Nothing is lost: the work goes on in {rescued}") in told
    assert "1decided,1open;1of2inall" in told
    assert "1tobedelivered,safein" in told
