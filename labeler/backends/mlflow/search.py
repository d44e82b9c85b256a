"""Snapshots: a search that returns each trace once, while others log and label.

MLflow pages by offset, so a page shifts whenever a trace enters or leaves the result before it. Three measures keep a
snapshot complete nevertheless. It contains nothing newer than its start. In a search by time, offsets count from the
last row read and not from the beginning, so that they stay small, and changes before that row shift nothing. And every
page is requested so that it begins with the last row of the page before: one that does not has shifted, and is read
again from the time of that row. Two pages are requested at a time, which is nearly twice as fast as one.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from enum import Enum
from typing import Any, Final

from labeler.backends.base import BadFilter, MissingTarget, Refused, UnknownName
from labeler.backends.mlflow.asking import Cautions, Listing
from labeler.backends.mlflow.traces import ROUTE, read_page, search_payload
from labeler.backends.mlflow.transport import Transport
from labeler.dataclass import dataclass
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import Query

PAGE: Final = 500
"""Traces in a page: MLflow's maximum, and the fastest."""

_IN_FLIGHT: Final = 2
_SCANS_TEXT: Final = re.compile(r"\b(trace\.text|span\.content)\b", re.IGNORECASE)
_QUOTABLE: Final = re.compile(r"[^`'\"\x00-\x1f]+")
"""Names that a clause can hold; there is no way to write others."""

_BY_TIME: Final = re.compile(r"\s*timestamp(?:_ms)?(?:\s+(asc|desc))?\s*", re.IGNORECASE)


