"""Asks the backend for answers of reviewers' own that they were never shown, before answers go out and after."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final

from labeler.backends.base import Ambiguous, Backend, BackendError, Unreachable
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery

AT_ONCE: Final = 100
"""Traces with answers to send that one search asks about; it asks about as many again whose answers have arrived."""

_FIRST: Final = 20
"""Traces that are asked about while nothing is in flight: all answers wait for these, and for no others."""

_AHEAD: Final = 40
"""Traces that are checked and not sent yet, below which the next ones are asked about while these go out."""

_HOLDS_S: Final = 5.0
"""Seconds for which an answer may go out after its trace was checked."""


class ConflictCheck:
    """Checks the traces of answers that were never sent, one search for many of them, while others go out.

    `now_ms` reads the wall clock (ms since the epoch).
    """

    def __init__(self, journal: AsyncJournal, backend: Backend, now_ms: Callable[[], int]) -> None:
        self._journal = journal
        self._backend = backend
        self._now_ms = now_ms
        self._checked: dict[str, float] = {}
        self._sent: dict[str, float] = {}
        self._asking: asyncio.Task[list[Delivery]] | None = None

    @property
    def task(self) -> asyncio.Task[list[Delivery]] | None:
        """The check that is under way or has ended and was not taken in yet."""
        return self._asking

    def checked(self) -> Collection[str]:
        """Return the traces whose answers may go out now."""
        oldest = time.monotonic() - _HOLDS_S
        self._checked = {trace_id: at for trace_id, at in self._checked.items() if at >= oldest}
        return self._checked.keys()

    async def begin(self, places: Sequence[Destination], grace_ms: int, busy: Collection[str]) -> None:
        """Begin to check what goes out next, as soon as little of what was checked is left.

        `busy` are the traces in flight. While there are none, what was checked holds nothing back.
        """
        checked = self.checked()
        left = set(checked) - set(busy) - self._sent.keys()
        if self._asking is not None or (busy and len(left) >= _AHEAD):
            return
        limit = AT_ONCE if busy else _FIRST
        due = await self._journal.run(
            self._journal.outbox.to_check, places, self._now_ms(), grace_ms, limit, list(checked)
        )
        arrived: list[str] = []
        if due or len(self._sent) >= AT_ONCE or (self._sent and not left):
            # Half of a change says nothing: what it retires is still there, or revived for a moment.
            unfinished = await self._journal.run(self._journal.outbox.due_traces, places, self._now_ms(), grace_ms)
            finished = (each for each in self._sent if each not in unfinished and each not in busy)
            arrived = list(itertools.islice(finished, AT_ONCE))
        if due or arrived:
            self._ask(places, due, arrived)

    def begin_after(self, places: Sequence[Destination]) -> bool:
        """Begin to check again traces whose answers have arrived; return whether there are any."""
        if self._sent and self._asking is None:
            self._ask(places, (), list(self._sent)[:AT_ONCE])
        return bool(self._sent)

    def sent(self, trace_id: str) -> None:
        """Note that an answer about this trace has arrived."""
        self._sent[trace_id] = time.monotonic()

    async def end(self) -> list[Delivery]:
        """Return what the check that has ended found to be in conflict. Raises what stands against asking."""
        assert self._asking is not None
        task, self._asking = self._asking, None
        return await task

    def drop(self) -> None:
        """Give up the check that is under way."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _ask(self, places: Sequence[Destination], due: Sequence[str], arrived: Sequence[str]) -> None:
        """Ask in one search about traces that are due and about those whose answers have arrived."""
        self._asking = asyncio.get_running_loop().create_task(self._check(places, due, arrived))

    async def _check(self, places: Sequence[Destination], due: Sequence[str], arrived: Sequence[str]) -> list[Delivery]:
        trace_ids = [*due, *arrived]
        told: dict[str, Sequence[Assessment]] = {}
        began = time.monotonic()
        try:
            told = await self._read(places, trace_ids)
        except BackendError as error:
            if isinstance(error, Unreachable) or (isinstance(error, Ambiguous) and not error.server_answered):
                await self._journal.run(self._journal.conflicts.note_why_not, places, trace_ids, str(error))
                raise
            # Whatever else is wrong, the attempt itself finds out, and says what can be done about it.
        found = await self._journal.run(self._journal.conflicts.note, places, told, self._now_ms())
        # From its end: a search that takes longer than a check holds would check in vain for ever.
        self._checked |= dict.fromkeys(due, time.monotonic())
        for trace_id in trace_ids:
            if self._sent.get(trace_id, began) <= began:  # else another answer has arrived since it was asked about
                self._sent.pop(trace_id, None)
        for trace_id in arrived:
            self._checked.pop(trace_id, None)
        return found

    async def _read(self, places: Sequence[Destination], trace_ids: Sequence[str]) -> dict[str, Sequence[Assessment]]:
        experiments = list(dict.fromkeys(place.experiment_id for place in places))
        found = await self._backend.summaries(trace_ids, experiments)
        return {each.id: each.assessments for each in found}
