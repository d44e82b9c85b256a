"""How far the reviewer agrees with colleagues and judges in a worklist: figures of a report, made beside the screen.

What others said is read from the cache, and asked of the backend where it is not there. The figures are computed in a
thread that rests again and again and ends when nobody waits for it any more, so that no key has to.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from labeler.cache.async_cache import AsyncCache
from labeler.cache.store import Cache
from labeler.dataclass import dataclass
from labeler.desk.known_assessments import KnownAssessments
from labeler.desk.remote import Remote
from labeler.domain.assessment import Assessment
from labeler.domain.clock import monotonic_ms
from labeler.domain.destination import Destination
from labeler.domain.question import Question
from labeler.review.state import ReviewState

if TYPE_CHECKING:
    from labeler.agreement.figure import Figure
    from labeler.agreement.own_figures import BesideJudge, OwnFigures
    from labeler.agreement.report_model import AgreementFigures, PairFigures

__all__ = ["Agreement", "AgreementFigures", "BesideJudge", "Figure", "OwnAgreement", "OwnFigures", "PairFigures"]

_log = logging.getLogger(__name__)

_READ_AT_ONCE: Final = 50
"""Traces that are taken out of the cache together: what else wants the cache waits as long."""

_ASKED_AT_ONCE: Final = 500
_KEPT_MS: Final = 300_000
"""How long the backend's word is kept that the cache has no room for."""

_LOOKED_AT_ONCE: Final = 200
_RUNS_S: Final = 0.004
_RESTS_S: Final = 0.001
"""Seconds that the computing thread goes on, and leaves the processor to the screen."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures by question, of those that somebody else answered as well.

    `unread` is how many traces the reviewer labelled of which it is not known here what others said. With `has_failed`
    there are no figures because of a defect, and the log has it.
    """

    questions: Mapping[str, OwnFigures] = field(default_factory=lambda: MappingProxyType({}))
    unread: int = 0
    has_failed: bool = False


class OwnAgreement:
    """Compares the reviewer's labels in a worklist with those of others. `remote` is asked for what is not cached."""

    def __init__(
        self,
        state: ReviewState,
        known: KnownAssessments,
        cache: AsyncCache,
        destination_of: Callable[[str], Destination],
        remote: Remote,
    ) -> None:
        self._state = state
        self._known = known
        self._cache = cache
        self._destination_of = destination_of
        self._remote = remote
        self._asked: dict[str, Sequence[Assessment]] = {}
        self._asked_at_ms = 0

    async def figures(self) -> Agreement:
        """Compute the figures of the worklist as it stands now. In a blind review nobody else said anything."""
        state = self._state
        if state.is_blind:
            return Agreement()
        judges = state.rules.judged_by([question.name for question in state.questions])
        labelled = await self._labelled()
        told = await self._told(labelled)
        labels: list[Assessment] = []
        for number, (trace_id, said) in enumerate(told.items()):
            if number % _LOOKED_AT_ONCE == _LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
            labels += self._known.labels_on(trace_id, said, judges)
        computing = _Computing(labels, self._known.reviewer, state.questions, judges)
        try:
            questions = await asyncio.to_thread(computing.run)
        except Exception:
            _log.exception("the labels of a worklist could not be compared")
            return Agreement(has_failed=True)
        finally:
            computing.is_wanted = False
        return Agreement(questions, len(labelled) - len(told))

    async def _labelled(self) -> list[str]:
        """List the traces of the worklist about which the reviewer has answered anything."""
        state, found = self._state, list[str]()
        for number, trace_id in enumerate(list(state.index_of)):
            if number % _LOOKED_AT_ONCE == _LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
            if any(state.answers_by_span(trace_id).values()):
                found.append(trace_id)
        return found

    async def _told(self, trace_ids: Sequence[str]) -> dict[str, Sequence[Assessment]]:
        """Return what was said about those of these traces of which that is known, in their order."""
        found: dict[str, Sequence[Assessment]] = {}
        for some in _portions(trace_ids, _READ_AT_ONCE):
            home = self._destination_of(some[0])  # the cache keeps the traces of all experiments of a backend together
            for summary in await self._cache.run(Cache.summaries, home, some):
                found[summary.id] = summary.assessments
        found |= await self._told_by_backend([each for each in trace_ids if each not in found])
        return {trace_id: found[trace_id] for trace_id in trace_ids if trace_id in found}

    async def _told_by_backend(self, trace_ids: Sequence[str]) -> dict[str, Sequence[Assessment]]:
        if monotonic_ms() - self._asked_at_ms > _KEPT_MS:
            self._asked, self._asked_at_ms = {}, monotonic_ms()
        for some in _portions([each for each in trace_ids if each not in self._asked], _ASKED_AT_ONCE):
            self._asked |= {each.id: each.assessments for each in await self._remote.summaries(some)}
        return {each: self._asked[each] for each in trace_ids if each in self._asked}


class _NotWanted(Exception):
    """Raised in the thread when nobody waits for its figures any more."""


class _Computing:
    """Computes the figures in a thread, for as long as `is_wanted`."""

    def __init__(
        self, labels: Sequence[Assessment], reviewer: str, questions: Sequence[Question], judges: Mapping[str, str]
    ) -> None:
        self.is_wanted = True
        self._labels = labels
        self._reviewer = reviewer
        self._questions = questions
        self._judges = judges
        self._rested_s = time.monotonic()

    def run(self) -> Mapping[str, OwnFigures]:
        """Return the figures by question; none where they are not wanted any more."""
        from labeler.agreement.bootstrap import Bootstrap
        from labeler.agreement.counted_labels import count_labels
        from labeler.agreement.own_figures import own_figures
        from labeler.review.judge_values import judged_value

        counted, intervals = count_labels(self._labels), Bootstrap(between=self._rest)
        try:
            found = own_figures(counted, self._reviewer, self._questions, judged_value, self._judges, intervals)
        except _NotWanted:
            return {}
        return {figures.question: figures for figures in found}

    def _rest(self) -> None:
        if not self.is_wanted:
            raise _NotWanted
        if time.monotonic() - self._rested_s > _RUNS_S:
            time.sleep(_RESTS_S)
            self._rested_s = time.monotonic()


def _portions(trace_ids: Sequence[str], size: int) -> list[Sequence[str]]:
    return [trace_ids[start : start + size] for start in range(0, len(trace_ids), size)]
