"""`labeler sprint adjudicate` without a screen: what there is to decide, and why there is nothing, at a real server."""

from __future__ import annotations

import json

import pytest

from tests.cli.program import Ended, Program
from tests.servers.filling import create_schema
from tests.servers.sprint_experiment import PEOPLE, SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program at a real server

NAME, SLUG = "Decided alone 2026", "decided-alone-2026"


@pytest.fixture
def experiment(labeler: Program) -> SprintExperiment:
    """A sprint of two items with a question that one key decides and one that takes text."""
    experiment = SprintExperiment(2)
    create_schema(experiment.server, experiment.id, "why", {"text": {}})
    made = experiment.create(labeler, NAME, "--overlap", "all", "--yes")
    assert made.code == 0, made.err
    return experiment


def say(experiment: SprintExperiment, trace: str, *values: bool) -> None:
    for who, value in zip(PEOPLE, values, strict=False):
        experiment.label(trace, who, value, SLUG)


def test_what_there_is_to_decide_and_why_there_is_nothing(labeler: Program, experiment: SprintExperiment) -> None:
    def adjudicate(*more: str) -> Ended:
        return experiment.sprint(labeler, "adjudicate", NAME, *more)

    one, other = sorted(experiment.traces)
    nothing = adjudicate()
    assert (nothing.code, nothing.out) == (0, "")
    assert "“why” takes text or an object: it is not adjudicated yet." in nothing.err
    assert f"Nothing is labelled in “{NAME}” yet: there is nothing to decide." in nothing.err

    say(experiment, one, True, True, True)
    agreed = adjudicate("--ask", "correct")
    assert agreed.code == 0
    assert f"Nobody disagrees on “correct” in “{NAME}”, as far as labels have been delivered." in agreed.err
    assert "--all also shows the 1 that is labelled." in agreed.err

    say(experiment, other, True, False)
    [case] = adjudicate("--json").lines
    assert (case["trace_id"], case["question"], case["majority"], case["decided"]) == (other, "correct", None, None)
    assert case["votes"] == [
        {"reviewer": who, "value": value} for who, value in zip(PEOPLE, (True, False), strict=False)
    ]
    assert [each["trace_id"] for each in adjudicate("--all", "--json").lines] == [other, one]

    no_screen = adjudicate()
    assert no_screen.code == 2
    assert (
        "There is no terminal to draw on. labeler sprint adjudicate 'Decided alone 2026' --json lists" in no_screen.err
    )

    unknown = adjudicate("--ask", "correkt")
    assert unknown.code == 2
    assert f"“{NAME}” does not ask “correkt”. It asks " in unknown.err
    text = adjudicate("--ask", "why")
    assert text.code == 2
    assert "“why” takes text or an object: such questions are not adjudicated yet. Nothing was changed" in text.err

    plan = experiment.plan(SLUG)
    for state, words in (("closed", "labeler sprint reopen"), ("creating", "is still being made by lead@x.io")):
        tag = {
            "experiment_id": experiment.id,
            "key": f"labeler.sprint.{SLUG}",
            "value": json.dumps(plan | {"state": state}),
        }
        experiment.server.post("/api/2.0/mlflow/experiments/set-experiment-tag", tag)
        refused = adjudicate()
        assert refused.code == 2
        assert words in refused.err
    missing = experiment.sprint(labeler, "adjudicate", "No such sprint")
    assert missing.code == 2
    assert "No sprint is called “No such sprint”" in missing.err
