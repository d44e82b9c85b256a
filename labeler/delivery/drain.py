"""Has everything queued delivered by another process that already delivers, and reports the result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import field

from labeler.dataclass import dataclass
from labeler.delivery.backoff import Backoff
from labeler.delivery.events import DeliveryEvent, StillWaiting
from labeler.delivery.lock import DeliveryLocks
from labeler.delivery.timing import Timing
from labeler.domain.destination import Destination
from labeler.domain.duration import rough_duration_words
from labeler.journal.async_journal import AsyncJournal


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The result of a drain, in numbers of deliveries: `queued` wait, `parked` and `refused` need a person.

    `held` of those queued belong to an item that a running program has open, and wait until it is left. `elsewhere`
    counts what waits for other destinations, `elsewhere_at` by destination. `needs_credentials`: something is parked
    because credentials or a permission are missing. `because` holds the reasons for which deliveries are parked, with
    the number of each, the commonest first.
    """

    delivered: int
    queued: int
    parked: int
    refused: int
    elsewhere: int
    held: int = 0
    elsewhere_at: dict[Destination, int] = field(default_factory=dict)
    needs_credentials: bool = False
    because: tuple[tuple[str, int], ...] = ()


async def result_since(journal: AsyncJournal, destinations: Sequence[Destination], began_ms: int) -> SyncResult:
    """Return the state of the outbox, and what was delivered since `began_ms` (milliseconds since the epoch)."""
    counts = await journal.run(journal.queries.counts, destinations)
    elsewhere = await journal.run(journal.queries.elsewhere, destinations)
    return SyncResult(
        delivered=await journal.run(journal.queries.delivered_since, destinations, began_ms),
        queued=counts.waiting,
        parked=counts.parked,
        refused=counts.refused,
        elsewhere=sum(elsewhere.values()),
        held=counts.unreleased,
        elsewhere_at=elsewhere,
        needs_credentials=counts.needs_credentials > 0,
        because=await journal.run(journal.queries.parked_because, destinations) if counts.parked else (),
    )


class RemoteDrain:
    """Asks the processes that deliver at destinations to do so at once, repeatedly while that helps."""

    def __init__(
        self,
        journal: AsyncJournal,
        timing: Timing,
        now_ms: Callable[[], int],
        on_event: Callable[[DeliveryEvent], None],
    ) -> None:
        self._journal = journal
        self._timing = timing
        self._now_ms = now_ms
        self._on_event = on_event

    async def drain(self, locks: DeliveryLocks, nudge: Callable[[], None]) -> bool:
        """Have the holders of the locks that `locks` is missing deliver, parked deliveries included.

        Return True when one of these locks became free and was taken, False when there is nothing more to wait for.
        `nudge` wakes the engine that may run in this very process; any other sees the request within a second.
        """
        theirs = locks.missing
        pause = Backoff(self._timing.first_retry_s, self._timing.longest_retry_s)
        if theirs:
            await self._journal.run(self._journal.outbox.unpark, theirs)
        left = await self._left(theirs)
        while left > 0 and pause.tries < self._timing.patience:
            if await self._ask(locks, nudge):
                return True
            before, left = left, await self._left(theirs)
            if left < before:
                pause.reset()
            elif left > 0:
                await self._wait_for(theirs, pause)
        return False

    async def _left(self, theirs: Sequence[Destination]) -> int:
        counts = await self._journal.run(self._journal.queries.counts, theirs)
        return counts.waiting - counts.unreleased

    async def _ask(self, locks: DeliveryLocks, nudge: Callable[[], None]) -> bool:
        """Make a request and wait for the answer. Return True when nobody answers and a lock was taken instead."""
        requests = await self._journal.run(self._journal.requests.make, locks.missing, self._now_ms())
        nudge()
        with_patience = asyncio.timeout(self._timing.answer_patience_s)
        try:
            async with with_patience:
                while not await self._journal.run(self._journal.requests.are_answered, requests):
                    if locks.try_acquire():
                        return True
                    await asyncio.sleep(self._timing.answer_poll_s)
        except TimeoutError:
            if not with_patience.expired():
                raise
        finally:
            await self._journal.run(self._journal.requests.withdraw, requests)
        return False

    async def _wait_for(self, theirs: Sequence[Destination], pause: Backoff) -> None:
        now_ms = self._now_ms()
        due_ms = await self._journal.run(self._journal.outbox.next_due_ms, theirs, now_ms, 0)
        if due_ms is None:
            await asyncio.sleep(pause.next_s())
        else:
            await wait_until_due(due_ms - now_ms, self._on_event)


async def wait_until_due(milliseconds: int, on_event: Callable[[DeliveryEvent], None]) -> None:
    """Wait until a delivery is due to be checked again, and tell the listener."""
    told = f"A request may still come late; looking again in {rough_duration_words(milliseconds)}"
    on_event(StillWaiting(milliseconds / 1000, told))
    await asyncio.sleep(milliseconds / 1000)
