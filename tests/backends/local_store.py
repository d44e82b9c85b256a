"""A filled embedded store, for tests of what every backend promises."""

from __future__ import annotations

from pathlib import Path

from labeler.backends.base import TeamBackend
from labeler.backends.local.store import LocalStore
from labeler.domain.trace import RawTrace


async def open_filled_local_store(tmp_path: Path, traces: list[RawTrace]) -> TeamBackend:
    """A store of its own under `tmp_path` that holds `traces`; the caller closes it."""
    store = await LocalStore.open_or_create(tmp_path / "store.db")
    await store.import_traces(traces)
    return store
