"""Repeats: whose items come again, and which two answers of one person are compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import TraceState, TraceSummary
from labeler.sprint.counting import parts_of
from labeler.sprint.errors import SprintError
from labeler.sprint.options import check_reviewers
from labeler.sprint.plan import Plan, PlannedQuestion, PlannedRepeat, SprintSelection, SprintState, plan_json, read_plan
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import Snapshot
from labeler.sprint.repeats import both_passes, drawn_again
from labeler.sprint.traces import SelectedTrace
from tests.agreement.assessments import label

PLAN = Plan(
    "Again",
    "again",
    SprintSelection(),
    1,
    (PlannedQuestion("correct"),),
    SprintState.OPEN,
    opened_at_ms=10_000_000,
    queues={"rq-1": "ana"},
    repeat=PlannedRepeat(2, 1_000),
)


def test_whoever_is_counted_as_two_is_told_of_the_repeat() -> None:
    with pytest.raises(SprintError, match=r"ana#2 would be Ana once more.*--repeat N, with --reviewers Ana"):
        check_reviewers(["Ana", "ana#2"])
    assert check_reviewers(["annotator#1", "annotator#2"]) == ("annotator#1", "annotator#2")


def test_the_last_answer_to_any_of_its_questions_decides_whether_an_item_comes_again() -> None:
    traces = [
        SelectedTrace("long-ago", 1, {("correct", "ana"): 900, ("correct", "bo"): 1}),
        SelectedTrace("lately", 1, {("correct", "ana"): 900, ("quality", "ana"): 1_001}),
        SelectedTrace("otherwise", 1, {("tone", "ana"): 900}),
        SelectedTrace("just-so", 1, {("quality", "ana"): 1_000}),
    ]
    names = ("correct", "quality")
    drawn = drawn_again(traces, ["Ana"], names, PlannedRepeat(2, 1_000), 7)
    assert drawn == {"Ana": ("just-so", "long-ago")}
    assert drawn_again(traces[::-1], ["Ana"], names, PlannedRepeat(2, 1_000), 7) == drawn
    with pytest.raises(SprintError, match="so many: bo 1"):
        drawn_again(traces, ["Ana", "bo"], names, PlannedRepeat(2, 1_000), 7)


def test_a_plan_keeps_what_it_repeats() -> None:
    assert read_plan("again", plan_json(PLAN)).repeat == PLAN.repeat


def test_the_first_answer_is_one_from_before_the_repeat() -> None:
    in_it = {"labeler.sprint": "again"}
    said = (
        label("t-1", "ana", True, at=900),
        label("t-1", "ana", False, at=5_000),
        label("t-1", "ana", True, at=20_000_000, metadata={"labeler.queue": "rq-1"}),
        label("t-1", "ana", False, at=20_000_001, metadata=in_it),
        label("t-1", "bo", False, at=900),
    )
    summary = TraceSummary("t-1", "1", 1, 1, TraceState.OK, "desk", assessments=said)
    items = {"ana": {"t-1": QueueItem("rq-1", "t-1", QueueItemState.COMPLETE)}}
    snapshot = Snapshot(Sprint("1", PLAN), 30_000_000, items, {"t-1": summary})
    [(first, second)] = both_passes(snapshot).answered_twice
    assert (first.assessment, second.assessment) == (said[0], said[3])
    assert len(parts_of(snapshot, said, ()).compared.answered_twice) == 1


def test_a_label_of_a_sprint_that_does_not_name_it_is_no_other_pass() -> None:
    plan = replace(PLAN, repeat=None)
    said = (
        label("t-1", "ana", True, at=20_000_000, metadata={"labeler.queue": "rq-1"}),
        label("t-1", "ana", False, at=20_000_001, metadata={"labeler.sprint": "again"}),
    )
    summary = TraceSummary("t-1", "1", 1, 1, TraceState.OK, "desk", assessments=said)
    snapshot = Snapshot(Sprint("1", plan), 30_000_000, {}, {"t-1": summary})
    assert parts_of(snapshot, said, ()).compared.answered_twice == ()
