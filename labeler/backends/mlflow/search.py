"""Snapshots: a search of traces that shows each once, while others log and label.

MLflow pages by offset, so a page shifts whenever a trace enters or leaves the result before it. By time a snapshot is
therefore walked by key: every page asks for what lies beyond the last trace seen. In another order only the pin
(nothing newer than the newest trace at the start) keeps what is logged meanwhile from shifting the pages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from enum import Enum
from typing import Any, Final

from labeler.backends.base import BadFilter, Malformed, MissingTarget, Refused, UnknownName
from labeler.backends.mlflow.traces import ROUTE, read_page, search_payload
from labeler.backends.mlflow.transport import Transport
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query

PAGE: Final = 500
"""Traces a page: MLflow's maximum, and its fastest."""

_SCANS_TEXT: Final = re.compile(r"\b(trace\.text|span\.content)\b", re.IGNORECASE)
_BY_TIME: Final = re.compile(r"\s*timestamp(?:_ms)?(?:\s+(asc|desc))?\s*", re.IGNORECASE)


class _Order(Enum):
    NEWEST_FIRST = "timestamp_ms DESC"
    OLDEST_FIRST = "timestamp_ms ASC"
    OTHER = ""


async def snapshot(transport: Transport, query: Query) -> AsyncGenerator[list[TraceSummary], None]:
    """Pages of `query`, each trace once; the next page is on its way while one is read. Raises `BadFilter`.

    Of experiments that do not exist most servers show nothing; a file store raises `UnknownName`.
    """
    walk = _Walk(transport, query)
    remaining = query.limit
    page = await walk.first()
    seen: set[str] = set()
    while True:
        following = walk.following(page)
        ahead = None
        if following is not None and (remaining is None or remaining > PAGE):
            ahead = asyncio.create_task(walk.fetch(following))
        try:
            fresh = [each for each in await asyncio.to_thread(read_page, page) if each.id not in seen][:remaining]
            seen.update(each.id for each in fresh)
            if fresh:
                yield fresh
            if remaining is not None:
                remaining -= len(fresh)
            if following is None or remaining == 0:
                return
            page = await (ahead or walk.fetch(following))
        finally:
            if ahead is not None:
                _abandon(ahead)


def _abandon(ahead: asyncio.Task[dict[str, Any]]) -> None:
    """Let go of a page that nobody waits for any more; how it ended does not matter."""
    if not ahead.cancel() and not ahead.cancelled():
        ahead.exception()


class _Walk:
    """The way through a snapshot: what to ask for next, from what a page held."""

    def __init__(self, transport: Transport, query: Query) -> None:
        self._transport = transport
        self._query = query
        self._order = _order(query.order_by)
        self._patience = transport.timeouts.text_search if _SCANS_TEXT.search(query.filter) else None
        self._from_ms = query.since_ms
        self._until_ms = query.until_ms

    async def first(self) -> dict[str, Any]:
        """The first page, after pinning what is not pinned by walking from the newest trace down."""
        if self._until_ms is None and self._order is not _Order.NEWEST_FIRST:
            newest = await self.fetch(self._payload(_Order.NEWEST_FIRST.value, 1))
            self._until_ms = max((each.requested_at_ms for each in read_page(newest)), default=None)
        limit = PAGE if self._query.limit is None else self._query.limit
        return await self.fetch(self._payload(None, max(1, min(limit, PAGE))))

    def following(self, page: dict[str, Any]) -> dict[str, Any] | None:
        """What to ask for after `page`; None when it was the last."""
        token = page.get("next_page_token")
        if not token:
            return None
        if self._order is not _Order.OTHER and self._moves_beyond(page):
            return self._payload(None, PAGE)
        return self._payload(None, PAGE) | {"page_token": token}

    async def fetch(self, payload: dict[str, Any]) -> dict[str, Any]:
        try:
            return await self._transport.send("POST", f"{ROUTE}/search", payload, self._patience)
        except Refused as refused:
            raise BadFilter(str(refused)) from None
        except MissingTarget as missing:
            raise UnknownName(str(missing)) from None

    def _moves_beyond(self, page: dict[str, Any]) -> bool:
        """Move the bound to the last trace of the page; False when the whole page was on the bound already."""
        listed = page.get("traces")
        if not isinstance(listed, list):
            raise Malformed("The page of traces is not of MLflow's form")
        last = next((each.requested_at_ms for each in read_page({"traces": listed[-1:]})), 0)
        if self._order is _Order.NEWEST_FIRST and last and last != self._until_ms:
            self._until_ms = last
            return True
        if self._order is _Order.OLDEST_FIRST and last and last != self._from_ms:
            self._from_ms = last
            return True
        return False

    def _payload(self, order: str | None, max_results: int) -> dict[str, Any]:
        clauses = []
        if self._from_ms is not None:
            clauses.append(f"timestamp_ms >= {self._from_ms}")
        if self._until_ms is not None:
            clauses.append(f"timestamp_ms <= {self._until_ms}")
        if self._query.filter.strip():
            clauses.append(self._query.filter.strip())
        ordered = [order or self._order.value] if order or self._order.value else list(self._query.order_by)
        payload = search_payload(self._query.experiment_ids, " AND ".join(clauses), max_results)
        return payload | {"order_by": ordered}


def _order(order_by: Sequence[str]) -> _Order:
    if not order_by:
        return _Order.NEWEST_FIRST
    by_time = _BY_TIME.fullmatch(order_by[0])
    if by_time is None:
        return _Order.OTHER
    return _Order.NEWEST_FIRST if (by_time[1] or "").lower() == "desc" else _Order.OLDEST_FIRST
