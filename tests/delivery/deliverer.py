"""A process that delivers from a journal to an embedded store: ``python -m tests.delivery.deliverer DIRECTORY``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from labeler.backends.local.store import LocalStore
from labeler.delivery.engine import DeliveryEngine
from labeler.journal.async_journal import AsyncJournal
from tests.delivery.work import HASTE


async def main(directory: Path) -> None:
    store = await LocalStore.open(directory / "store.db")
    journal = await AsyncJournal.open(directory / "journal.db")
    engine = DeliveryEngine(
        journal,
        store,
        await journal.run(journal.queries.destinations),
        grace_s=0,
        concurrency=2,
        on_event=lambda event: print(type(event).__name__, flush=True),
        timing=HASTE,
    )
    print("ready", flush=True)
    await engine.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
