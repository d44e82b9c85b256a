"""The in-memory server as far as a verification asks a backend, and a journal as if it were on a thread of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast

from labeler.backends.base import Backend, Capabilities
from labeler.delivery.verification import Verification, verify
from labeler.domain.queue import Queue, QueueItem
from labeler.domain.trace import TraceState, TraceSummary
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.journal import Journal
from tests.journal.server import Server
from tests.journal.sitting import EXPERIMENT, HOME, TRACES

_P = ParamSpec("_P")
_R = TypeVar("_R")


async def compare(journal: Journal, server: Server) -> Verification:
    """What a verification finds of a journal at the server."""
    thread, backend = cast(AsyncJournal, _SameThread(journal)), cast(Backend, _ServerAsBackend(server))
    return await verify(thread, backend, [HOME], lambda done, total: None)


class _SameThread:
    """The parts of a journal that a verification reads, called at once."""

    def __init__(self, journal: Journal) -> None:
        self.changes, self.queries, self.resending = journal.changes, journal.queries, journal.resending

    async def run(self, method: Callable[_P, _R], *arguments: _P.args, **named: _P.kwargs) -> _R:
        return method(*arguments, **named)


@dataclass
class _ServerAsBackend:
    server: Server

    async def capabilities(self) -> Capabilities:
        return Capabilities("in memory", queues=True, schemas=False, honours_ids=True)

    async def whoami(self) -> None:
        return None

    async def summaries(self, trace_ids: Sequence[str]) -> list[TraceSummary]:
        return [
            TraceSummary(each, EXPERIMENT, 0, None, TraceState.OK, "", assessments=tuple(self.server.on_trace(each)))
            for each in trace_ids
            if each in TRACES
        ]

    async def items(self, queue: Queue) -> AsyncIterator[list[QueueItem]]:
        yield [item for item in self.server.items.values() if item.queue_id == queue.id]
