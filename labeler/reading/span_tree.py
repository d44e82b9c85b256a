"""Spans as a tree, with orphans, several roots and broken parents taken as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labeler.domain.trace import Span
from labeler.reading.wire.summary import roots_of


class SpanTree:
    """The spans of a trace by parent. Every span is reached from a root exactly once, rings of parents included."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = tuple(spans)
        self._by_id = {span.id: span for span in spans}
        self._children: dict[str, list[Span]] = {}
        for span in spans:
            if span.parent_id is not None:
                self._children.setdefault(span.parent_id, []).append(span)
        self.roots = self._all_roots()

    def children(self, span: Span) -> Sequence[Span]:
        return self._children.get(span.id, ())

    def walk(self, start: Span) -> Iterator[tuple[Span, int]]:
        """Yield a span and all below it, depth first in start order, with the depth below `start`."""
        seen: set[str] = set()
        pending = [(start, 0)]
        while pending:
            span, depth = pending.pop()
            if span.id in seen:
                continue
            seen.add(span.id)
            yield span, depth
            pending.extend((child, depth + 1) for child in reversed(self.children(span)))

    def below(self, start: Span) -> Iterator[Span]:
        """Yield all spans below a span."""
        return (span for span, depth in self.walk(start) if depth)

    def ancestors(self, span: Span) -> Iterator[Span]:
        """Yield the spans above a span, nearest first."""
        seen = {span.id}
        while (parent := self._by_id.get(span.parent_id or "")) is not None and parent.id not in seen:
            seen.add(parent.id)
            yield parent
            span = parent

    def _all_roots(self) -> tuple[Span, ...]:
        roots = roots_of(self.spans)
        reached = {span.id for root in roots for span, _ in self.walk(root)}
        for span in self.spans:
            if span.id not in reached:
                roots.append(span)
                reached.update(each.id for each, _ in self.walk(span))
        return tuple(roots)
