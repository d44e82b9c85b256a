"""Searching a document: where a word stands, and walking from one place to the next."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from labeler.reading.document import BlockKind, Document
from labeler.tui.document.lines import Line, Roles, Span

_NAMED: Final = {BlockKind.FIELD, BlockKind.DOCUMENT}
"""Kinds whose summary is no digest of the text."""


class Match(NamedTuple):
    """From `start` to `end` in the text of a block, or in its summary where that says what the text does not."""

    block: int
    in_text: bool
    start: int
    end: int

    @property
    def in_summary(self) -> bool:
        return not self.in_text


class Search:
    """All matches of `text` in a document, in the order of reading, and the one it stands at (`index`, from 0).

    Upper case is told from lower only when `text` has upper case.
    """

    def __init__(self, document: Document, text: str) -> None:
        self.matches = [
            Match(number, in_text, at, at + len(text))
            for number, block in enumerate(document.blocks)
            for in_text, source in ((False, block.summary if block.kind in _NAMED else ""), (True, block.text))
            for at in _occurrences(source, text)
        ]
        self.index = 0
        self._by_source: defaultdict[tuple[int, bool], list[Match]] = defaultdict(list)
        for match in self.matches:
            self._by_source[match.block, match.in_text].append(match)

    @property
    def current(self) -> Match | None:
        return self.matches[self.index] if self.matches else None

    def stand_at(self, block: int, offset: int) -> None:
        """Go to the first match from a place on, or to the first of all."""
        index = bisect_left(self.matches, (block, offset > 0, offset))
        self.index = index if index < len(self.matches) else 0

    def step(self, count: int) -> None:
        """Go on by `count` matches, round the ends."""
        if self.matches:
            self.index = (self.index + count) % len(self.matches)

    def spans(self, block: int, line: Line) -> list[Span]:
        """Return the matches on a line of a block, as spans of the line's text."""
        spans: list[Span] = []
        if line.summary_at is not None:
            for match in self._by_source.get((block, False), ()):
                spans.append((line.summary_at + match.start, line.summary_at + match.end, self._roles(match)))
        matches = self._by_source.get((block, True), [])
        end = line.source(len(line.text))
        first = max(0, bisect_left(matches, line.start, key=lambda match: match.start) - 1)
        for match in matches[first:]:
            if match.start >= end:
                break
            if match.end > line.start:
                left, right = max(match.start, line.start), min(match.end, end)
                spans.append((line.shown(left), line.shown(right - 1) + 1, self._roles(match)))
        return spans

    def _roles(self, match: Match) -> Roles:
        return ("search.current",) if match is self.current else ("search.match",)


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Yield where `word` stands in `text`, without overlaps."""
    if word == word.lower():
        lowered = text.lower()
        if len(lowered) != len(text):
            yield from (match.start() for match in re.finditer(re.escape(word), text, re.IGNORECASE))
            return
        text = lowered
    at = text.find(word)
    while at >= 0 and word:
        yield at
        at = text.find(word, at + len(word))
