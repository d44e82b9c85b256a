"""Whole traces of a backend, decoded, several at a time: for what takes more than their summaries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from labeler.backends.base import Backend, Malformed, MissingTrace
from labeler.cli.retry import with_retries
from labeler.domain.trace import NOT_RECORDED, NotRecorded, Trace
from labeler.domain.value import JsonValue
from labeler.reading.wire.spans import UnreadableTrace, decode

_IN_FLIGHT: Final = 4


class UnreadTrace:
    """A trace that could not be read, and why, as a sentence."""

    def __init__(self, trace_id: str, why: str) -> None:
        self.trace_id = trace_id
        self.why = why


async def whole_traces(backend: Backend, trace_ids: Sequence[str]) -> AsyncIterator[Trace | UnreadTrace]:
    """Yield traces in this order. Raises what the backend raises where it is not about one trace alone."""
    for start in range(0, len(trace_ids), _IN_FLIGHT):
        part = trace_ids[start : start + _IN_FLIGHT]
        for found in await asyncio.gather(*(_one(backend, trace_id) for trace_id in part)):
            yield found


def root_inputs(trace: Trace) -> JsonValue | NotRecorded:
    """Return what went into a trace: the inputs of its root span."""
    return next((span.inputs for span in trace.spans if span.parent_id is None), NOT_RECORDED)


async def _one(backend: Backend, trace_id: str) -> Trace | UnreadTrace:
    try:
        raw = await with_retries(lambda: backend.trace(trace_id))
        return await asyncio.to_thread(decode, raw)
    except MissingTrace:
        return UnreadTrace(trace_id, "It was deleted meanwhile")
    except (Malformed, UnreadableTrace) as error:
        return UnreadTrace(trace_id, str(error))
