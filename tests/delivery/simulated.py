"""A backend that behaves as a bad network in front of MLflow does, in memory and on a clock of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, TypeVar, get_args

from labeler.backends.base import (
    Ambiguous,
    Capabilities,
    Forbidden,
    MissingTrace,
    NotABackend,
    Unreachable,
)
from labeler.domain.assessment import Assessment
from labeler.domain.queue import QueueItem, QueueItemState
from labeler.domain.trace import TraceState, TraceSummary
from tests.journal.server import Server
from tests.journal.sitting import BACKEND, EXPERIMENT

T = TypeVar("T")

NetworkFault: TypeAlias = Literal[
    "none",
    "no connection",
    "slow down",
    "request lost",
    "answer lost",
    "comes late",
    "server fails",
    "server fails after the commit",
    "answers out of order",
    "commits out of order",
]
FAULTS: Final[tuple[NetworkFault, ...]] = get_args(NetworkFault)

Fault: TypeAlias = NetworkFault | Literal["login page"]

Closed: TypeAlias = Literal["", "credentials", "login page"]
"""Why the backend lets nobody in, if so."""

_TURNS = 40
"""Turns of the event loop that a request takes which is overtaken by those sent after it."""


@dataclass
class SimulatedBackend:
    """Meets each request with the next fault of `faults`, then with none. `now_ms` is moved by the test.

    A request that "comes late" is committed by `let_late_ones_in`, at the latest `LATEST_MS` after it was sent; so is
    one whose sender dies while it is on its way. `overlaps` counts requests about a trace that met another on its way.
    """

    LATEST_MS = 119_000

    server: Server
    says_it_honours_ids: bool | None = None
    """What it is taken for; None: what its server does. MLflow's file store tells only from 3.9 on."""
    faults: deque[Fault] = field(default_factory=deque)
    late: list[tuple[int, Callable[[], object]]] = field(default_factory=list)
    now_ms: int = 1_000_000
    gone: set[str] = field(default_factory=set)
    closed: Closed = ""
    signed_in: str | None = None
    in_flight: list[str] = field(default_factory=list)
    most_in_flight: int = 0
    overlaps: int = 0
    searches: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)

    uri = BACKEND
    workspace = ""

    async def capabilities(self) -> Capabilities:
        told = self.server.honours_ids if self.says_it_honours_ids is None else self.says_it_honours_ids
        return Capabilities("simulated", queues=True, schemas=False, honours_ids=told)

    async def whoami(self) -> str | None:
        self._check_open()
        return self.signed_in

    async def summary(self, trace_id: str) -> TraceSummary:
        def read() -> TraceSummary:
            self._check_trace(trace_id)
            found = tuple(self.server.on_trace(trace_id))
            return TraceSummary(trace_id, EXPERIMENT, 1, 1, TraceState.OK, "n", assessments=found)

        return await self._ask("summary", trace_id, read)

    async def summaries(self, trace_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> list[TraceSummary]:
        """Meets no fault, unless the backend is closed: faults are for what is sent."""
        await asyncio.sleep(0)
        self._check_open()
        self.searches += 1
        return [
            TraceSummary(each, EXPERIMENT, 1, 1, TraceState.OK, "n", assessments=tuple(self.server.on_trace(each)))
            for each in trace_ids
            if each not in self.gone
        ]

    async def find(self, trace_id: str, assessment_id: str) -> Assessment | None:
        def read() -> Assessment | None:
            self._check_trace(trace_id)
            return self.server.stored.get(assessment_id)

        return await self._ask("find", trace_id, read)

    async def create(self, assessment: Assessment) -> Assessment:
        def write() -> Assessment:
            self._check_trace(assessment.trace_id)
            return self.server.create(assessment)

        return await self._ask("create", assessment.trace_id, write)

    async def update(self, assessment: Assessment, fields: Sequence[str]) -> Assessment:
        return await self._ask("update", assessment.trace_id, lambda: self.server.update(assessment, fields))

    async def retract(self, trace_id: str, assessment_id: str) -> None:
        await self._ask("retract", trace_id, lambda: self.server.retract(assessment_id))

    async def queue_item(self, queue_id: str, trace_id: str) -> QueueItem:
        def read() -> QueueItem:
            return self.server.items.get(trace_id, QueueItem(queue_id, trace_id, QueueItemState.PENDING))

        return await self._ask("item", trace_id, read)

    async def set_item_state(self, queue_id: str, trace_id: str, state: QueueItemState, reviewer: str) -> QueueItem:
        return await self._ask("status", trace_id, lambda: self.server.set_state(queue_id, trace_id, state, reviewer))

    def let_late_ones_in(self, count: int, first: int = 0) -> None:
        """Commit `count` late requests, the `first` of them before the rest, and all that have to have come by now."""
        for number in range(min(count, len(self.late))):
            _, commit = self.late.pop(0 if number else first % len(self.late))
            _quietly(commit)
        overdue = [late for late in self.late if late[0] + self.LATEST_MS <= self.now_ms]
        self.late = [late for late in self.late if late not in overdue]
        for _, commit in overdue[first % len(overdue) :] + overdue[: first % len(overdue)] if overdue else ():
            _quietly(commit)

    async def _ask(self, what: str, trace_id: str, act: Callable[[], T]) -> T:
        self.requests.append((what, trace_id))
        self.overlaps += trace_id in self.in_flight
        self.in_flight.append(trace_id)
        self.most_in_flight = max(self.most_in_flight, len(self.in_flight))
        try:
            await asyncio.sleep(0)
            self._check_open()
            fault = self.faults.popleft() if self.faults else "none"
            if fault == "commits out of order":
                await self._on_its_way(what, act)
            answer = self._meet(fault, what, act)
            if fault == "answers out of order":
                await _turns()
            return answer
        finally:
            self.in_flight.remove(trace_id)

    async def _on_its_way(self, what: str, act: Callable[[], object]) -> None:
        try:
            await _turns()
        except asyncio.CancelledError:
            self._comes_late(what, act)
            raise

    def _comes_late(self, what: str, act: Callable[[], object]) -> None:
        if what not in ("find", "summary", "item"):
            self.late.append((self.now_ms, act))

    def _meet(self, fault: Fault, what: str, act: Callable[[], T]) -> T:
        match fault:
            case "no connection":
                raise Unreachable("no connection")
            case "login page":
                raise NotABackend("a login page answers")
            case "slow down":
                raise Unreachable("too many requests", 0.0)
            case "request lost":
                raise Ambiguous("silence")
            case "answer lost":
                _quietly(act)
                raise Ambiguous("silence")
            case "comes late":
                self._comes_late(what, act)
                raise Ambiguous("silence")
            case "server fails":
                raise Ambiguous("internal error", server_answered=True)
            case "server fails after the commit":
                _quietly(act)
                raise Ambiguous("bad gateway")
        return act()

    def _check_open(self) -> None:
        if self.closed == "credentials":
            raise Forbidden("wrong password")
        if self.closed == "login page":
            raise NotABackend("a login page answers")

    def _check_trace(self, trace_id: str) -> None:
        if trace_id in self.gone:
            raise MissingTrace("no such trace")


def _quietly(act: Callable[[], object]) -> None:
    """The server does it, or fails; nobody hears."""
    try:
        act()
    except Exception:
        return


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
