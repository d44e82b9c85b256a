"""In which order a reviewer works on the items of a queue: as they asked, else by the sprint's plan, else by owner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from labeler.backends.base import BadFilter
from labeler.domain.queue import Queue
from labeler.domain.queue_owners import in_order_for
from labeler.domain.sprint import order_of_items, plan_of
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import ReviewSpec

InOrder: TypeAlias = Callable[[Iterable[TraceSummary]], list[TraceSummary]]
"""Sorts summaries."""

_ValueOf: TypeAlias = Callable[[TraceSummary], Any]
"""What a trace is ordered by: a text or a number, the same of every trace, or None."""

_TERM: Final = re.compile(
    r"\s*(?:(?P<map>tags?|(?:request_)?metadata|attributes?|attr|trace)\.)?"
    r"(?P<name>`[^`]+`|\"[^\"]+\"|[\w.-]+)(?:\s+(?P<direction>asc|desc))?\s*",
    re.IGNORECASE,
)

_ATTRIBUTES: Final[dict[str, _ValueOf]] = {
    "timestamp": lambda trace: trace.requested_at_ms,
    "timestamp_ms": lambda trace: trace.requested_at_ms,
    "execution_time": lambda trace: trace.duration_ms,
    "execution_time_ms": lambda trace: trace.duration_ms,
    "end_time": lambda trace: _ended_at_ms(trace),
    "end_time_ms": lambda trace: _ended_at_ms(trace),
    "status": lambda trace: trace.state.value,
    "name": lambda trace: trace.name or None,
    "request_id": lambda trace: trace.id,
    "experiment_id": lambda trace: trace.experiment_id,
    "run_id": lambda trace: trace.metadata.get("mlflow.sourceRun"),
}
"""What MLflow (3.17) orders a search by, `mlflow.utils.search_utils.SearchTraceUtils`."""


def work_order(spec: ReviewSpec, queue: Queue, trace_ids: Iterable[str]) -> list[str]:
    """Order items of a queue where no order was asked for: by the sprint's plan, else by who owns which."""
    plan = plan_of(spec.sprint, spec.plan) if spec.sprint else None
    if plan is None:
        return in_order_for(queue, spec.reviewer, trace_ids)
    return order_of_items(trace_ids, plan.queues.get(queue.id, spec.reviewer), plan.order_seed, plan.calibration)


def order_of(order_by: Sequence[str]) -> InOrder:
    """Return what sorts summaries as MLflow would by `order_by`. Raises `BadFilter`.

    As there, traces without a value come last in either direction, and ties are broken by time, newest first, then ID.
    """
    terms = [_term(each) for each in order_by]

    def in_order(summaries: Iterable[TraceSummary]) -> list[TraceSummary]:
        ordered = sorted(summaries, key=lambda trace: (-trace.requested_at_ms, trace.id))
        for value_of, is_descending in reversed(terms):
            valued = [trace for trace in ordered if value_of(trace) is not None]
            without = [trace for trace in ordered if value_of(trace) is None]
            ordered = sorted(valued, key=value_of, reverse=is_descending) + without
        return ordered

    return in_order


def _term(text: str) -> tuple[_ValueOf, bool]:
    match = _TERM.fullmatch(text)
    value_of = None if match is None else _value_of((match["map"] or "").lower(), match["name"].strip('`"'))
    if match is None or value_of is None:
        raise BadFilter(
            f"The order {text!r} is not understood. The items of a queue are ordered by {', '.join(_ATTRIBUTES)}, "
            "tag.NAME or metadata.NAME, with ASC or DESC after it"
        )
    return value_of, (match["direction"] or "asc").lower() == "desc"


def _value_of(of: str, name: str) -> _ValueOf | None:
    if of.startswith("tag"):
        return lambda trace: trace.tags.get(name)
    if of.endswith("metadata"):
        return lambda trace: trace.metadata.get(name)
    return _ATTRIBUTES.get(name.lower())


def _ended_at_ms(trace: TraceSummary) -> int | None:
    return None if trace.duration_ms is None else trace.requested_at_ms + trace.duration_ms
