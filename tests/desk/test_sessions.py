"""A session is laid out from what was read of it already: a turn that comes costs the reading of that turn alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.desk import sessions
from labeler.desk.document_cache import PreparedTrace, read_blind
from labeler.desk.remote import OFFLINE
from labeler.desk.sessions import Sessions
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace
from labeler.reading.document import Document
from labeler.reading.read import read_document
from tests.tui.views.looking import session_of

TURNS = session_of("desk-svala-0918")
HOME = Destination("local:x", "", TURNS[0].summary.experiment_id)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The traces that a session has read, as it reads them."""
    seen: list[str] = []

    def reading(raw: RawTrace) -> Document:
        seen.append(raw.summary.id)
        return read_document(raw)

    monkeypatch.setattr(sessions, "read_document", reading)
    return seen


async def test_each_turn_is_read_once_and_a_prepared_one_not_at_all(tmp_path: Path, read: list[str]) -> None:
    first, second, third, current = TURNS[:4]
    prepared: dict[str, PreparedTrace] = {second.summary.id: read_blind(second)}
    async with await AsyncCache.open(tmp_path / "cache.db", 1 << 28) as cache:
        session = Sessions(cache, lambda trace_id: HOME, prepared.get, OFFLINE, lambda event: None)
        for raw in (first, second):
            await cache.run(Cache.put, HOME, raw)
        two = await session.document(read_blind(current))
        assert read == [first.summary.id]
        await cache.run(Cache.put, HOME, third)
        three = await session.document(read_blind(current))
        assert read == [first.summary.id, third.summary.id]
        assert len(three.blocks) > len(two.blocks)
        changed = replace(first, payload=first.payload + b"\n")
        await cache.run(Cache.put, HOME, changed)
        assert await session.document(read_blind(current)) == three
        assert read == [first.summary.id, third.summary.id, first.summary.id]
