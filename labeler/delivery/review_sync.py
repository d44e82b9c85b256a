"""Runs the traffic between a review and its backend in the background: traces in, answers out, new work noticed.

It starts once the first screen is painted, may fail at any time, and only ever tells whoever listens. What delivers and
downloads is imported by the running traffic: the first trace does not wait for that code.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from labeler.backends.base import Backend, BackendError, Forbidden, NotABackend, NotAllowed
from labeler.backends.pulse import Pulse
from labeler.cache.async_cache import AsyncCache
from labeler.dataclass import dataclass
from labeler.delivery.attachments import bring_attachment
from labeler.delivery.backoff import Backoff
from labeler.delivery.connection import ConnectionState
from labeler.delivery.events import ConnectionChanged, CountsChanged, DeliveryEvent, Settled
from labeler.delivery.keep_running import keep_running
from labeler.delivery.listing import IsDisputed, undisputed
from labeler.delivery.news import NewsListener, StatusListener
from labeler.delivery.reading_intervals import USUAL, ReadingIntervals
from labeler.delivery.sessions import bring_session, turns_of
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState, JournalError

if TYPE_CHECKING:
    from labeler.delivery.drain import SyncResult
    from labeler.delivery.engine import DeliveryEngine
    from labeler.delivery.prefetch import Prefetcher, PrefetchEvent
    from labeler.delivery.reader import Questions, Reader


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The settings of the traffic: seconds of grace, traces in flight, traces downloaded ahead."""

    grace_s: float
    concurrency: int
    ahead: int
    only_unlabelled: bool


class Listener(StatusListener, Protocol):
    """The listener to the traffic. No method may block."""

    @property
    def news(self) -> NewsListener:
        """Whoever hears of the backend's traces, items and questions."""
        ...

    @property
    def destinations(self) -> list[Destination]: ...

    def arrived(self, trace_id: str) -> None:
        """A trace came into the cache."""

    def missing(self, trace_id: str, reason: str) -> None:
        """A trace cannot be fetched."""

    def session_came(self, trace_id: str, problem: str, turns: Sequence[str]) -> None:
        """The earlier traces of this one's session are in the cache; else `problem` says why not, in a sentence.

        `turns` are the IDs of all its traces, oldest first; empty where that is not known.
        """

    def settled(self, trace_id: str, delivery: Delivery) -> None:
        """A delivery came to its end, or was parked."""

    def counts_changed(self) -> None:
        """The number of deliveries that are not acknowledged changed."""


