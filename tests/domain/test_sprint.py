"""Which labels and queues are a sprint's, by its plan."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.sprint import SprintPlan, in_scope, plan_of, plans_in, scope_of, scope_of_plan, scope_of_queue

PLAN = {
    "format": 1,
    "rev": 7,
    "name": "Autumn 2026",
    "slug": "autumn-2026",
    "state": "open",
    "opened_at": "2026-11-30T10:12:00Z",
    "queues": {"rq-1": "Ana@x.io", "rq-2": "bo@x.io"},
    "adjudication_queue": "rq-3",
    "left": ["bo@x.io"],
}
OPENED_MS = 1_796_033_520_000
AUTUMN = SprintPlan("autumn-2026", {"rq-1": "Ana@x.io", "rq-2": "bo@x.io"}, "rq-3", OPENED_MS)


def said(at_ms: int = OPENED_MS, by: str = "ana@x.io", trace_id: str = "tr-1", **metadata: str) -> Assessment:
    return Assessment(
        "a-1",
        trace_id,
        "correct",
        AssessmentKind.FEEDBACK,
        True,
        Source(SourceType.HUMAN, by),
        metadata={f"labeler.{key}": each for key, each in metadata.items()},
        created_at_ms=at_ms,
    )


def test_a_plan_says_which_queues_are_a_sprints() -> None:
    tags = {
        "labeler.sprint.autumn-2026": json.dumps(PLAN),
        "labeler.sprint.autumn-2026.guide": "# How to judge",
        "labeler.sprint.later": json.dumps({**PLAN, "format": 2}),
        "labeler.sprint.odd": "[1",
        "mlflow.note": "no plan",
    }
    plans = plans_in(tags)
    assert plans == [AUTUMN]
    assert [scope_of_queue(each, plans) for each in ("rq-1", "rq-3", "rq-9", None)] == ["autumn-2026"] * 2 + ["", ""]


@pytest.mark.parametrize("changes", [{"queues": None}, {"queues": ["rq-1"]}, {"opened_at": 5}, {"opened_at": "soon"}])
def test_a_plan_that_somebody_has_changed_is_read_as_far_as_it_says_something(changes: dict[str, object]) -> None:
    plan = plan_of("autumn-2026", json.dumps({**PLAN, **changes}))
    assert plan is not None
    assert plan.queues == ({} if "queues" in changes else AUTUMN.queues)
    assert plan.opened_at_ms == (None if "opened_at" in changes else OPENED_MS)


@pytest.mark.slow
@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x)).map(json.dumps))
def test_no_text_of_a_tag_is_an_error(text: str) -> None:
    assert plan_of("x", text) is None


def test_an_answer_is_a_sprints_by_its_own_word_else_its_queue_else_its_time_and_trace() -> None:
    autumn = scope_of_plan(AUTUMN, {"Ana@x.io": {"tr-1"}})
    belongs = {
        "its own word": said(0, sprint="autumn-2026"),
        "its queue": said(0, queue="rq-2"),
        "made on MLflow's page": said(),
        "within the grace of clocks": said(OPENED_MS - 60_000),
    }
    others = {
        "another sprint's": said(sprint="spring", queue="rq-1"),
        "of another queue": said(queue="rq-9"),
        "before it opened": said(OPENED_MS - 600_000),
        "on a trace of somebody else's": said(trace_id="tr-2"),
        "by somebody without a queue": said(by="sam"),
    }
    assert {name for name, each in (belongs | others).items() if scope_of(each, [autumn]) == "autumn-2026"} == set(
        belongs
    )
    assert scope_of(others["another sprint's"], [autumn]) == "spring"
    assert all(in_scope("", [autumn])(each) for name, each in others.items() if name != "another sprint's")
    before_it_opens = scope_of_plan(SprintPlan("autumn-2026", AUTUMN.queues), {"ana@x.io": {"tr-1"}})
    assert scope_of(said(), [before_it_opens]) == ""
