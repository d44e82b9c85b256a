"""Reads what the backend knows, again and again while somebody reviews, and passes on what is new.

Everything that is learnt from the backend about the items of a worklist comes by here: the listing at the start and
when it is asked for, a queue's items as others finish them, the item in view, what was just delivered, the questions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from labeler.backends.base import (
    Ambiguous,
    Backend,
    BackendError,
    MissingTarget,
    MissingTrace,
    UnknownName,
    Unreachable,
)
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.delivery.backoff import Backoff
from labeler.delivery.known_items import KnownItems
from labeler.delivery.listing import (
    IsDisputed,
    ListedTrace,
    chunks,
    listed_traces,
    pages_in_order,
    selected_traces,
    undisputed,
)
from labeler.delivery.news import News, NewsListener, StatusListener
from labeler.delivery.reading_intervals import USUAL, ReadingIntervals
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.question import Question
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import ReviewSpec

Questions = Callable[[Backend], Awaitable[Sequence[Question]]]
"""Reads the questions of a review as they are on the backend now."""

_NEVER: Final = float("inf")
_ITEMS_AT_ONCE: Final = 200
_LONGEST_REST_S: Final = 3600.0


class Reader:
    """Reads for one review, one thing after another. `run` goes on until it is cancelled.

    With `only_unlabelled` finished items of a queue are not taken in anew. `read_questions` is None where the questions
    do not come from the backend. `is_disputed` tells which verdicts of a judge come first, where those are reviewed.
    """

    def __init__(
        self,
        backend: Backend,
        spec: ReviewSpec,
        cache: AsyncCache,
        status: StatusListener,
        listener: NewsListener,
        *,
        only_unlabelled: bool,
        read_questions: Questions | None = None,
        is_disputed: IsDisputed = undisputed,
        pace: ReadingIntervals = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._spec = spec
        self._cache = cache
        self._status = status
        self._listener = listener
        self._only_unlabelled = only_unlabelled
        self._read_questions = read_questions
        self._is_disputed = is_disputed
        self._pace = pace
        self._clock = clock
        self._woken = asyncio.Event()
        self._home = Destination(backend.uri, backend.workspace, "")
        self._pause = Backoff(1.0, 30.0)
        self._not_before_s = 0.0
        self._last_key_s = clock()
        self._listing_wanted = True
        self._is_asked = False
        self._poll_due_s = _NEVER
        self._settings_due_s = clock()
        self._in_view: str | None = None
        self._view_due_s = _NEVER
        self._echoes: set[str] = set()
        self._echo_due_s = _NEVER
        self._queue: Queue | None = None
        self._is_queue_gone = False
        self._was_member = True
        self._items_known = KnownItems(pace.flicker_s, clock)
        self._sought: set[str] = set()

    # What is asked of it. None of these waits.

    def refresh(self) -> None:
        """Read everything anew, and report what that brings."""
        self._is_asked = self._listing_wanted = True
        self._settings_due_s = self._not_before_s = 0.0
        self.note_key()
        self._woken.set()

    def note_key(self) -> None:
        """Note that a key was pressed: somebody is there."""
        was_idle = self._is_idle
        self._last_key_s = self._clock()
        if was_idle:
            self._woken.set()

    def show(self, trace_id: str, read_at_ms: int) -> None:
        """Note that this item is in view now; what is known of it was read at `read_at_ms` by the wall clock."""
        self._in_view = trace_id
        age_s = (wall_clock_ms() - read_at_ms) / 1000
        self._view_due_s = self._clock() + max(self._pace.look_s, self._pace.in_view_s - age_s)
        self._woken.set()

    def note_delivered(self, trace_id: str) -> None:
        """Note that something about this trace was delivered: what the backend has now is read soon."""
        self._echoes.add(trace_id)
        if self._echo_due_s == _NEVER:
            self._echo_due_s = self._clock() + self._pace.echo_s
            self._woken.set()

    def doubt_settings(self) -> None:
        """Read the queue and its questions soon: the backend has refused something that names them."""
        self._settings_due_s = 0.0
        self._woken.set()

    def resume(self) -> None:
        """Try again now: the backend was seen to answer."""
        if self._not_before_s:
            self._not_before_s = 0.0
            self._woken.set()

    # Reading

    async def run(self) -> None:
        """Read whatever is due, until cancelled. Raises nothing but defects."""
        while True:
            job = self._next_job()
            if job is None:
                await self._rest()
            else:
                await self._attempt(job)

    async def _rest(self) -> None:
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(self._next_due_s() - self._clock(), 0.01)):
                await self._woken.wait()

    @property
    def _is_idle(self) -> bool:
        return self._clock() - self._last_key_s > self._pace.idle_s

    def _next_job(self) -> Callable[[], Awaitable[None]] | None:
        now_s = self._clock()
        if now_s < self._not_before_s:
            return None
        if self._listing_wanted:
            return self._list
        if now_s >= self._echo_due_s:
            return self._read_echoes
        if self._is_idle:
            return None
        due = (
            (self._view_due_s, self._read_item_in_view),
            (self._poll_due_s, self._poll),
            (self._settings_due_s, self._read_settings),
        )
        return next((job for due_s, job in due if now_s >= due_s), None)

    def _next_due_s(self) -> float:
        periodic = () if self._is_idle else (self._view_due_s, self._poll_due_s, self._settings_due_s)
        due_s = min(self._echo_due_s, *periodic, self._clock() + _LONGEST_REST_S)
        return max(0.0 if self._listing_wanted else due_s, self._not_before_s)

    async def _attempt(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do a job. While the backend is away it stays due, and nothing that is known changes."""
        try:
            await job()
            for caution in self._backend.cautions():
                self._status.tell(caution)
        except (Unreachable, Ambiguous):
            self._not_before_s = self._clock() + self._pause.next_s(None)
            self._status.connected(ConnectionStatus.OFFLINE)
        except BackendError as error:
            self._give_up(job, error)
        else:
            self._pause.reset()
            if self._status.connection in (ConnectionStatus.UNKNOWN, ConnectionStatus.OFFLINE):
                self._status.connected(ConnectionStatus.ONLINE)

    def _give_up(self, job: Callable[[], Awaitable[None]], error: BackendError) -> None:
        """Leave a job that cannot be done now until it is due again."""
        now_s = self._clock()
        if job == self._list:
            self._status.tell(f"The worklist could not be refreshed: {error}")
        self._echo_due_s = _NEVER if job == self._read_echoes else self._echo_due_s
        self._view_due_s = now_s + self._pace.in_view_s if job == self._read_item_in_view else self._view_due_s
        self._settings_due_s = now_s + self._pace.settings_s if job == self._read_settings else self._settings_due_s
        if job in (self._list, self._poll) and self._spec.queue_id:
            self._poll_due_s = now_s + self._pace.queue_s

    async def _list(self) -> None:
        """Read everything that the review selects, at the start and when somebody asks for it."""
        news, is_asked = News(), self._is_asked
        self._listing_wanted = self._is_asked = False
        draws_now = self._spec.draws and not self._listener.is_drawn
        try:
            if self._spec.queue_id and not draws_now:
                self._sought.clear()
                await self._read_queue(news, self._every_known)
            else:
                await self._read_selection(news)
        except (Unreachable, Ambiguous):
            self._listing_wanted, self._is_asked = True, self._is_asked or is_asked
            raise
        if is_asked:
            self._listener.report(news.sentence)

    async def _read_selection(self, news: News) -> None:
        listener, spec, selected, asked_at_ms = self._listener, self._spec, set[str](), wall_clock_ms()
        if listener.is_drawn:
            listing = selected_traces(self._backend, spec)
        else:
            listing = listed_traces(self._backend, spec, self._is_disputed)
        async for page in listing:
            selected.update(each.summary.id for each in page)
            await self._take_in(page, asked_at_ms, news)
        news.gone += await listener.end_listing(selected)
        for ids in chunks([trace_id for trace_id in listener.trace_ids if trace_id not in selected]):
            asked_at_ms = wall_clock_ms()
            await self._take_in([ListedTrace(each) for each in await self._backend.summaries(ids)], asked_at_ms, news)
        if spec.queue_id:
            self._poll_due_s = self._clock()

    # A queue

    async def _poll(self) -> None:
        """Read how the queue's items stand, and what there is about those that changed or came."""
        await self._read_queue(News(), lambda items, changed: changed)

    def _every_known(self, items: Mapping[str, QueueItem], changed: Iterable[str]) -> Iterable[str]:
        return [trace_id for trace_id in items if trace_id in self._listener.trace_ids]

    def _is_wanted(self, item: QueueItem) -> bool:
        """Return whether an item that is not in the worklist belongs there."""
        is_open = item.state is QueueItemState.PENDING or not self._only_unlabelled
        return is_open and item.trace_id not in self._sought and not self._listener.is_drawn

    async def _read_queue(
        self, news: News, known_to_read: Callable[[Mapping[str, QueueItem], Iterable[str]], Iterable[str]]
    ) -> None:
        """Read the queue's items, then the infos of new ones and of known ones as `known_to_read` picks them.

        It is given the items, and the IDs of those that changed.
        """
        began_ms, began_s = wall_clock_ms(), self._clock()
        try:
            items = await self._items()
        except (MissingTarget, UnknownName):
            self._tell_that_the_queue_is_gone()
            return
        took_s = self._clock() - began_s
        changed = await self._learn_items(items, began_ms)
        news.changed |= changed
        new = [each for each, item in items.items() if each not in self._listener.trace_ids and self._is_wanted(item)]
        assert self._queue is not None
        for ids in chunks(list(known_to_read(items, changed))):
            asked_at_ms = wall_clock_ms()
            known = await self._backend.summaries(ids)
            await self._take_in([ListedTrace(each, items[each.id]) for each in known], asked_at_ms, news)
        asked_at_ms = wall_clock_ms()
        async for page in pages_in_order(self._backend, self._spec, self._queue, new):
            await self._take_in([ListedTrace(each, items[each.id]) for each in page], asked_at_ms, news)
        self._sought.update(new)
        if items.keys() != self._items_known.trace_ids:
            self._items_known.trace_ids = set(items)
            news.gone += await self._listener.end_listing(self._items_known.trace_ids)
        is_near_end = self._listener.open_items < self._pace.near_end_items
        interval_s = self._pace.near_end_s if is_near_end else self._pace.queue_s
        self._poll_due_s = self._clock() + max(interval_s, self._pace.rest_share * took_s)

    async def _learn_items(self, items: Mapping[str, QueueItem], began_ms: int) -> set[str]:
        """Pass on how items stand that are not as they were; return the IDs of those of the worklist that changed.

        They go in portions: there may be thousands, and keys come in between.
        """
        differing = self._items_known.changed(items.values())
        changed = set[str]()
        for start in range(0, len(differing), _ITEMS_AT_ONCE):
            portion = differing[start : start + _ITEMS_AT_ONCE]
            learnt = await self._listener.learn_items(portion, began_ms)
            self._items_known.note(portion, learnt.undecided)
            changed |= learnt.changed
            await asyncio.sleep(0)
        return changed

    async def _items(self) -> dict[str, QueueItem]:
        """Return the queue's items by trace ID, in the order in which the queue has them."""
        if self._queue is None:
            await self._read_queue_itself()
            self._listener.signed_in_as(await self._backend.whoami() or "")
        assert self._queue is not None
        return {item.trace_id: item async for page in self._backend.items(self._queue) for item in page}

    # One trace, or a few

    async def _read_item_in_view(self) -> None:
        self._view_due_s = self._clock() + self._pace.in_view_s
        if self._in_view is not None:
            asked_at_ms = wall_clock_ms()
            await self._learn_of(await self._one(self._in_view), asked_at_ms)

    async def _read_echoes(self) -> None:
        """Read what the backend has of traces that something was just delivered about."""
        delivered = sorted(self._echoes)
        for ids in chunks(delivered):
            asked_at_ms = wall_clock_ms()
            found = await self._one(ids[0]) if len(ids) == 1 else await self._backend.summaries(ids)
            await self._learn_of(found, asked_at_ms)
            self._echoes.difference_update(ids)
        self._echo_due_s = _NEVER if not self._echoes else self._clock() + self._pace.echo_s

    async def _one(self, trace_id: str) -> list[TraceSummary]:
        try:
            return [await self._backend.summary(trace_id)]
        except MissingTrace:
            return []

    async def _take_in(self, page: Sequence[ListedTrace], asked_at_ms: int, news: News) -> None:
        known = [each.summary for each in page if each.summary.id in self._listener.trace_ids]
        news.new += await self._listener.take_in(page, only_unlabelled=self._only_unlabelled)
        news.changed |= await self._learn_of(known, asked_at_ms)
        await asyncio.sleep(0)

    async def _learn_of(self, summaries: Sequence[TraceSummary], asked_at_ms: int) -> set[str]:
        """Pass on what the backend, when it was asked then, had about traces of the worklist."""
        if not summaries:
            return set()
        read = [replace(summary, read_at_ms=asked_at_ms) for summary in summaries]
        await self._cache.run(Cache.renew_summaries, self._home, read)
        return await self._listener.learn_of(read)

    # The queue itself, and what it asks

    async def _read_settings(self) -> None:
        self._settings_due_s = self._clock() + self._pace.settings_s
        if self._spec.queue_id:
            try:
                await self._read_queue_itself()
            except (MissingTarget, UnknownName):
                self._tell_that_the_queue_is_gone()
                return
        if self._read_questions is not None:
            await self._listener.ask(await self._read_questions(self._backend))

    async def _read_queue_itself(self) -> None:
        spec = self._spec
        assert spec.queue_id is not None
        self._queue = await self._backend.queue(spec.experiment_ids[0] if spec.experiment_ids else None, spec.queue_id)
        self._is_queue_gone = False
        self._listener.worked_on_by(self._queue.users)
        is_member = not self._queue.users or any(same_reviewer(user, spec.reviewer) for user in self._queue.users)
        if self._was_member and not is_member:
            self._status.tell(
                f"{spec.reviewer} is no member of “{self._queue.name}” any more. What you answered is kept and goes "
                "out as far as the server lets it; ask whoever runs the queue."
            )
        self._was_member = is_member

    def _tell_that_the_queue_is_gone(self) -> None:
        self._poll_due_s = _NEVER
        if not self._is_queue_gone:
            self._is_queue_gone = True
            self._status.tell(
                f"The queue “{self._spec.label}” is not on the server any more. What you answer is kept and goes to "
                "its trace all the same; no items come from the queue."
            )
