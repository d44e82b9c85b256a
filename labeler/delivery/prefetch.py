"""Fetches traces into the cache ahead of need, so that the reviewer never waits for a network.

Two lists are worked through: what is wanted now (the trace on the screen and the next few) and, behind it, the
rest of the worklist. While the backend cannot be reached nothing is asked of it but a few requests now and then.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Final, TypeAlias

from labeler.backends.base import (
    Ambiguous,
    Backend,
    BackendError,
    Forbidden,
    Malformed,
    MissingTrace,
    NotABackend,
    Unreachable,
    UnreadableSpans,
)
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.dataclass import dataclass
from labeler.delivery.connection import end_of_pause_ms
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace

AHEAD_TRACES: Final = 500
AHEAD_BYTES: Final = 500 * 1024 * 1024
"""How many bytes of undecoded payload are downloaded ahead at most."""

IN_FLIGHT: Final = 2
"""Requests at a time. One more is kept free for a trace that is wanted now."""

_WANTED_AT_MOST: Final = 64
_TRIES: Final = 3
"""How often a trace on which the backend fails is requested."""
_STUMBLES_AT_MOST: Final = 5
"""How many traces in a row the backend may fail on before that counts as an outage."""
_LONGEST_PAUSE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Arrived:
    """The trace is in the cache."""

    trace_id: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The trace cannot be fetched; `sentence` says why.

    `raw` is what is known all the same of a trace that was wanted, where its spans alone cannot be read.
    """

    trace_id: str
    sentence: str
    raw: RawTrace | None = None


@dataclass(frozen=True, slots=True)
class WentOffline:
    """Downloading pauses; `sentence` says why. It resumes by itself.

    `until_ms`: the moment to which the backend asked to be left alone, in milliseconds since the epoch; 0 for none.
    """

    sentence: str
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class CameOnline:
    """Downloading resumes."""


PrefetchEvent: TypeAlias = Arrived | Missing | WentOffline | CameOnline


