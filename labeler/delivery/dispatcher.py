"""Claims due deliveries from the journal, attempts a few of them at a time, and records how they ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence

from labeler.backends.base import BackendError
from labeler.delivery.attempt import Deliverer
from labeler.delivery.backoff import Backoff
from labeler.delivery.conflict_check import ConflictCheck
from labeler.delivery.connection import Connection, ConnectionReport
from labeler.delivery.events import ConnectionChanged, CountsChanged, DeliveryEvent, Settled
from labeler.delivery.failure_classification import Attempt, ping_report
from labeler.delivery.timing import Timing
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.attempt_outcomes import Claim, Delivered, RecheckLater, RetryLater
from labeler.journal.models import DeliveryOp

_COUNTS_EVERY_S = 0.25
"""Seconds between two events about the counts while deliveries are attempted."""

_CLAIMED_AHEAD = 4
"""Deliveries claimed beyond those in flight: as many end while the journal takes in the last ones and claims more."""

_TOGETHER = 3
"""Attempts whose ends the journal takes in one commit, so that a slot never waits for the disk."""

_TOGETHER_S = 0.03
"""Seconds that the first of them waits for the others at most."""


class Dispatcher:
    """Keeps at most `concurrency` traces in flight, each with one request at a time and in its own order.

    A trace whose delivery failed waits by itself. When the backend is out of reach, everything waits, and one delivery
    at a time tries again. Only one `work_off` may run at a time.
    """

    def __init__(
        self,
        journal: AsyncJournal,
        deliverer: Deliverer,
        destinations: Sequence[Destination],
        concurrency: int,
        timing: Timing,
        now_ms: Callable[[], int],
        on_event: Callable[[DeliveryEvent], None],
    ) -> None:
        self.connection = Connection(timing.first_retry_s, timing.longest_retry_s)
        self.woken = asyncio.Event()
        self.destinations = tuple(destinations)
        """Where this dispatcher may deliver: the destinations whose locks its user holds."""
        self._journal = journal
        self._deliverer = deliverer
        self._most_claimed = concurrency + _CLAIMED_AHEAD
        self._slots = asyncio.Semaphore(concurrency)
        self._timing = timing
        self._now_ms = now_ms
        self._on_event = on_event
        self._tasks: dict[asyncio.Task[Attempt], Claim] = {}
        self._stumbling: dict[str, tuple[float, Backoff]] = {}
        self._failed: set[str] = set()
        self._counts_told_at = 0.0
        self._check = ConflictCheck(journal, deliverer.backend, now_ms)

    async def work_off(
        self, grace_ms: int, may_deliver: Callable[[Destination], bool] = lambda destination: True
    ) -> None:
        """Deliver what is due and not held back by an earlier failure, until nothing of that is left.

        A trace whose delivery fails is not tried again in this call, so that it ends also when all of them fail.
        `may_deliver` is asked before each claim whether the lock of a destination is still held.
        """
        self._failed.clear()
        try:
            while True:
                self.woken.clear()
                places = [each for each in self.destinations if may_deliver(each)]
                await self._take_up(grace_ms, places)
                if not self._tasks and self._check.task is None and not self._look_again(places):
                    break
                await self._any_news()
                await self._settle_finished()
        finally:
            await self._drop()
        await self._tell_counts()

    def reset_backoff(self) -> None:
        """Forget earlier failures, so that everything is tried again at once."""
        self.connection.reset_backoff()
        self._stumbling.clear()

    def pause_s(self, trace_id: str) -> float:
        """Return for how many seconds this trace's deliveries still wait because the last attempt failed."""
        until, _ = self._stumbling.get(trace_id, (0.0, None))
        return max(until - time.monotonic(), self.connection.pause_s, 0.0)

    def next_try_s(self, trace_ids: Collection[str], patience: int) -> float | None:
        """Return the seconds until one of these traces may be tried; None when each has failed `patience` times."""
        now = time.monotonic()
        never = (0.0, Backoff(0.0, 0.0))
        stumbles = [self._stumbling.get(trace_id, never) for trace_id in trace_ids]
        return min((max(until - now, 0.0) for until, pause in stumbles if pause.tries < patience), default=None)

    async def ping(self) -> None:
        """Check the connection to the backend when there is nothing to deliver."""
        try:
            await self._deliverer.backend.whoami()
        except BackendError as error:
            await self._take_in([ping_report(error)])
        else:
            await self._take_in([ConnectionReport()])

    async def _take_up(self, grace_ms: int, places: Sequence[Destination]) -> None:
        room = self._room()
        if room <= 0:
            return
        now = time.monotonic()
        busy = [claim.delivery.trace_id for claim in self._tasks.values()]
        await self._check.begin(places, grace_ms, busy)
        busy += [
            trace_id for trace_id, (until, _) in self._stumbling.items() if until > now or trace_id in self._failed
        ]
        checked = list(self._check.checked())
        claims = await self._journal.run(
            self._journal.outbox.claim, places, self._now_ms(), grace_ms, room, busy, checked
        )
        for claim in claims:
            task = asyncio.get_running_loop().create_task(self._attempt(claim))
            self._tasks[task] = claim

    def _room(self) -> int:
        """Return how many more may be claimed: more than can be in flight, so that no slot waits for the disk."""
        if self.connection.pause_s > 0:
            return 0
        known_good = self.connection.state.status in (ConnectionStatus.ONLINE, ConnectionStatus.UNKNOWN)
        return (self._most_claimed if known_good else 1) - len(self._tasks)

    async def _attempt(self, claim: Claim) -> Attempt:
        async with self._slots:
            return await self._deliverer.attempt(claim)

    async def _any_news(self) -> None:
        woken = asyncio.get_running_loop().create_task(self.woken.wait())
        try:
            checking = (self._check.task,) if self._check.task is not None else ()
            await asyncio.wait(
                {*self._tasks, *checking, woken}, timeout=self._timing.poll_s, return_when=asyncio.FIRST_COMPLETED
            )
            await self._more_ends()
        finally:
            woken.cancel()

    async def _more_ends(self) -> None:
        """Wait for a moment until a few more attempts have ended after one did."""
        until = time.monotonic() + _TOGETHER_S
        while (left := until - time.monotonic()) > 0:
            going_on = [task for task in self._tasks if not task.done()]
            if not going_on or len(self._tasks) - len(going_on) >= _TOGETHER:
                return
            await asyncio.wait(going_on, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def _look_again(self, places: Sequence[Destination]) -> bool:
        """Begin to look again at traces whose answers have arrived; return whether there are any."""
        return self.connection.pause_s == 0 and bool(places) and self._check.begin_after(places)

    async def _take_in_check(self) -> None:
        """Take in what a check found, once it has ended."""
        if self._check.task is None or not self._check.task.done():
            return
        try:
            found = await self._check.end()
        except BackendError as error:
            await self._take_in([ping_report(error)])
            return
        for delivery in found:
            self._on_event(Settled(delivery.assessment_id, delivery.trace_id, delivery))

    async def _settle_finished(self) -> None:
        await self._take_in_check()
        finished = [(self._tasks.pop(task), task.result()) for task in tuple(self._tasks) if task.done()]
        if not finished:
            return
        outcomes = [(claim.delivery.id, attempt.outcome) for claim, attempt in finished]
        deliveries = await self._journal.run(self._journal.outbox.settle, outcomes, self._now_ms())
        await self._take_in([attempt.report for _, attempt in finished if attempt.report is not None])
        for (claim, attempt), delivery in zip(finished, deliveries, strict=True):
            self._remember(claim.delivery.trace_id, attempt)
            if isinstance(attempt.outcome, Delivered) and claim.delivery.op is DeliveryOp.CREATE:
                self._check.sent(claim.delivery.trace_id)
            if not isinstance(attempt.outcome, RetryLater | RecheckLater):
                self._on_event(Settled(claim.delivery.assessment_id, claim.delivery.trace_id, delivery))
        if time.monotonic() - self._counts_told_at >= _COUNTS_EVERY_S:
            await self._tell_counts()

    def _remember(self, trace_id: str, attempt: Attempt) -> None:
        """Let a trace whose delivery failed though the backend works wait, longer each time."""
        if not isinstance(attempt.outcome, RetryLater):
            self._stumbling.pop(trace_id, None)
        elif attempt.report is None or attempt.report.state.status is ConnectionStatus.ONLINE:
            fresh = Backoff(self._timing.first_retry_s, self._timing.longest_retry_s)
            _, pause = self._stumbling.get(trace_id, (0.0, fresh))
            self._stumbling[trace_id] = (time.monotonic() + pause.next_s(), pause)
            self._failed.add(trace_id)

    async def _take_in(self, reports: Sequence[ConnectionReport]) -> None:
        """Take in what attempts showed about the connection. When it is open again, queue what was parked."""
        before = self.connection.state
        was_closed = self.connection.is_closed
        for report in reports:
            self.connection.see(report)
        if self.connection.state != before:
            self._on_event(ConnectionChanged(self.connection.state))
        if was_closed and not self.connection.is_closed:
            await self._journal.run(self._journal.outbox.unpark, self.destinations)

    async def _tell_counts(self) -> None:
        self._counts_told_at = time.monotonic()
        self._on_event(CountsChanged(await self._journal.run(self._journal.queries.counts, self.destinations)))

    async def _drop(self) -> None:
        """Cancel what is in flight. The journal counts it as attempted, so it is read back the next time."""
        self._check.drop()
        tasks = tuple(self._tasks)
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