class _Order(Enum):
    NEWEST_FIRST = "timestamp_ms DESC"
    OLDEST_FIRST = "timestamp_ms ASC"
    OTHER = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: `offset` rows from the time `bound_ms` on, in the search's order (None: from its start).

    `token` is the server's own page token, if it is not one that holds an offset.
    """

    bound_ms: int | None
    offset: int = 0
    token: str = ""

    def further(self, rows: int) -> _Place:
        return _Place(self.bound_ms, self.offset + rows)


@dataclass(frozen=True, slots=True)
class _Page:
    """One page: its summaries, and its number of rows, unreadable ones included. `token` is empty on the last page."""

    place: _Place
    summaries: list[TraceSummary]
    rows: int
    token: str


async def snapshot(transport: Transport, cautions: Cautions, query: Query) -> AsyncGenerator[list[TraceSummary], None]:
    """Yield the pages of `query`, each trace once. Raises `BadFilter`.

    For an experiment that does not exist most servers return nothing; a file store raises `UnknownName`. Servers before
    MLflow 3.10 and file stores cannot tell which traces have feedback of a name: there all are listed.
    """
    begun = False
    try:
        async with aclosing(_snapshot(transport, cautions, query)) as pages:
            async for page in pages:
                begun = True
                yield page
    except BadFilter:
        if begun or not query.feedback:
            raise
    else:
        return
    async with aclosing(_snapshot(transport, cautions, replace(query, feedback=""))) as pages:
        async for page in pages:
            yield page


async def _snapshot(transport: Transport, cautions: Cautions, query: Query) -> AsyncGenerator[list[TraceSummary], None]:
    search = _Search(transport, query)
    walk = _Walk(Listing("traces", cautions))
    remaining = query.limit
    place = await search.start()
    first_id: str | None = None
    coming = deque([asyncio.create_task(search.page(place))])
    try:
        while coming:
            page = await coming.popleft()
            if first_id is not None and (not page.summaries or page.summaries[0].id != first_id):
                _abandon(coming)
                first_id = None
                if walk.may_read_again(place, search.again(place)):
                    coming.append(asyncio.create_task(search.page(search.again(place))))
                continue
            new = walk.fresh(page)
            possible = cautions.possible(each.id for each in new)
            fresh = [each for each in new if each.id in possible][:remaining]
            if remaining is not None:
                remaining -= len(fresh)
            following = search.after(page) if page.token and remaining != 0 else None
            if following is None or not walk.may_go_on(page, following[0], len(new)):
                _abandon(coming)
            else:
                place, first_id = following
                at_once = _IN_FLIGHT if first_id is not None and (remaining is None or remaining > PAGE) else 1
                while len(coming) < at_once:
                    ahead = place.further(len(coming) * (PAGE - 1)) if coming else place
                    coming.append(asyncio.create_task(search.page(ahead)))
            if fresh:
                yield fresh
    finally:
        _abandon(coming)


class _Walk:
    """Remembers where a snapshot has been, to tell progress from an endless loop.

    After a shift, reading again returns traces that were seen already until it reaches the place of the shift. That is
    no loop. To arrive at the same place twice with nothing new in between is one.
    """

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._asked: set[_Place] = set()
        self._catching_up_to = 0

    def fresh(self, page: _Page) -> list[TraceSummary]:
        """Return the summaries of a page that are new."""
        fresh = self._listing.fresh(page.summaries, lambda each: each.id)
        if fresh:
            self._asked.clear()
            self._catching_up_to = 0
        return fresh

    def may_read_again(self, shifted: _Place, again: _Place) -> bool:
        """Return whether to read from `again` on, because the page at `shifted` had moved."""
        self._asked.discard(shifted)
        self._catching_up_to = shifted.offset
        return self._is_progress(again)

    def may_go_on(self, page: _Page, place: _Place, fresh: int) -> bool:
        """Return whether to go on at `place` after a page with `fresh` new traces."""
        if place.token and not self._listing.leads_to(place):
            self._listing.end_early()
            return False
        if not fresh and page.place.offset >= self._catching_up_to:
            self._listing.end_early()
            return False
        return self._is_progress(place)

    def _is_progress(self, place: _Place) -> bool:
        is_progress = place not in self._asked
        self._asked.add(place)
        if not is_progress:
            self._listing.end_early()
        return is_progress


class _Search:
    """A query and the order in which its pages are read. Requests one page at a time."""

    def __init__(self, transport: Transport, query: Query) -> None:
        self._transport = transport
        self._query = query
        self._order = _order(query.order_by)
        self._patience = transport.timeouts.text_search if _SCANS_TEXT.search(query.filter) else None
        self._until_ms = query.until_ms
        self._page = PAGE if query.limit is None else max(1, min(query.limit, PAGE))

    async def start(self) -> _Place:
        """Return where the first page begins.

        A search in any other order than newest first is limited to the newest trace of this moment first, because new
        traces would otherwise enter it.
        """
        if self._until_ms is None and self._order is not _Order.NEWEST_FIRST:
            newest = await self._fetch(self._clauses(None), _Order.NEWEST_FIRST.value, 1, "")
            self._until_ms = max((each.requested_at_ms for each in read_page(newest)), default=None)
        return _Place(None)

    async def page(self, place: _Place) -> _Page:
        order = self._order.value or self._query.order_by
        token = place.token or (_offset_token(place.offset) if place.offset else "")
        answer = await self._fetch(self._clauses(place.bound_ms), order, self._page, token)
        summaries = await asyncio.to_thread(read_page, answer)
        return _Page(place, summaries, len(answer.get("traces") or ()), answer.get("next_page_token") or "")

    def after(self, page: _Page) -> tuple[_Place, str | None]:
        """Return where the page after `page` begins, and the ID of the trace that it has to begin with, if known."""
        self._page = PAGE
        last = page.summaries[-1] if 0 < len(page.summaries) == page.rows else None
        timed = last is not None and last.requested_at_ms > 0 and self._order is not _Order.OTHER
        moved = timed and last is not None and last.requested_at_ms != page.place.bound_ms
        if not _is_offset_token(page.token):
            at_last = _Place(last.requested_at_ms) if moved and last is not None else None
            return at_last or _Place(page.place.bound_ms, token=page.token), None
        if last is None:
            return page.place.further(page.rows), None
        if moved:
            together = sum(each.requested_at_ms == last.requested_at_ms for each in page.summaries)
            return _Place(last.requested_at_ms, together - 1), last.id
        return page.place.further(page.rows - 1), last.id

    def again(self, place: _Place) -> _Place:
        """Return where to read again, because the page at `place` did not begin with the expected trace."""
        return place if self._order is _Order.OTHER else _Place(place.bound_ms)

    async def _fetch(
        self, clauses: Iterable[str], order: str | Sequence[str], max_results: int, token: str
    ) -> dict[str, Any]:
        ordered = [order] if isinstance(order, str) else list(order)
        payload = search_payload(self._query.experiment_ids, " AND ".join(clauses), max_results)
        payload |= {"order_by": ordered} | ({"page_token": token} if token else {})
        try:
            return await self._transport.query(f"{ROUTE}/search", payload, self._patience)
        except Refused as refused:
            raise BadFilter(str(refused)) from None
        except MissingTarget as missing:
            raise UnknownName(str(missing)) from None

    def _clauses(self, bound_ms: int | None) -> list[str]:
        """Return the clauses of the filter, ours first: MLflow ignores an AND at its end, but not two in a row."""
        from_ms, until_ms = self._query.since_ms, self._until_ms
        if bound_ms is not None and self._order is _Order.NEWEST_FIRST:
            until_ms = bound_ms
        elif bound_ms is not None:
            from_ms = bound_ms
        clauses = [] if from_ms is None else [f"timestamp_ms >= {from_ms}"]
        clauses += [] if until_ms is None else [f"timestamp_ms <= {until_ms}"]
        if _QUOTABLE.fullmatch(self._query.feedback):
            clauses.append(f"feedback.`{self._query.feedback}` IS NOT NULL")
        return clauses + ([self._query.filter.strip()] if self._query.filter.strip() else [])


def _order(order_by: Sequence[str]) -> _Order:
    if not order_by:
        return _Order.NEWEST_FIRST
    by_time = _BY_TIME.fullmatch(order_by[0])
    if by_time is None:
        return _Order.OTHER
    return _Order.NEWEST_FIRST if (by_time[1] or "").lower() == "desc" else _Order.OLDEST_FIRST


def _offset_token(offset: int) -> str:
    """Return an offset as MLflow's page token. Its form is the same from 3.2 to 3.17."""
    return base64.b64encode(json.dumps({"offset": offset}).encode()).decode()


def _is_offset_token(token: str) -> bool:
    try:
        decoded = json.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(decoded, dict) and decoded.keys() == {"offset"}


def _abandon(coming: deque[asyncio.Task[_Page]]) -> None:
    """Cancel the requests of pages that are no longer wanted, and ignore how they end."""
    while coming:
        page = coming.popleft()
        if not page.cancel() and not page.cancelled():
            page.exception()
