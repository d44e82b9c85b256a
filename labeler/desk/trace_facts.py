"""What rows of the worklist tell of traces beside their titles, learned from listings and from traces once read."""

from __future__ import annotations

from sys import intern
from typing import Final, NamedTuple

from labeler.domain.assessment import SourceType
from labeler.domain.trace import TraceSummary
from labeler.review.own_assessments import by_others


class TraceFacts(NamedTuple):
    """A trace's name, how long it took in milliseconds (None: not known), and the people who answered but the reviewer.

    Nothing of it is display text.
    """

    name: str = ""
    duration_ms: float | None = None
    others: tuple[str, ...] = ()


_UNKNOWN: Final = TraceFacts()


class KnownFacts:
    """The facts of every trace that was listed or read in this sitting."""

    def __init__(self, reviewer: str) -> None:
        self._reviewer = reviewer
        self._known: dict[str, TraceFacts] = {}

    def of(self, trace_id: str) -> TraceFacts:
        """Return what is known of a trace, as far as anything is."""
        return self._known.get(trace_id, _UNKNOWN)

    def learn(self, summary: TraceSummary, name: str = "") -> None:
        """Take over what a trace's summary tells; `name` stands in for one that was not recorded."""
        people = (each.source for each in by_others(summary.assessments, self._reviewer))
        others = {intern(source.id): None for source in people if source.type is SourceType.HUMAN and source.id}
        self._known[summary.id] = TraceFacts(intern(summary.name or name), summary.duration_ms, tuple(others))
