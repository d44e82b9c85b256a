"""Runs delivery, in the background or until everything is delivered; one process at a time for a destination."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from labeler.backends.base import Backend
from labeler.delivery.attempt import Deliverer
from labeler.delivery.dispatcher import Dispatcher
from labeler.delivery.drain import RemoteDrain, SyncResult, result_since, wait_until_due
from labeler.delivery.events import DeliveryEvent
from labeler.delivery.lock import LOCK_NAME, DeliveryLocks
from labeler.delivery.timing import Timing
from labeler.domain.clock import wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal

MAX_CONCURRENCY: Final = 4
"""Traces in flight at which an MLflow server saturates. More only makes it slower."""


class DeliveryEngine:
    """Delivers what the journal holds for `destinations` to `backend`, each answer exactly once.

    It does not deliver where another process does; the lock files lie beside the journal. `grace_s` is how many seconds
    a released delivery may still be taken back, `concurrency` how many traces are in flight (1 to 4). `on_event` is
    called on the event loop and must return at once. `now_ms` reads the wall clock (ms since the epoch).
    """

    def __init__(
        self,
        journal: AsyncJournal,
        backend: Backend,
        destinations: Sequence[Destination],
        *,
        grace_s: float,
        concurrency: int,
        on_event: Callable[[DeliveryEvent], None],
        timing: Timing | None = None,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self._journal = journal
        self._destinations = tuple(destinations)
        self._grace_ms = round(grace_s * 1000)
        self._timing = timing or Timing()
        self._now_ms = now_ms
        self._on_event = on_event
        self._working = asyncio.Lock()
        self._dispatcher = Dispatcher(
            journal,
            Deliverer(backend, now_ms, self._timing.horizon_ms),
            self._destinations,
            min(max(concurrency, 1), MAX_CONCURRENCY),
            self._timing,
            now_ms,
            on_event,
        )

    async def run(self) -> None:
        """Deliver until cancelled, where no other process does. It is safe to cancel at any time."""
        locks = DeliveryLocks(self._lock_path, self._destinations)
        try:
            while True:
                locks.want(self._destinations)
                await self._keep_beside_journal(locks)
                taken = locks.try_acquire()
                if not locks.held:
                    await asyncio.sleep(self._timing.lock_poll_s)
                    continue
                await self._journal.run(self._journal.outbox.release_earlier, self._now_ms())
                if taken:
                    await self._journal.run(self._journal.outbox.unpark, taken)
                    await self._dispatcher.ping()
                await self._work_off(locks, self._grace_ms)
                await self._answer_requests(locks)
                await self._rest()
        finally:
            locks.release()

    def serve(self, destinations: Sequence[Destination]) -> None:
        """Deliver to these destinations from now on: a review may reach traces of further experiments."""
        self._destinations = tuple(destinations)

    def wake(self) -> None:
        """Look for due deliveries now: something was released."""
        self._dispatcher.woken.set()

    def try_now(self) -> None:
        """Try what failed again at once."""
        self._dispatcher.reset_backoff()
        self.wake()

    def pause_s(self, trace_id: str) -> float:
        """Return the seconds until a trace's failed deliveries are tried again; 0 when nothing holds them back."""
        return self._dispatcher.pause_s(trace_id)

    async def drain(self) -> SyncResult:
        """Deliver everything queued, without the grace period. Return when it is done or nothing more helps for now.

        Where a process (this one's `run` included) delivers already, it is asked to, and its result is returned.
        """
        began_ms = self._now_ms()
        await self._journal.run(self._journal.outbox.release_all, began_ms)
        await self._journal.run(self._journal.outbox.release_earlier, began_ms)
        locks = DeliveryLocks(self._lock_path, self._destinations)
        beside = RemoteDrain(self._journal, self._timing, self._now_ms, self._on_event)
        try:
            await self._keep_beside_journal(locks)
            while locks.try_acquire() or await beside.drain(locks, self.wake):
                await self._drain_here(locks)
                await self._keep_beside_journal(locks)
        finally:
            locks.release()
        return await result_since(self._journal, self._destinations, began_ms)

    async def _keep_beside_journal(self, locks: DeliveryLocks) -> None:
        """Keep the locks beside the journal, wherever that is by now: others that open it look for them there."""
        await self._journal.keep_in_place()
        locks.lie_beside(self._lock_path)

    @property
    def _lock_path(self) -> Path:
        return self._journal.path.with_name(LOCK_NAME)

    async def _work_off(self, locks: DeliveryLocks, grace_ms: int) -> None:
        async with self._working:
            self._dispatcher.destinations = tuple(locks.held)
            await self._dispatcher.work_off(grace_ms, locks.holds)

    async def _drain_here(self, locks: DeliveryLocks) -> None:
        held = locks.held
        await self._journal.run(self._journal.outbox.unpark, held)
        self._dispatcher.reset_backoff()
        while True:
            await self._work_off(locks, 0)
            if locks.held != held or not await self._wait_if_it_helps(held):
                return

    async def _wait_if_it_helps(self, held: Sequence[Destination]) -> bool:
        """Wait for what becomes deliverable by time alone. Return False when there is nothing of that kind."""
        connection = self._dispatcher.connection
        if connection.is_closed:
            return False
        now_ms = self._now_ms()
        if due := await self._journal.run(self._journal.outbox.due_traces, held, now_ms, 0):
            if connection.state.status is ConnectionStatus.OFFLINE and (
                connection.failures >= self._timing.patience or connection.pause_s > self._timing.longest_retry_s
            ):
                return False
            retry_s = self._dispatcher.next_try_s(due, self._timing.patience)
            if retry_s is not None:
                await asyncio.sleep(max(retry_s, connection.pause_s))
                return True
        due_ms = await self._journal.run(self._journal.outbox.next_due_ms, held, now_ms, 0)
        if due_ms is not None:
            await wait_until_due(due_ms - now_ms, self._on_event)
        return due_ms is not None

    async def _answer_requests(self, locks: DeliveryLocks) -> None:
        """Deliver at once what another process asks for, and answer its request."""
        held = locks.held
        request = await self._journal.run(self._journal.requests.newest, held)
        if request is not None:
            self._dispatcher.reset_backoff()
            await self._work_off(locks, 0)
            await self._journal.run(self._journal.requests.answer, held, request)

    async def _rest(self) -> None:
        """Wait to be woken, at most until the next look; meanwhile check a backend that was away."""
        connection = self._dispatcher.connection
        if connection.state.status is not ConnectionStatus.ONLINE and connection.pause_s == 0:
            await self._dispatcher.ping()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.poll_s):
                await self._dispatcher.woken.wait()
