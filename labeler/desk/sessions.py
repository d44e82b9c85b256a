"""The conversation of which a trace is one turn, as far as its other traces are in the cache."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.desk.document_cache import PreparedTrace
from labeler.desk.events import DeskEvent, SessionChanged
from labeler.desk.remote import Remote
from labeler.domain.connection import ConnectionStatus
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.reading.document import Document
from labeler.reading.read import read_document
from labeler.reading.views.session import Turn, session_document
from labeler.reading.wire.spans import SpansOfAnother

_MOST_TURNS: Final = 50
_LOOKING: Final = "looking for the earlier turns"


class Sessions:
    """Lay out sessions from the cache. `remote` is asked to bring the earlier traces of a session into it.

    `prepared` returns a trace that is ready for the screen, None for any other.
    """

    def __init__(
        self,
        cache: AsyncCache,
        destination_of: Callable[[str], Destination],
        prepared: Callable[[str], PreparedTrace | None],
        remote: Remote,
        announce: Callable[[DeskEvent], None],
    ) -> None:
        self._cache = cache
        self._destination_of = destination_of
        self._prepared = prepared
        self._remote = remote
        self._announce = announce
        self._notes: dict[str, str] = {}
        self._turns: dict[str, str] = {}
        self._documents: dict[str, tuple[int, Document]] = {}
        """The conversations read last that are not prepared, by trace ID, with a hash of what they were read from."""

    def look_for(self, current: TraceSummary, connection: ConnectionStatus) -> None:
        """Ask for the missing traces of a session; a `SessionChanged` is announced when they are in the cache."""
        if connection is ConnectionStatus.ONLINE:
            self._notes[current.id] = _LOOKING
            self._remote.bring_session(current)
        else:
            self._notes[current.id] = f"{connection}: only the turns that are here"

    def turn_of(self, trace_id: str) -> str:
        """Return which turn of its session a trace is, and of how many: ``3/5``; empty while not known."""
        return self._turns.get(trace_id, "")

    def came(self, trace_id: str, problem: str, turns: Sequence[str] = ()) -> None:
        """Note that the session's traces are in the cache as far as there are any, or why not: `problem`, a sentence.

        `turns` are the IDs of all traces of the session, oldest first, where that is known.
        """
        self._turns.update({each: f"{number}/{len(turns)}" for number, each in enumerate(turns, 1)})
        self._notes[trace_id] = problem
        self._announce(SessionChanged(trace_id))

    async def document(self, current: PreparedTrace) -> Document:
        """Lay out the earlier turns that are in the cache and the trace itself. Each is read only once, in a thread."""
        summary = current.raw.summary
        home = self._destination_of(summary.id)
        known = await self._cache.run(Cache.of_session, home, summary.session_id or "")
        earlier = [each for each in known if _is_before(each, summary)][-_MOST_TURNS:]
        turns: list[Turn] = []
        strays = 0
        for each in earlier:
            try:
                if (document := await self._read(home, each.id)) is not None:
                    turns.append(Turn(each, document))
            except SpansOfAnother:
                await self._cache.run(Cache.forget, home, each.id)
                strays += 1
        note = self._notes.get(summary.id, "")
        if strays:
            left_out = f"turns left out, because what was kept of them is of other traces: {strays}"
            note = f"{note}; {left_out}" if note else left_out
        elif not turns:
            note = note or "no earlier turn of this session was found"
        return session_document(turns, Turn(summary, current.conversation), note)

    async def _read(self, home: Destination, trace_id: str) -> Document | None:
        """Return the conversation of a cached trace: prepared, or read earlier from the same bytes, or read now.

        None if the trace is not cached. Raises `SpansOfAnother`.
        """
        prepared = self._prepared(trace_id)
        if prepared is not None:
            return prepared.conversation
        raw = await self._cache.run(Cache.trace, home, trace_id)
        if raw is None:
            return None
        content, known = hash(raw.payload), self._documents.get(trace_id)
        if known is not None and known[0] == content:
            return known[1]
        document = await asyncio.to_thread(read_document, raw)
        self._documents[trace_id] = content, document
        while len(self._documents) > _MOST_TURNS:
            self._documents.pop(next(iter(self._documents)))
        return document


def _is_before(summary: TraceSummary, current: TraceSummary) -> bool:
    return (
        summary.id != current.id
        and summary.experiment_id == current.experiment_id
        and summary.requested_at_ms <= current.requested_at_ms
    )
