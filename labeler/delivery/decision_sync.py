"""Runs the traffic of an adjudication with its backend: traces in, decisions out, what other leads decided noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from labeler.backends.base import Backend, BackendError
from labeler.cache.async_cache import AsyncCache
from labeler.delivery.drain import SyncResult
from labeler.delivery.engine import DeliveryEngine
from labeler.delivery.events import ConnectionChanged, CountsChanged, DeliveryEvent, Settled
from labeler.delivery.keep_running import keep_running
from labeler.delivery.prefetch import Arrived, CameOnline, Missing, Prefetcher, PrefetchEvent, WentOffline
from labeler.domain.clock import wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, JournalError

_FRESH_MS: Final = 30_000
"""How long what is known of the trace in view counts as fresh."""


class DecisionListener(Protocol):
    """The listener to the traffic. No method may block."""

    @property
    def destinations(self) -> list[Destination]: ...

    @property
    def connection(self) -> ConnectionStatus: ...

    def tell(self, sentence: str) -> None:
        """Show the lead a sentence."""

    def connected(self, status: ConnectionStatus) -> None:
        """Note how the backend can be reached now."""

    def arrived(self, trace_id: str) -> None:
        """Note that a trace came into the cache."""

    def missing(self, trace_id: str, reason: str) -> None:
        """Note that a trace cannot be fetched."""

    def settled(self, delivery: Delivery) -> None:
        """Note that a delivery came to its end, or was parked."""

    def counts_changed(self) -> None:
        """Note that more or fewer deliveries are not acknowledged."""

    def read(self, summary: TraceSummary) -> None:
        """Note what is said about a trace now."""


class DecisionSync:
    """Delivers decisions, downloads traces ahead and reads again what was decided about, from `start` on.

    `backend` stays open: who opened it closes it. `grace_s` is how long a decision may still be taken back unsent.
    """

    def __init__(
        self, backend: Backend, journal: AsyncJournal, cache: AsyncCache, grace_s: float, concurrency: int, ahead: int
    ) -> None:
        self._backend = backend
        self._journal = journal
        self._grace_s, self._concurrency = grace_s, concurrency
        self._prefetcher = Prefetcher(backend, cache, self._prefetched, ahead=ahead)
        self._listener: DecisionListener
        self._engine: DeliveryEngine | None = None
        self._running: asyncio.Task[None] | None = None
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def start(self, listener: DecisionListener) -> None:
        """Begin, in the background. `listener` hears what comes of it."""
        self._listener = listener
        self._engine = DeliveryEngine(
            self._journal,
            self._backend,
            listener.destinations,
            grace_s=self._grace_s,
            concurrency=self._concurrency,
            on_event=self._delivered,
        )
        self._running = asyncio.get_running_loop().create_task(self._run(self._engine))

    async def close(self, last_chance_s: float) -> SyncResult | None:
        """Stop. While the backend is online, first deliver what is queued, for at most `last_chance_s` seconds."""
        result = None
        if self._engine is not None and self._listener.connection is ConnectionStatus.ONLINE:
            with suppress(OSError, JournalError):  # the next start delivers what this could not
                async with asyncio.timeout(last_chance_s):
                    result = await self._engine.drain()
        tasks = [*self._reading.values(), *([self._running] if self._running is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return result

    def need(self, now: Sequence[str], later: Sequence[str]) -> None:
        """Fetch the traces in `now` at once, and those in `later` after them."""
        self._prefetcher.want(now)
        self._prefetcher.fill(later)

    def wake(self) -> None:
        """Look for due deliveries now: something was released."""
        if self._engine is not None:
            self._engine.wake()

    def show(self, trace_id: str, read_at_ms: int) -> None:
        """Read what is said about the trace in view, unless that was read a moment ago."""
        if wall_clock_ms() - read_at_ms >= _FRESH_MS:
            self._read(trace_id)

    async def _run(self, engine: DeliveryEngine) -> None:
        tell = self._listener.tell
        async with asyncio.TaskGroup() as work:
            work.create_task(keep_running("Downloading ahead", self._prefetcher.run, tell))
            work.create_task(keep_running("Delivery", engine.run, tell))

    def _read(self, trace_id: str) -> None:
        """Read what is said about a trace now, even if it is being read: that may have begun too early."""
        if trace_id in self._reading:
            self._again.add(trace_id)
        elif self._engine is not None:
            task = asyncio.get_running_loop().create_task(self._read_trace(trace_id))
            self._reading[trace_id] = task
            task.add_done_callback(lambda _: self._was_read(trace_id))

    def _was_read(self, trace_id: str) -> None:
        task = self._reading.pop(trace_id)
        if trace_id in self._again and not task.cancelled():
            self._again.discard(trace_id)
            self._read(trace_id)

    async def _read_trace(self, trace_id: str) -> None:
        asked_ms = wall_clock_ms()
        with suppress(BackendError):  # what is away is told by delivery and downloads; the next look reads again
            self._listener.read(replace(await self._backend.summary(trace_id), read_at_ms=asked_ms))

    def _prefetched(self, event: PrefetchEvent) -> None:
        match event:
            case Arrived(trace_id):
                self._listener.arrived(trace_id)
            case Missing(trace_id, sentence):
                self._listener.missing(trace_id, sentence)
            case WentOffline():
                self._listener.connected(ConnectionStatus.OFFLINE)
            case CameOnline():
                self._listener.connected(ConnectionStatus.ONLINE)

    def _delivered(self, event: DeliveryEvent) -> None:
        match event:
            case ConnectionChanged(state):
                if state.status is ConnectionStatus.ONLINE:
                    self._prefetcher.resume()
                if state.is_closed:
                    self._listener.tell(state.sentence)
                self._listener.connected(state.status)
            case Settled(_, trace_id, delivery):
                self._listener.settled(delivery)
                self._read(trace_id)
            case CountsChanged():
                self._listener.counts_changed()
