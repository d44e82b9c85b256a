"""The room of the tests of what is known of a trace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from labeler.cache.async_cache import AsyncCache
from labeler.journal.async_journal import AsyncJournal
from tests.desk.room import Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    journal = await AsyncJournal.open(tmp_path / "journal.db")
    cache = await AsyncCache.open(tmp_path / "cache.db", 1 << 20)
    yield Room(journal, cache)
    await cache.close()
    await journal.close()
