"""Checking a judge at a real server: what it disagrees with people about comes first, and a verdict costs one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.recorded_experiment import Experiment
from tests.servers.filling import create_schema
from tests.servers.judged import Judged, log_judged
from tests.terminal.conftest import Machine

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]

CONFIGURATION = """
[judges]
correct_v1 = "correct"
[review]
guard_ms = 0
[delivery]
grace = 0
"""


def at_the_server(machine: Machine, experiment: Experiment) -> None:
    """Have the machine review the experiment, with the judge's question among its label schemas."""
    answers = {"pass_fail": {"positive_label": "Correct", "negative_label": "Wrong"}}
    create_schema(experiment.server, experiment.id, "quality", {"numeric": {"min_value": 1, "max_value": 5}})
    create_schema(experiment.server, experiment.id, "correct", answers)
    machine.asks(CONFIGURATION)
    machine.extra |= {"MLFLOW_TRACKING_URI": experiment.server.url, "MLFLOW_EXPERIMENT_ID": experiment.id}


@pytest.mark.slow
def test_a_hundred_verdicts_of_which_twelve_are_wrong_take_a_hundred_keys_corrections_included(tmp_path: Path) -> None:
    experiment, machine = Experiment(), Machine(tmp_path)
    wrong = set(range(4, 100, 8))
    verdicts = [(number % 3 != 0, (number % 3 != 0) is not (number in wrong)) for number in range(100)]
    disputed = {number: [("ana@x.io", verdicts[number][0])] for number in sorted(wrong)[:5]}
    agreed = {number: [("ana@x.io", verdicts[number][0])] for number in (1, 2, 3)}
    traces = log_judged(experiment.server, experiment.id, verdicts, disputed | agreed)
    at_the_server(machine, experiment)
    newest_first = [number for number in reversed(range(100)) if number not in disputed]
    order = [*sorted(disputed, reverse=True), *newest_first]
    keys = 0
    with machine.terminal("review", "--judge", "correct_v1") as terminal:
        for number, index in enumerate(order, 1):
            truth, verdict = verdicts[index]
            whose = ("judges/llm_judge", "judges/code")[index % 2]
            terminal.wait_for(f"item {number}/100", f"answer to {truth} {index}", f"as {whose}")
            terminal.press("=" if truth is verdict else "y" if truth else "n")
            keys += 1
            terminal.wait_for(f"mine {number} " if number < 100 else "100 of 100 labelled")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert keys == 100
    assert mine(experiment, traces) == {each.id: each.truth for each in traces}


def mine(experiment: Experiment, traces: list[Judged]) -> dict[str, object]:
    """What the reviewer said about each trace, by the server's account."""
    said = {each.id: experiment.human_labels(each.id) for each in traces}
    return {
        trace_id: label["feedback"]["value"]
        for trace_id, labels in said.items()
        for label in labels
        if label["source"]["source_id"] == "rhea.k" and label["assessment_name"] == "correct"
    }


def test_the_same_words_open_the_same_worklist_and_what_they_cannot_go_with_is_said(tmp_path: Path) -> None:
    experiment, machine = Experiment(), Machine(tmp_path)
    traces = log_judged(
        experiment.server, experiment.id, [(True, True), (False, True), (True, True)], {1: [("bo", False)]}
    )
    at_the_server(machine, experiment)
    with machine.terminal("review", "--judge", "correct_v1") as terminal:
        terminal.wait_for("item 1/3", "answer to False 1", "correct_v1 in ", "= Correct, as judges/code")
        assert "quality" not in terminal.text
        terminal.press("n")
        terminal.wait_for("item 2/3", "answer to True 2", "mine 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    log_judged(experiment.server, experiment.id, [(False, True)], {0: [("bo", False)]})
    with machine.terminal("review", "--judge", "correct_v1") as terminal:
        terminal.wait_for("item 2/4", "answer to True 2", "mine 1")
        terminal.press("G")
        terminal.wait_for("item 4/4", "answer to False 0")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert mine(experiment, traces) == {traces[1].id: False}
    refused = {
        ("--judge", "tone_v1"): "there are correct, quality",
        ("--judge", "correct_v1", "--blind"): "A blind review hides what judges said",
        ("--judge", "correct_v1", "--ask", "correct"): "leave --ask out",
        ("--judge", "correct_v1", "-q", "me"): "leave --queue out",
        ("--judge", "correct_v1", traces[0].id): "none can be named beside it",
    }
    for arguments, sentence in refused.items():
        with machine.terminal("review", *arguments) as terminal:
            assert terminal.wait_for_exit() == 2
            assert sentence in " ".join(terminal.text.split())
    with machine.terminal("review", "--judge", "quality") as terminal:
        assert terminal.wait_for_exit() == 0
        terminal.wait_for("There is no verdict of a judge or of code in “quality in ")
