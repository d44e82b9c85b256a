"""Embedded stores with recorded traces in them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from labeler.backends.local.store import LocalStore
from tests.servers.filling import recordings


def filled_store(path: Path, *names: str) -> list[str]:
    """An embedded store with those recordings; their trace IDs."""

    async def fill() -> list[str]:
        store = await LocalStore.open_or_create(path)
        traces = [recording.raw for recording in recordings(*names)]
        await store.import_traces(traces)
        await store.close()
        return [raw.summary.id for raw in traces]

    return asyncio.run(fill())


async def experiments_in(path: Path) -> list[str]:
    """The IDs of the experiments in an embedded store."""
    store = await LocalStore.open(path)
    try:
        return [experiment.id for experiment in await store.experiments()]
    finally:
        await store.close()
