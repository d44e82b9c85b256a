"""The cache on a thread of its own, so that no event loop waits for a disk or for zlib."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from labeler.cache.store import Cache

P = ParamSpec("P")
T = TypeVar("T")


class CacheThread:
    """A `Cache` whose methods are awaited: ``await cache.run(Cache.trace, destination, trace_id)``.

    Calls are done one after another in the order they were made. A call whose waiter is cancelled is done whole or
    not at all.
    """

    def __init__(self, executor: ThreadPoolExecutor, cache: Cache) -> None:
        self._executor = executor
        self._cache = cache

    @classmethod
    async def open(cls, path: Path, max_bytes: int) -> Self:
        """Open `path`, made anew when it is unusable; see `Cache`."""
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cache")
        cache = await asyncio.get_running_loop().run_in_executor(executor, Cache, path, max_bytes)
        return cls(executor, cache)

    async def run(self, method: Callable[Concatenate[Cache, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `method` of the cache returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: method(self._cache, *args, **kwargs))

    async def close(self) -> None:
        """Finish what was asked for and close the file."""
        await self.run(Cache.close)
        self._executor.shutdown(wait=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
