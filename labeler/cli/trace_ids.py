"""Trace IDs named on a command line."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.cli.output import print_message
from labeler.domain.trace import short_id, why_no_id


def possible_ids(named: Sequence[str]) -> tuple[str, ...]:
    """Those that a trace can have; of each other it is said that there is none, and the rest goes on without it."""
    for trace_id in named:
        if why := why_no_id(trace_id):
            print_message(f"There is no trace {short_id(trace_id)}: the ID {why}.")
    return tuple(trace_id for trace_id in named if not why_no_id(trace_id))
