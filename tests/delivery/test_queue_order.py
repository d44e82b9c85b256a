"""In which order a reviewer works on the items of a queue: one that they asked for, a sprint's, or any other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.backends.base import BadFilter
from labeler.backends.mlflow.backend import open_backend
from labeler.delivery.listing import listed_traces
from labeler.delivery.queue_order import order_of, work_order
from labeler.domain.queue import Queue
from labeler.domain.sprint import order_of_items
from labeler.domain.worklist import Query, ReviewSpec
from tests.desk.at_a_queue import at_queue, served_queue

TRACES = [f"tr-{number}" for number in range(40)]
PLAN = {
    "format": 1,
    "queues": {"rq-1": "Ana@x.io", "rq-2": "bo@x.io"},
    "order_seed": 7,
    "calibration": ["tr-30", "tr-4"],
    "opened_at": "2026-11-30T10:12:00Z",
}
SPEC = ReviewSpec("http://127.0.0.1", "", ("1",), "ana@x.io", "rq-1", sprint="autumn", plan=json.dumps(PLAN))
QUEUE = Queue("rq-1", "1", "Autumn · ana@x.io", ("ana@x.io",))


def test_calibration_comes_first_then_an_order_of_ones_own() -> None:
    mine = work_order(SPEC, QUEUE, TRACES)
    assert {*mine[:2]} == {"tr-30", "tr-4"}
    assert sorted(mine) == sorted(TRACES)
    assert mine == work_order(SPEC, QUEUE, reversed(TRACES))
    assert mine == order_of_items(TRACES, "ana@x.io", 7, ["tr-4", "tr-30"])
    theirs = work_order(replace(SPEC, reviewer="bo@x.io"), replace(QUEUE, id="rq-2", users=("bo@x.io",)), TRACES)
    assert theirs[2:] != mine[2:]


def test_any_other_queue_and_one_whose_plan_cannot_be_read_keep_the_servers_order() -> None:
    assert work_order(replace(SPEC, sprint="", plan=""), QUEUE, TRACES) == TRACES
    assert work_order(replace(SPEC, plan="{"), QUEUE, TRACES) == TRACES


ORDERS = [
    ("timestamp_ms ASC",),
    ("timestamp DESC",),
    ("execution_time_ms desc", "request_id DESC"),
    ("attributes.execution_time",),
    ("name DESC",),
    ("status", "timestamp_ms"),
    ("tag.shelf", "timestamp_ms"),
    ("tags.`the shelf` DESC",),
    ("trace.name",),
    ("metadata.`mlflow.traceInputs`",),
    ("run_id DESC",),
]
"""MLflow's server orders a search by each of these."""


@pytest.mark.slow
async def test_the_order_that_was_asked_for_is_that_of_a_search_and_wins_over_the_queues_own() -> None:
    queue = served_queue(12, ("ana", "bo"))
    for number, trace_id in enumerate(queue.trace_ids):
        for key in ("shelf", "the shelf") if number % 3 else ():
            tag = {"key": key, "value": "bBäA"[number % 4]}
            queue.server.http.patch(f"/api/3.0/mlflow/traces/{trace_id}/tags", json=tag).raise_for_status()
    backend = await open_backend(queue.server.url)
    spec = ReviewSpec(backend.uri, "", (queue.experiment,), "ana", queue.id, sprint="autumn", plan=json.dumps(PLAN))
    try:
        for order_by in ORDERS:
            query = Query((queue.experiment,), order_by=order_by)
            searched = [each.id async for page in backend.snapshot(query) for each in page]
            for limit in (None, 5):
                ordered = replace(spec, order_by=order_by, limit=limit)
                listed = [each.summary.id async for page in listed_traces(backend, ordered) for each in page]
                assert listed == searched[:limit], order_by
    finally:
        await backend.close()


@pytest.mark.parametrize("order", ["quality", "timestamp_ms SIDEWAYS", "name DESC, status", ""])
def test_an_order_that_no_queue_can_have_is_refused_with_those_it_can(order: str) -> None:
    with pytest.raises(BadFilter, match=r"timestamp_ms, .*tag\.NAME"):
        order_of([order])


async def test_items_that_come_later_come_at_the_end_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    queue = served_queue(4, more=4)
    oldest_first = queue.trace_ids
    async with at_queue(tmp_path / "ana", queue, order_by=("timestamp_ms DESC",)) as there:
        assert [item.trace_id for item in there.desk.state.items] == oldest_first[3::-1]
        queue.add(*oldest_first[4:])
        await there.until(lambda: len(there.desk.state.items) == 8, "the new items")
        assert [item.trace_id for item in there.desk.state.items[4:]] == oldest_first[:3:-1]
