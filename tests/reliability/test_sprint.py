"""Sprints made and labelled by real programs: the small versions of ``python -m tests.reliability sprint`` and
``sprint-kills``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reliability import sprint_kills
from tests.reliability.sprint import Size, run
from tests.reliability.sprint_rows import differences
from tests.servers.mlflow_server import MlflowServer, shared_server


@pytest.mark.slow
@pytest.mark.timeout(840)
def test_every_figure_of_a_sprint_that_eight_programs_label_is_that_of_the_rows(tmp_path: Path) -> None:
    server = MlflowServer(tmp_path)
    try:
        server.start()
        size = Size(traces=40, overlap=6, looks=1, quality=True, give_up_s=480)
        outcome = run(server, size, tmp_path)
    finally:
        server.close()
    assert outcome.holds, outcome
    assert 0 < outcome.done_at_looks[0] < outcome.places == 240


@pytest.mark.slow
def test_a_sprint_whose_making_is_killed_ends_as_one_that_was_not(tmp_path: Path) -> None:
    outcome = sprint_kills.run(shared_server(), tmp_path, kills=4, races=1, seed=3, traces=20)
    assert outcome.holds, outcome.wrong
    assert outcome.kills >= 4
    assert outcome.races == 2


def test_a_figure_that_differs_is_told() -> None:
    reviewer, question = {"reviewer": "ana", "done": 3, "kappa": None}, {"name": "correct", "alpha": 0.5}
    told = {"labels": {"done": 3}, "reviewers": [reviewer], "questions": [question]}
    rows: dict[str, Any] = {"labels": {"done": 3}, "reviewers": {"ana": {"done": 3, "kappa": None}}}
    rows["questions"] = {"correct": {"alpha": 0.5}}
    assert differences(told, rows) == []
    rows["reviewers"] = {"ana": {"done": 4, "kappa": 0.1}, "bo": {"done": 0}}
    rows["questions"] = {"correct": {"alpha": 0.5000001}}
    assert differences(told, rows) == [
        "reviewers.ana.done: 3 and not 4",
        "reviewers.ana.kappa: None and not 0.1",
        "reviewers.bo: None and not {'done': 0}",
        "questions.correct.alpha: 0.5 and not 0.5000001",
    ]
