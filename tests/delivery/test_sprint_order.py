"""In which order a reviewer works on the items of a sprint's queue, and on those of any other."""

from __future__ import annotations

import json
from dataclasses import replace

from labeler.delivery.listing import work_order
from labeler.domain.queue import Queue
from labeler.domain.sprint import order_of_items
from labeler.domain.worklist import ReviewSpec

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
