"""The filters of a review: what each would show, how many items that is, and the one in effect kept in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from labeler.cache.async_cache import AsyncCache
from labeler.desk.drafts import Drafts
from labeler.desk.text_search import Searched, search_whole
from labeler.desk.trace_facts import KnownFacts
from labeler.domain.destination import Destination
from labeler.review.criteria import Criterion, CriterionKind
from labeler.review.filter_index import FilterIndex
from labeler.review.judge_values import VerdictOnTrace
from labeler.review.state import ReviewState

_AT_ONCE = 200
"""Items that are looked at together: some 2 ms."""


class Filters:
    """Offers filters. They are set by an action (`ShowOnly`), like everything that changes the state of a review."""

    def __init__(
        self,
        state: ReviewState,
        facts: KnownFacts,
        drafts: Drafts,
        cache: AsyncCache,
        destination_of: Callable[[str], Destination],
    ) -> None:
        self._state = state
        self._facts = facts
        self._cache = cache
        self._destination_of = destination_of
        self.index = FilterIndex(state, DeskKnowledge(state, facts, drafts))

    @property
    def like_this(self) -> Criterion | None:
        """The criterion of traces like the current one: of its name and, where it is in error, in error as well.

        None while its name is not known.
        """
        item = self._state.item
        name = self._facts.of(item.trace_id).name if item is not None else ""
        if item is None or not name:
            return None
        return Criterion(CriterionKind.LIKE if item.has_failed else CriterionKind.NAME, name)

    @property
    def unread(self) -> int:
        """Of how many items it is not known yet what they are called, and what judges and other people said."""
        return len(self._facts.unknown_among(self._state.index_of))

    async def keep_ready(self) -> None:
        """Look at the items that were not looked at yet, some at a time, so that no key has to wait for that."""
        is_behind = True
        while is_behind:
            is_behind = self.index.catch_up(_AT_ONCE)
            await asyncio.sleep(0)

    async def keep_texts_ready(self) -> None:
        """Put together what is searched for texts, some at a time, so that no letter has to wait for that."""
        is_behind = True
        while is_behind:
            is_behind = self.index.read_texts(_AT_ONCE)
            await asyncio.sleep(0)

    def search(self, text: str) -> AsyncIterator[Searched]:
        """Search what is in the cache of the worklist for a text, whole (see `search_whole`)."""
        return search_whole(self._cache, self._destination_of, list(self._state.index_of), text)

    def new(self) -> int:
        """Return how many items came to fit the filter since it was set, as far as they were looked at."""
        self.index.catch_up(_AT_ONCE)
        return self.index.new


class DeskKnowledge:
    """What a desk knows of traces, for the index of filters. In a blind review nobody else said anything."""

    def __init__(self, state: ReviewState, facts: KnownFacts, drafts: Drafts) -> None:
        self._state = state
        self._facts = facts
        self._drafts = drafts

    def name_of(self, trace_id: str) -> str:
        return self._facts.of(trace_id).name

    def verdicts_on(self, trace_id: str) -> Sequence[VerdictOnTrace]:
        return () if self._state.is_blind else self._facts.of(trace_id).verdicts

    def has_others(self, trace_id: str) -> bool:
        return not self._state.is_blind and bool(self._facts.of(trace_id).others)

    def has_draft(self, trace_id: str) -> bool:
        return self._drafts.has_any(trace_id)
