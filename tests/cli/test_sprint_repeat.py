"""A repeat: reviewers get items of their own again after a day, and see how far they agree with themselves."""

from __future__ import annotations

import json
from pathlib import Path

import krippendorff
import numpy as np
import pytest

from labeler.domain.clock import wall_clock_ms
from labeler.sprint.repeats import DAY_MS
from tests.cli.program import Program
from tests.cli.sprint_store import SprintStore
from tests.servers.sprint_experiment import SprintExperiment

pytestmark = pytest.mark.slow  # commands of the real program, many a test

NAME, SLUG = "Once more", "once-more"


@pytest.fixture(params=["mlflow", "local"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> SprintExperiment | SprintStore:
    """Fourteen traces: Ana labelled ten of them days ago, two of these again today; Bo six."""
    there = SprintExperiment(14) if request.param == "mlflow" else SprintStore(tmp_path / "store.db", 14)
    traces = sorted(there.traces)
    for at, trace in enumerate(traces[:10]):
        there.label(trace, "ana", at % 3 != 0, at_ms=wall_clock_ms() - 2 * DAY_MS)
    for trace in traces[:2]:
        there.label(trace, "ana", True)
    for trace in traces[4:10]:
        there.label(trace, "bo", True, at_ms=wall_clock_ms() - 5 * DAY_MS)
    return there


def created(place: SprintExperiment | SprintStore, labeler: Program, *options: str, by: str = "ana") -> tuple[int, str]:
    """Make a repeat; its exit code and what it printed."""
    asked = () if isinstance(place, SprintExperiment) else ("--questions", str(place.questions))
    ended = place.sprint(labeler, "create", NAME, *asked, *options, "--yes", by=by)
    return ended.code, ended.out + ended.err


def test_own_items_come_again_and_are_compared(place: SprintExperiment | SprintStore, labeler: Program) -> None:
    traces = sorted(place.traces)
    code, said = created(place, labeler, "--repeat", "6", "--reviewers", "ana,bo", "--seed", "3")
    assert code == 0, said
    assert "repeat 6 items each, their own, answered until" in said
    assert "asked again" not in said
    mine, bos = place.items(f"{NAME} · ana"), place.items(f"{NAME} · bo")
    assert len(mine) == 6
    assert {*mine} <= {*traces[2:10]}, "answered at least a day ago"
    assert sorted(bos) == traces[4:10]
    again, words = created(place, labeler, "--repeat", "6", "--reviewers", "ana,bo", "--seed", "3")
    assert again == 0
    assert "nothing was left to do" in words

    first = place.labels("ana")
    second = {trace: first[trace] if at else not first[trace] for at, trace in enumerate(sorted(mine))}
    for trace, value in second.items():
        place.label(trace, "ana", bool(value), SLUG)
        place.set_status(f"{NAME} · ana", trace, "COMPLETE", "ana")
    [status] = place.sprint(labeler, "status", NAME, "--json").lines
    assert {each["reviewer"]: (each["done"], each["of"]) for each in status["reviewers"]} == {
        "ana": (6, 6),
        "bo": (0, 6),
    }
    [oneself] = status["with_oneself"]
    assert (oneself["reviewer"], oneself["question"], oneself["items"]) == ("ana", "correct", 6)
    assert oneself["percent"] == 5 / 6
    grid = np.array([[float(bool(said[trace])) for trace in sorted(mine)] for said in (first, second)])
    alpha = krippendorff.alpha(reliability_data=grid, level_of_measurement="nominal")
    assert oneself["alpha"] == pytest.approx(alpha, abs=1e-12)
    assert "with oneself" in place.sprint(labeler, "status", NAME).out
    if isinstance(place, SprintExperiment):
        where = ("-b", place.server.url, "-e", place.id)
    else:
        where = ("-b", place.uri, "-e", "1")
    for asked in ((), ("--sprint", NAME)):
        report = json.loads(labeler.run("report", *where, *asked, "--format", "json", LABELER_REVIEWER="ana").out)
        [row] = report["with_oneself"]
        assert (row["reviewer"], row["items"], row["percent"]) == ("ana", 6, 5 / 6)
    for action in (("add", NAME, "-r", "cem"), ("drop", NAME, "-r", "bo"), ("rebalance", NAME)):
        refused = place.sprint(labeler, *action, "--yes")
        assert refused.code == 2
        assert "gives everybody items of their own again, which nobody else can do" in refused.err


def test_what_cannot_be_repeated_is_told(place: SprintExperiment | SprintStore, labeler: Program) -> None:
    for options, told in (
        (("--repeat", "9"), "and of these traces are so many: ana 8"),
        (("--repeat", "7", "--reviewers", "bo,ana"), "bo 6"),
        (("--repeat", "3", "--overlap", "2", "--no-blind"), "leave out --overlap, --no-blind"),
        (("--reviewers", "ana,ana#2", "--overlap", "2"), "For agreement with oneself give --repeat N"),
        (("--reviewers", "ana"), "Give --reviewers a,b,… and --overlap K; or --repeat N"),
    ):
        code, said = created(place, labeler, *options)
        assert code == 2, said
        assert told in said