class ReviewSync:
    """Runs delivery, prefetch and refresh for one review, from `start` on. The real `desk.remote.Remote`.

    `connect` opens the backend and may raise `BackendError`; `pulse` is what that backend tells whether it answers.
    `read_questions` reads from it what the review asks, None where that does not come from there. `is_disputed` tells
    which verdicts of a judge come first, where those are reviewed.
    Until the start, what is asked for is remembered or has no effect.
    """

    def __init__(
        self,
        spec: ReviewSpec,
        journal: AsyncJournal,
        cache: AsyncCache,
        connect: Callable[[], Awaitable[Backend]],
        traffic: Traffic,
        pulse: Pulse | None = None,
        read_questions: Questions | None = None,
        is_disputed: IsDisputed = undisputed,
        pace: ReadingIntervals = USUAL,
    ) -> None:
        self._listener: Listener
        self._read_questions = read_questions
        self._is_disputed = is_disputed
        self._pace = pace
        self._before_waiting = ConnectionStatus.UNKNOWN
        self._spec = spec
        self._journal = journal
        self._cache = cache
        self._connect = connect
        self._traffic = traffic
        self._pulse = pulse
        self._backend: Backend | None = None
        self._engine: DeliveryEngine | None = None
        self._prefetcher: Prefetcher | None = None
        self._running: asyncio.Task[None] | None = None
        self._reader: Reader | None = None
        self._in_view: tuple[str, int] | None = None
        self._bringing: asyncio.Task[None] | None = None
        self._wanted: tuple[Sequence[str], Sequence[str]] = ((), ())

    def start(self, listener: Listener) -> None:
        """Begin, in the background. `listener` hears what comes of it."""
        self._listener = listener
        if self._pulse is not None:
            self._pulse.tell = self._waiting
        traffic = keep_running("The traffic with the backend", self._run, listener.tell)
        self._running = asyncio.get_running_loop().create_task(traffic)

    def refresh(self) -> None:
        """Read everything anew, and report what that brought."""
        if self._reader is not None:
            self._reader.refresh()

    def show(self, trace_id: str, read_at_ms: int) -> None:
        """Keep what is known of this trace fresh: it is in view."""
        self._in_view = (trace_id, read_at_ms)
        if self._reader is not None:
            self._reader.show(trace_id, read_at_ms)

    def note_key(self) -> None:
        """Note that a key was pressed: while nobody is there, nothing is read."""
        if self._reader is not None:
            self._reader.note_key()

    async def close(self, last_chance_s: float) -> SyncResult | None:
        """Stop. While the backend is online, first deliver what is queued, for at most `last_chance_s` seconds."""
        result = None
        if self._engine is not None and self._listener.connection is ConnectionStatus.ONLINE:
            with suppress(OSError, JournalError):  # the next start delivers what this could not
                async with asyncio.timeout(last_chance_s):
                    result = await self._engine.drain()
        for task in (self._bringing, self._running):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task
        if self._backend is not None:
            await self._backend.close()
        return result

    async def _run(self) -> None:
        from labeler.delivery.engine import DeliveryEngine
        from labeler.delivery.prefetch import Prefetcher
        from labeler.delivery.reader import Reader

        self._backend = backend = await self._connected()
        self._prefetcher = Prefetcher(backend, self._cache, self._prefetched, ahead=self._traffic.ahead)
        self._engine = DeliveryEngine(
            self._journal,
            backend,
            self._listener.destinations,
            grace_s=self._traffic.grace_s,
            concurrency=self._traffic.concurrency,
            on_event=self._delivered,
        )
        self._reader = Reader(
            backend,
            self._spec,
            self._cache,
            self._listener,
            self._listener.news,
            only_unlabelled=self._traffic.only_unlabelled,
            read_questions=self._read_questions,
            is_disputed=self._is_disputed,
            pace=self._pace,
        )
        if self._in_view is not None:
            self._reader.show(*self._in_view)
        self.need(*self._wanted)
        tell = self._listener.tell
        async with asyncio.TaskGroup() as work:
            work.create_task(keep_running("Downloading ahead", self._prefetcher.run, tell))
            work.create_task(keep_running("Delivery", self._engine.run, tell))
            work.create_task(keep_running("Reading what is new", self._reader.run, tell))

    async def _connected(self) -> Backend:
        """Open the backend, as soon as that is possible. Tell once why it is not."""
        pause = Backoff(1.0, 30.0)
        told = ""
        while True:
            try:
                return await self._connected_to_its_own()
            except BackendError as error:
                if str(error) != told:
                    told = str(error)
                    self._listener.tell(f"{error} Your answers are kept, and go out as soon as it works.")
                self._listener.connected(_status_after(error))
            await asyncio.sleep(pause.next_s(None))

    async def _connected_to_its_own(self) -> Backend:
        """Open the backend of this review. Raises `NotABackend` when another one is there now."""
        backend, spec = await self._connect(), self._spec
        if (backend.uri, backend.workspace) == (spec.backend_uri, spec.workspace):
            return backend
        await backend.close()
        wanted, found = _named(spec.backend_uri, spec.workspace), _named(backend.uri, backend.workspace)
        raise NotABackend(
            f"This review is of {wanted}, and there is another backend now: {found}. Nothing is sent to that one; go "
            "back to the first, or start a review of this one with labeler review."
        )

    def need(self, now: Sequence[str], later: Sequence[str]) -> None:
        """Fetch the traces in `now` at once, and those in `later` after them."""
        self._wanted = (now, later)
        if self._prefetcher is not None:
            self._prefetcher.want(now)
            self._prefetcher.fill(later)

    def bring_session(self, current: TraceSummary) -> None:
        """Fetch the earlier traces of the session of `current`, in place of any session asked for before."""
        if self._bringing is not None:
            self._bringing.cancel()
        self._bringing = asyncio.get_running_loop().create_task(self._bring_session(current))

    async def _bring_session(self, current: TraceSummary) -> None:
        problem, turns = "", list[str]()
        if self._backend is not None:
            try:
                await bring_session(self._backend, self._cache, current)
                turns = await turns_of(self._backend, current)
            except BackendError as error:
                problem = f"the earlier turns could not be looked for: {error}"
        self._listener.session_came(current.id, problem, turns)

    async def summaries(self, trace_ids: Sequence[str]) -> Sequence[TraceSummary]:
        """Return what the backend has of these traces but their spans; nothing while it cannot be reached."""
        if self._backend is None:
            return ()
        try:
            return await self._backend.summaries(trace_ids)
        except BackendError as error:
            _log.info("what others said could not be read: %s", error)
            return ()

    async def attachment(self, trace_id: str, path: str, size: int | None) -> bytes:
        """Fetch an attachment, of `size` bytes if that is known. Raises `AttachmentAway`."""
        return await bring_attachment(self._backend, self._cache, trace_id, path, size)

    def wake(self) -> None:
        """Look for due deliveries now: something was released."""
        if self._engine is not None:
            self._engine.serve(self._listener.destinations)
            self._engine.wake()

    def try_now(self) -> None:
        """Try what failed again at once."""
        if self._engine is not None:
            self._engine.try_now()

    def pause_s(self, trace_id: str) -> float:
        """Return the seconds until a trace's failed deliveries are tried again; 0 when nothing holds them back."""
        return self._engine.pause_s(trace_id) if self._engine is not None else 0.0

    def _prefetched(self, event: PrefetchEvent) -> None:
        from labeler.delivery.prefetch import Arrived, CameOnline, Missing, WentOffline

        match event:
            case Arrived(trace_id):
                self._listener.arrived(trace_id)
            case Missing(_, _, RawTrace() as raw):
                self._listener.news.show_without_spans(raw)
            case Missing(trace_id, sentence):
                self._listener.missing(trace_id, sentence)
            case WentOffline(_, until_ms):
                self._listener.connected(ConnectionStatus.OFFLINE, until_ms)
            case CameOnline():
                self._listener.connected(ConnectionStatus.ONLINE)

    def _delivered(self, event: DeliveryEvent) -> None:
        match event:
            case ConnectionChanged(state):
                self._connection_changed(state)
            case Settled(_, trace_id, delivery):
                self._listener.settled(trace_id, delivery)
                self._note_settled(trace_id, delivery)
            case CountsChanged():
                self._listener.counts_changed()

    def _note_settled(self, trace_id: str, delivery: Delivery) -> None:
        if self._reader is None:
            return
        if delivery.state is DeliveryState.DELIVERED:
            self._reader.note_delivered(trace_id)
        if delivery.op is DeliveryOp.STATUS and delivery.reason:
            self._reader.doubt_settings()

    def _waiting(self, waiting: bool) -> None:
        """The backend has not answered for a while, or does again. What is known to be wrong with it stays told."""
        status = self._listener.connection
        if waiting and status in (ConnectionStatus.ONLINE, ConnectionStatus.UNKNOWN):
            self._before_waiting = status
            self._listener.connected(ConnectionStatus.WAITING)
        elif not waiting and status is ConnectionStatus.WAITING:
            self._listener.connected(self._before_waiting)

    def _connection_changed(self, state: ConnectionState) -> None:
        if state.status is ConnectionStatus.ONLINE:
            if self._prefetcher is not None:
                self._prefetcher.resume()
            if self._reader is not None:
                self._reader.resume()
        if state.is_closed:
            self._listener.tell(state.sentence)
        self._listener.connected(state.status, state.until_ms)


def _named(backend_uri: str, workspace: str) -> str:
    return f"{backend_uri}, workspace {workspace}" if workspace else backend_uri


def _status_after(error: BackendError) -> ConnectionStatus:
    if isinstance(error, NotAllowed):
        return ConnectionStatus.NOT_ALLOWED
    if isinstance(error, Forbidden):
        return ConnectionStatus.NEEDS_CREDENTIALS
    if isinstance(error, NotABackend):
        return ConnectionStatus.NO_BACKEND
    return ConnectionStatus.OFFLINE
