"""What is known of traces beside their titles, learned from listings and from traces once read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import intern
from typing import Final, NamedTuple

from labeler.domain.assessment import SourceType
from labeler.domain.trace import TraceSummary
from labeler.review.judge_values import VerdictOnTrace, verdicts_on_trace
from labeler.review.own_assessments import by_others


class TraceFacts(NamedTuple):
    """A trace's name, how long it took in milliseconds (None: not known), and the people who answered but the reviewer.

    `verdicts` are what judges said last. Nothing of it is display text.
    """

    name: str = ""
    duration_ms: float | None = None
    others: tuple[str, ...] = ()
    verdicts: tuple[VerdictOnTrace, ...] = ()


_UNKNOWN: Final = TraceFacts()


class KnownFacts:
    """The facts of every trace that was listed or read in this sitting.

    `changed` is called with the ID of a trace of which other facts are known than before.
    """

    def __init__(self, reviewer: str, changed: Callable[[str], None]) -> None:
        self._reviewer = reviewer
        self._changed = changed
        self._known: dict[str, TraceFacts] = {}

    def of(self, trace_id: str) -> TraceFacts:
        """Return what is known of a trace, as far as anything is."""
        return self._known.get(trace_id, _UNKNOWN)

    def are_known_of(self, trace_id: str) -> bool:
        """Return whether anything is known of a trace."""
        return trace_id in self._known

    def unknown_among(self, trace_ids: Iterable[str]) -> list[str]:
        """List those of these traces of which nothing is known."""
        return [each for each in trace_ids if each not in self._known]

    def learn(self, summary: TraceSummary, name: str = "") -> None:
        """Take over what a trace's summary tells; `name` stands in for one that was not recorded."""
        people = (each.source for each in by_others(summary.assessments, self._reviewer))
        others = {intern(source.id): None for source in people if source.type is SourceType.HUMAN and source.id}
        name, told = intern(summary.name or name or self.of(summary.id).name), verdicts_on_trace(summary.assessments)
        facts = TraceFacts(name, summary.duration_ms, tuple(others), told)
        if self._known.get(summary.id) != facts:
            self._known[summary.id] = facts
            self._changed(summary.id)
