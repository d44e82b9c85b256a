"""Documents prepared for the screen: read off the event loop, from the cache, before they are needed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.trace import RawTrace, TraceSummary
from labeler.reading.document import Document
from labeler.reading.layout import lay_out
from labeler.reading.read import read_conversation
from labeler.reading.sanitise import one_line
from labeler.reading.views.assessments import AsAsked, about_trace, unasked, with_assessments
from labeler.reading.wire.spans import SpansOfAnother
from labeler.review.judge_values import as_asked
from labeler.review.own_assessments import by_others
from labeler.review.state import ReviewState

_KEPT = 24
"""Documents kept: the current one, its neighbours, and those the reviewer goes back and forth between."""

_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class PreparedTrace:
    """A trace ready for the screen, with the raw form it was read from.

    `document` is what a reviewer reads, `conversation` the same without a word of anybody else. `assessments` are all
    that were made of the trace and its spans; `others` those that the reviewer is shown beside it, those of its
    top-level span counted as of the trace: none where they are hidden. `span_names` (by span ID) and `models` are
    display text. `as_asked` has the values of assessments as the review's questions take them.
    """

    raw: RawTrace
    document: Document
    conversation: Document
    assessments: tuple[Assessment, ...]
    others: tuple[Assessment, ...]
    span_names: Mapping[str, str]
    models: tuple[str, ...]
    as_asked: AsAsked = unasked

    @property
    def name(self) -> str:
        """The trace's name; if it was recorded without one, the name of its only top-level span."""
        roots = self.document.roots
        named = self.span_names.get(next(iter(roots)), "") if len(roots) == 1 else self.document.source
        return self.raw.summary.name or named


@dataclass(frozen=True, slots=True)
class _Kept:
    """A prepared trace, and the same for a reviewer from whom what others said is hidden."""

    open: PreparedTrace
    blind: PreparedTrace

    @classmethod
    def of(cls, prepared: PreparedTrace) -> _Kept:
        return cls(prepared, replace(prepared, document=prepared.conversation, others=()))


class Library:
    """Prepare documents of cached traces and keep the latest few.

    Where `is_hidden` says so of a trace, it is returned without anything that others said.
    `on_stray` is called with a trace ID for which the cache held spans of another trace, and with a sentence that says
    so. Those spans are dropped from the cache, so that the trace can be fetched again.
    """

    def __init__(
        self,
        cache: AsyncCache,
        destination_of: Callable[[str], Destination],
        read: Callable[[RawTrace], PreparedTrace],
        on_ready: Callable[[PreparedTrace], None],
        on_stray: Callable[[str, str], None],
        is_hidden: Callable[[str], bool],
    ) -> None:
        self._cache = cache
        self._destination_of = destination_of
        self._read = read
        self._on_ready = on_ready
        self._on_stray = on_stray
        self._is_hidden = is_hidden
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def get(self, trace_id: str) -> PreparedTrace | None:
        """Return the prepared document; None while there is none."""
        kept = self._kept.get(trace_id)
        if kept is None:
            return None
        self._kept.move_to_end(trace_id)
        return kept.blind if self._is_hidden(trace_id) else kept.open

    def span_name(self, trace_id: str, span_id: str) -> str:
        """Return the name of a span as display text; its ID while the trace is not prepared."""
        prepared = self.get(trace_id)
        names = prepared.span_names if prepared is not None else {}
        return names.get(span_id) or one_line(span_id, 16)

    def prepare(self, trace_ids: Iterable[str]) -> None:
        """Begin to prepare traces that are cached and not prepared yet; `on_ready` is called with each."""
        for trace_id in trace_ids:
            if trace_id not in self._kept and trace_id not in self._under_way:
                self._begin(trace_id, self._prepare(trace_id))

    def arrived(self, trace_id: str) -> None:
        """Prepare a trace that has just come into the cache, even if the cache is being searched for it already."""
        if trace_id in self._under_way:
            self._again.add(trace_id)
        else:
            self.prepare([trace_id])

    def prepare_uncached(self, raw: RawTrace) -> None:
        """Begin to prepare a trace that is not in the cache and does not go there; `on_ready` is called with it."""
        trace_id = raw.summary.id
        kept = self._kept.get(trace_id)
        if kept is not None and (kept.open.raw.payload, kept.open.raw.failure) == (raw.payload, raw.failure):
            self.renew(raw.summary)
        elif trace_id not in self._under_way:
            self._begin(trace_id, self._read_anew(raw))

    def renew(self, summary: TraceSummary) -> None:
        """Take over what is said about a prepared trace by now. Its document is made anew if that is something else."""
        kept = self._kept.get(summary.id)
        if kept is None:
            return
        prepared = kept.open
        if summary.read_at_ms < prepared.raw.summary.read_at_ms:
            return
        if summary.assessments == prepared.assessments:
            self._kept[summary.id] = _Kept.of(replace(prepared, raw=replace(prepared.raw, summary=summary)))
        elif summary.id in self._under_way:
            self._again.add(summary.id)
        else:
            self._begin(summary.id, self._read_anew(replace(prepared.raw, summary=summary)))

    async def close(self) -> None:
        for task in list(self._under_way.values()):
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _begin(self, trace_id: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way[trace_id] = task
        task.add_done_callback(partial(self._finished, trace_id))

    def _finished(self, trace_id: str, task: asyncio.Task[None]) -> None:
        self._under_way.pop(trace_id, None)
        if trace_id in self._again:
            self._again.discard(trace_id)
            self._begin(trace_id, self._prepare(trace_id))

    async def _prepare(self, trace_id: str) -> None:
        home = self._destination_of(trace_id)
        raw = await self._cache.run(Cache.trace, home, trace_id)
        if raw is not None:
            await self._read_anew(raw)

    async def _read_anew(self, raw: RawTrace) -> None:
        trace_id = raw.summary.id
        try:
            prepared = await asyncio.to_thread(self._read, raw)
        except SpansOfAnother as error:
            await self._cache.run(Cache.forget, self._destination_of(trace_id), trace_id)
            self._on_stray(trace_id, str(error))
            return
        self._kept[trace_id] = _Kept.of(prepared)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._on_ready(prepared)


def reader_of(state: ReviewState, reviewer: str) -> Callable[[RawTrace], PreparedTrace]:
    """Return what reads the traces of a review, together with what others said."""
    return partial(read_openly, reviewer=reviewer, as_asked=partial(as_asked, state))


def read_openly(raw: RawTrace, reviewer: str, as_asked: AsAsked = unasked) -> PreparedTrace:
    """Read a trace together with what judges, code and other reviewers said about it. Raises `SpansOfAnother`."""
    blind = read_blind(raw, as_asked)
    said = by_others(blind.assessments, reviewer)
    others = tuple(about_trace(each, blind.document) for each in said)
    document = with_assessments(blind.document, others, blind.span_names, as_asked)
    return replace(blind, document=document, others=others)


def read_blind(raw: RawTrace, as_asked: AsAsked = unasked) -> PreparedTrace:
    """Read a trace without anything that others said about it. Raises `SpansOfAnother`."""
    conversation = read_conversation(raw)
    document = lay_out(conversation, raw.summary.name)
    names = {span_id: one_line(name, _NAME_CHARACTERS) for span_id, name in conversation.span_names.items()}
    models = tuple(one_line(model, _NAME_CHARACTERS) for model in conversation.models)
    return PreparedTrace(raw, document, document, raw.summary.assessments, (), names, models, as_asked)
