"""The cache for callers on an event loop: none waits for a disk or for zlib."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from labeler.cache.store import Cache
from labeler.storage.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")


class AsyncCache:
    """A `Cache` whose methods are awaited: ``await cache.run(Cache.trace, destination, trace_id)``.

    Calls are made in order; a cancelled wait does not stop what it asked for.
    """

    def __init__(self, worker: Worker, cache: Cache) -> None:
        self._worker = worker
        self._cache = cache

    @classmethod
    async def open(cls, path: Path, max_bytes: int) -> Self:
        """Open the cache at `path`, made anew when it is unusable; see `Cache`."""
        worker = Worker("cache")
        try:
            return cls(worker, await worker.run(Cache, path, max_bytes))
        except BaseException:
            worker.end()
            raise

    async def run(self, method: Callable[Concatenate[Cache, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a method of the cache on its worker and return what it returns."""
        return await self._worker.run(method, self._cache, *args, **kwargs)

    async def close(self) -> None:
        """Finish what was asked for and close the file."""
        await self._worker.close(self._cache.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
