"""Fetches the earlier traces of a session into the cache."""

from __future__ import annotations

import asyncio
from typing import Final

from labeler.backends.base import Backend, Malformed, MissingTrace
from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query

MOST_TURNS: Final = 50
"""How many traces are fetched at most: those just before the current one."""

_MOST_COUNTED: Final = 200
_AT_ONCE: Final = 2


async def bring_session(backend: Backend, cache: AsyncCache, current: TraceSummary) -> None:
    """Fetch the traces of the current one's session that were requested no later, unless they are in the cache.

    Traces that are gone or cannot be read are left out. Raises what else the backend raises.
    """
    condition = session_filter(current.session_id or "")
    if not condition:
        return
    query = Query((current.experiment_id,), condition, until_ms=current.requested_at_ms, limit=MOST_TURNS + 1)
    ids = [summary.id async for page in backend.snapshot(query) for summary in page if summary.id != current.id]
    home = Destination(backend.uri, backend.workspace, "")
    here = await cache.run(Cache.have, home, ids)
    away = iter([trace_id for trace_id in ids if trace_id not in here])

    async def lane() -> None:
        for trace_id in away:
            try:
                raw = await backend.trace(trace_id)
            except (MissingTrace, Malformed):
                continue
            await cache.run(Cache.put, home, raw)

    await asyncio.gather(*(lane() for _ in range(_AT_ONCE)))


async def turns_of(backend: Backend, current: TraceSummary) -> list[str]:
    """Return the IDs of all traces of the current one's session, oldest first; none if there are too many."""
    condition = session_filter(current.session_id or "")
    if not condition:
        return []
    query = Query((current.experiment_id,), condition, limit=_MOST_COUNTED + 1)
    found = [summary async for page in backend.snapshot(query) for summary in page]
    in_order = sorted(found, key=lambda each: (each.requested_at_ms, each.id))
    return [each.id for each in in_order] if len(in_order) <= _MOST_COUNTED else []


def session_filter(session_id: str) -> str:
    """Return the filter for a session, as MLflow and the embedded store write it; empty if it cannot be written."""
    quote = "'" if "'" not in session_id else '"'
    if not session_id or quote in session_id or "\\" in session_id:
        return ""
    return f"metadata.`mlflow.trace.session` = {quote}{session_id}{quote}"