class Prefetcher:
    """Fills the cache from a backend while `run` runs. The other methods return at once.

    `tell` is called on the event loop and must not block. `ahead` counts traces, `first_pause_s` seconds
    (doubled at each failure up to 30 s, with jitter).
    """

    def __init__(
        self,
        backend: Backend,
        cache: AsyncCache,
        tell: Callable[[PrefetchEvent], None],
        *,
        ahead: int = AHEAD_TRACES,
        ahead_bytes: int = AHEAD_BYTES,
        in_flight: int = IN_FLIGHT,
        first_pause_s: float = 1.0,
    ) -> None:
        self._backend = backend
        self._cache = cache
        self._tell = tell
        self._ahead = ahead
        self._ahead_bytes = ahead_bytes
        self._lanes = in_flight
        self._first_pause_s = first_pause_s
        self._home = Destination(backend.uri, backend.workspace, "")

        self._wanted: dict[str, None] = {}
        self._window: list[str] = []
        self._rest: dict[str, None] = {}
        self._in_flight: set[str] = set()
        self._sizes: dict[str, int] = {}
        self._missing: set[str] = set()
        self._tries: dict[str, int] = {}
        self._stumbled: set[str] = set()

        self._work = asyncio.Event()
        self._new_window = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()
        self._offline = False
        self._pause_s = first_pause_s
        self._reopening: asyncio.TimerHandle | None = None

    @property
    def offline(self) -> bool:
        """Whether the backend could not be reached at the last try."""
        return self._offline

    def want(self, trace_ids: Iterable[str]) -> None:
        """Fetch these first, in this order, before what was wanted earlier. Each ends in `Arrived` or `Missing`."""
        wanted = list(trace_ids)
        self._missing.difference_update(wanted)
        self._wanted = dict.fromkeys([*wanted, *self._wanted][:_WANTED_AT_MOST])
        self._work.set()

    def fill(self, trace_ids: Iterable[str]) -> None:
        """Fetch the first `ahead` of these when nothing else is wanted. They replace those of the last call."""
        self._window = list(islice(trace_ids, self._ahead))
        self._new_window.set()

    def resume(self) -> None:
        """Try again now: the backend was seen to answer."""
        self._pause_s = self._first_pause_s
        self._reopen()

    async def run(self) -> None:
        """Fetch until cancelled. Raises nothing but defects."""
        try:
            async with asyncio.TaskGroup() as lanes:
                lanes.create_task(self._sift())
                lanes.create_task(self._lane(self._pick_wanted))
                for _ in range(self._lanes):
                    lanes.create_task(self._lane(self._pick_any))
        finally:
            if self._reopening is not None:
                self._reopening.cancel()

    async def _sift(self) -> None:
        """Leave out of each new window what is cached already."""
        while True:
            await self._new_window.wait()
            self._new_window.clear()
            window = self._window
            unknown = [trace_id for trace_id in window if trace_id not in self._sizes]
            here = await self._cache.run(Cache.have, self._home, unknown)
            self._sizes.update(dict.fromkeys(here, 0))
            self._rest = dict.fromkeys(trace_id for trace_id in unknown if trace_id not in here)
            self._work.set()

    async def _lane(self, pick: Callable[[], str | None]) -> None:
        while True:
            await self._open.wait()
            self._work.clear()
            trace_id = pick()
            if trace_id is None:
                await self._work.wait()
                continue
            self._in_flight.add(trace_id)
            try:
                await self._bring(trace_id)
            finally:
                self._in_flight.discard(trace_id)

    def _pick_wanted(self) -> str | None:
        return next((trace_id for trace_id in self._wanted if trace_id not in self._in_flight), None)

    def _pick_any(self) -> str | None:
        wanted = self._pick_wanted()
        if wanted is not None or self._bytes_ahead() >= self._ahead_bytes:
            return wanted
        return next((i for i in self._rest if i not in self._in_flight and i not in self._missing), None)

    def _bytes_ahead(self) -> int:
        return sum(self._sizes.get(trace_id, 0) for trace_id in self._window)

    async def _bring(self, trace_id: str) -> None:
        if trace_id in self._wanted:
            here = await self._cache.run(Cache.have, self._home, [trace_id])
            if here:
                self._here(trace_id, self._sizes.get(trace_id, 0))
                return
        asked_at_ms = wall_clock_ms()
        try:
            raw = await self._backend.trace(trace_id)
        except (MissingTrace, Malformed) as error:
            self._answered()
            self._give_up(trace_id, error)
        except Forbidden as error:
            self._give_up(trace_id, error)
            self._stumble(trace_id, error)
        except Ambiguous as error:
            self._try_later(trace_id, error)
            if error.server_answered:
                self._stumble(trace_id, error)
            else:
                self._pause(error, error.retry_after_s)
        except Unreachable as error:
            self._pause(error, error.retry_after_s)
        except NotABackend as error:
            self._pause(error, None)
        except BackendError as error:
            self._give_up(trace_id, error)
        else:
            read = replace(raw, summary=replace(raw.summary, read_at_ms=asked_at_ms))
            await self._cache.run(Cache.put, self._home, read)
            self._answered()
            self._here(trace_id, len(raw.payload))

    def _here(self, trace_id: str, size: int) -> None:
        self._sizes[trace_id] = size
        self._forget(trace_id)
        self._tell(Arrived(trace_id))

    def _give_up(self, trace_id: str, error: BackendError) -> None:
        raw = error.raw if isinstance(error, UnreadableSpans) and trace_id in self._wanted else None
        self._missing.add(trace_id)
        self._forget(trace_id)
        self._tell(Missing(trace_id, str(error), raw))

    def _forget(self, trace_id: str) -> None:
        self._wanted.pop(trace_id, None)
        self._rest.pop(trace_id, None)
        self._tries.pop(trace_id, None)

    def _try_later(self, trace_id: str, error: BackendError) -> None:
        self._tries[trace_id] = self._tries.get(trace_id, 0) + 1
        if self._tries[trace_id] >= _TRIES:
            self._give_up(trace_id, error)
            return
        for waiting in (self._wanted, self._rest):
            if trace_id in waiting:
                waiting[trace_id] = waiting.pop(trace_id)

    def _stumble(self, trace_id: str, error: BackendError) -> None:
        """Count a failure. One may be due to its trace; many in a row are an outage, or a login that has ended."""
        self._stumbled.add(trace_id)
        if len(self._stumbled) >= _STUMBLES_AT_MOST:
            self._pause(error, None)

    def _answered(self) -> None:
        self._stumbled.clear()
        self._pause_s = self._first_pause_s
        if self._offline:
            self._offline = False
            self._tell(CameOnline())

    def _pause(self, error: BackendError, retry_after_s: float | None) -> None:
        if not self._open.is_set():
            return
        self._open.clear()
        pause_s = max(retry_after_s or 0.0, self._pause_s * random.uniform(0.8, 1.2))
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        self._reopening = asyncio.get_running_loop().call_later(pause_s, self._reopen)
        if not self._offline:
            self._offline = True
            self._tell(WentOffline(str(error), end_of_pause_ms(retry_after_s)))

    def _reopen(self) -> None:
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None
        self._open.set()
