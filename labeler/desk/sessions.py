"""The conversation that a trace is a turn of, as far as its other traces are here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.desk.events import DeskEvent, SessionChanged
from labeler.desk.remote import Remote
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.reading.document import Document
from labeler.reading.read import read_document
from labeler.reading.views.session import Turn, session_document
from labeler.reading.wire.spans import SpansOfAnother

_MOST_TURNS: Final = 50
_LOOKING: Final = "looking for the earlier turns"


class Sessions:
    """Lays out sessions from the cache. `remote` is asked to bring the earlier traces of a session into it."""

    def __init__(
        self,
        cache: AsyncCache,
        destination_of: Callable[[str], Destination],
        remote: Remote,
        announce: Callable[[DeskEvent], None],
    ) -> None:
        self._cache = cache
        self._destination_of = destination_of
        self._remote = remote
        self._announce = announce
        self._notes: dict[str, str] = {}
        self._turns: dict[str, str] = {}

    def look_for(self, current: TraceSummary, connection: ConnectionStatus) -> None:
        """Have what is missing of the trace's session brought; a `SessionChanged` tells when it is here."""
        if connection is ConnectionStatus.ONLINE:
            self._notes[current.id] = _LOOKING
            self._remote.bring_session(current)
        else:
            self._notes[current.id] = f"{connection}: only the turns that are here"

    def turn_of(self, trace_id: str) -> str:
        """Which turn of its session a trace is, and of how many: ``3/5``; empty while that is not known."""
        return self._turns.get(trace_id, "")

    def came(self, trace_id: str, problem: str, turns: Sequence[str] = ()) -> None:
        """What there is has been brought, or `problem` says why not, in a sentence.

        `turns` are the IDs of all traces of the session, oldest first, where that is known.
        """
        self._turns.update({each: f"{number}/{len(turns)}" for number, each in enumerate(turns, 1)})
        self._notes[trace_id] = problem
        self._announce(SessionChanged(trace_id))

    async def document(self, current: RawTrace) -> Document:
        """The earlier turns that are here and the trace itself. Reading happens in a thread."""
        summary = current.summary
        home = self._destination_of(summary.id)
        known = await self._cache.run(Cache.of_session, home, summary.session_id or "")
        earlier = [each for each in known if _is_before(each, summary)][-_MOST_TURNS:]
        found = [await self._cache.run(Cache.trace, home, each.id) for each in earlier]
        raws = [raw for raw in found if raw is not None]
        note = self._notes.get(summary.id, "") or ("" if raws else "no earlier turn of this session was found")
        document, strays = await asyncio.to_thread(_lay_out, raws, current, note)
        for stray in strays:
            await self._cache.run(Cache.forget, home, stray)
        return document


def _is_before(summary: TraceSummary, current: TraceSummary) -> bool:
    return (
        summary.id != current.id
        and summary.experiment_id == current.experiment_id
        and summary.requested_at_ms <= current.requested_at_ms
    )


def _lay_out(earlier: Sequence[RawTrace], current: RawTrace, note: str) -> tuple[Document, list[str]]:
    """The session, and the IDs of earlier traces for which spans of others were kept: they are left out of it."""
    turns: list[Turn] = []
    strays: list[str] = []
    for raw in earlier:
        try:
            turns.append(Turn(raw.summary, read_document(raw)))
        except SpansOfAnother:
            strays.append(raw.summary.id)
    if strays:
        left_out = f"turns left out, because what was kept of them is of other traces: {len(strays)}"
        note = f"{note}; {left_out}" if note else left_out
    return session_document(turns, Turn(current.summary, read_document(current)), note), strays
