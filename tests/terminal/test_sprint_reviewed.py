"""A reviewer of a sprint, with keys alone: one line to type, the guide first, my items, blind, labels of the sprint."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Ended, Program
from tests.servers.sprint_experiment import SprintExperiment
from tests.terminal.conftest import Machine

pytestmark = pytest.mark.slow

CANARY = "canary-of-a-colleague"
GUIDE = "Wrong is what a customer would come back for."


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> SprintExperiment:
    """A sprint of six items with one for calibration; a colleague and a judge have spoken about all of them."""
    experiment = SprintExperiment(6)
    for trace_id in experiment.traces:
        for source_type, source_id in (("HUMAN", "bo@x.io"), ("LLM_JUDGE", "judge/1"), ("HUMAN", "ana@x.io")):
            say(experiment, trace_id, source_type, source_id)
    home = tmp_path_factory.mktemp("lead")
    lead = Program(home)
    (lead.work / "guide.md").write_text(GUIDE)
    made = experiment.create(lead, "Harvest 2026", "--guide", "guide.md", "--yes", "--seed", "3")
    assert made.code == 0, made.err
    return experiment


def here(experiment: SprintExperiment) -> tuple[str, ...]:
    """The options that name an experiment."""
    return ("-b", experiment.server.url, "-e", experiment.id)


def say(experiment: SprintExperiment, trace_id: str, source_type: str, source_id: str) -> None:
    said = {
        "assessment_name": "correct",
        "source": {"source_type": source_type, "source_id": source_id},
        "rationale": "my own, from before" if source_id == "ana@x.io" else CANARY,
        "create_time": "2026-01-31T10:00:00.000Z",
        "feedback": {"value": False},
    }
    experiment.server.post(f"/api/3.0/mlflow/traces/{trace_id}/assessments", {"assessment": said})


def mine(experiment: SprintExperiment, trace_id: str) -> list[dict[str, Any]]:
    """The labels of Ana's on a trace, that labeler wrote."""
    info = experiment.server.http.get(f"/api/3.0/mlflow/traces/{trace_id}").json()["trace"]["trace_info"]
    return [
        each
        for each in info["assessments"]
        if each["source"]["source_id"] == "ana@x.io" and "labeler.id" in each.get("metadata", {})
    ]


def test_one_line_opens_my_part_of_a_sprint(experiment: SprintExperiment, machine: Machine) -> None:
    machine.extra["LABELER_REVIEWER"] = "ana@x.io"
    line = ("review", "-b", experiment.server.url, "-q", "harvest 2026")
    own = experiment.items("Harvest 2026 · ana@x.io")
    with machine.terminal(*line) as terminal:
        terminal.wait_for("The guide of “Harvest 2026”", GUIDE, "begins")
        terminal.press("enter")
        terminal.wait_until_gone("begins")
        terminal.wait_for("blind", f"item 1/{len(own)}", "› correct")
        terminal.press("m")
        time.sleep(1)
        terminal.press("escape")
        time.sleep(1.2)
        terminal.press("i")
        terminal.wait_for("The guide of “Harvest 2026”", GUIDE)
        terminal.press("escape")
        terminal.wait_until_gone("The guide of")
        time.sleep(1.2)
        for number in range(1, len(own) + 1):
            terminal.wait_for(f"item {number}/")
            terminal.press("y")
            terminal.wait_for(f"mine {number}" if number < len(own) else "Nothing is open any more")
        deadline = time.monotonic() + 30
        while {*experiment.items("Harvest 2026 · ana@x.io").values()} != {"COMPLETE"} and time.monotonic() < deadline:
            time.sleep(0.3)
        assert terminal.leave() == 0
        assert CANARY.encode() not in terminal.written
    assert {*experiment.items("Harvest 2026 · ana@x.io").values()} == {"COMPLETE"}
    for trace_id in own:
        [label] = mine(experiment, trace_id)
        assert label["metadata"]["labeler.sprint"] == "harvest-2026"
        assert label["metadata"]["labeler.blind"] == "true"
        assert "overrides" not in label, "an answer from before the sprint stays"
    with machine.terminal(*line, "--all") as terminal:
        terminal.wait_for(f"/{len(own)}", f"mine {len(own)}")
        assert "begins" not in terminal.text
    (machine.home / "new.md").write_text("Wrong is anything untrue.")
    (machine.home / "lead").mkdir()
    lead = Program(machine.home / "lead")
    assert experiment.sprint(lead, "guide", "Harvest 2026", str(machine.home / "new.md")).code == 0
    with machine.terminal(*line, "--all") as terminal:
        terminal.wait_for("Wrong is anything untrue.", "begins")


def test_who_is_not_in_it_is_asked_which_of_its_reviewers_they_are(
    experiment: SprintExperiment, machine: Machine
) -> None:
    machine.extra["LABELER_REVIEWER"] = "cem"
    with machine.terminal("review", *here(experiment), "-q", "Harvest 2026") as terminal:
        terminal.wait_for("has no queue for cem", "3  cem@x.io", "Which of them are you?")
        terminal.press("3", "enter")
        terminal.wait_for("The guide of “Harvest 2026”")
        terminal.press("enter")
        terminal.wait_for("item 1/", "cem@x.io")


def test_without_a_terminal_they_are_named(experiment: SprintExperiment, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    pulled = Program(home).run("pull", *here(experiment), "-q", "Harvest 2026", LABELER_REVIEWER="cem")
    assert pulled.code == 2
    assert "“Harvest 2026” has no queue for cem. Its reviewers are ana@x.io, bo@x.io, cem@x.io" in pulled.err


def test_of_sprints_of_one_name_mine_is_opened_and_none_is_guessed(
    experiment: SprintExperiment, machine: Machine
) -> None:
    others = SprintExperiment(2)
    (machine.home / "lead").mkdir()
    made = others.create(Program(machine.home / "lead"), "Harvest 2026", "--yes", people=("dora@x.io", "eli@x.io"))
    assert made.code == 0, made.err
    everywhere = ("pull", "-b", experiment.server.url, "-q", "Harvest 2026")

    def pulled(reviewer: str) -> Ended:
        home = machine.home / reviewer
        home.mkdir()
        return Program(home).run(*everywhere, LABELER_REVIEWER=reviewer)

    found = pulled("dora@x.io")
    assert (found.code, "2 traces" in found.err) == (0, True), found
    stranger = pulled("cem")
    assert stranger.code == 2
    assert f"Experiments {experiment.id}, {others.id} each have a sprint “Harvest 2026”" in stranger.err
